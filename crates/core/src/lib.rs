//! The words that two Plywood crates must agree on: Body, HttpService, futures, request extensions.
