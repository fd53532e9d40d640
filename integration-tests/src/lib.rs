//! Plywood's integration-tests.
