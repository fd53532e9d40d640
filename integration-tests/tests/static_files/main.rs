//! Static files beside nginx and Apache, against all spellings of a path, and while the disk changes below them.
//!
//! The servers are installed by `./test tools`.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod connection;
mod differential;
mod faults;
mod handoff;
mod paths;
mod server;
mod site;
mod table;
