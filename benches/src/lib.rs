//! Plywood's benches.
