//! Error pages for any tower service: empty errors filled, panics caught, Err answered.
