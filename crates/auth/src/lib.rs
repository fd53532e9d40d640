//! HTTP authentication for any tower service: Basic, and a login form over a session.
