//! Plywood's examples.
