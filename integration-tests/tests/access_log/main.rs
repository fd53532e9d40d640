//! The access log before those who read logs for a living, beside the servers whose formats it writes, and against what clients count.
//!
//! The tools are installed by `./test tools`.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod counts;
mod readers;
mod served_file;
mod site;
mod traffic;
mod writers;
