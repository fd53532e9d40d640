//! Plywood's book.
