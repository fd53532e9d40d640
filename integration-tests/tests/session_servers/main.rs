//! Sessions in servers that the tests start: every rule of stores, races, crashes, hangs.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod faults;
mod machines;
mod postgres;
mod redis;
mod relay;
mod rules;
