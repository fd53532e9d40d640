//! Sessions for any tower service, without lost updates.
