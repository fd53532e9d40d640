//! The session handle, its Store trait, Record and Id, for Plywood's session layer and its back ends.
