//! Whole servers side by side: `cargo run --release`, in this folder; wrk, h2load and nginx are the system's.
//!
//! ```text
//! cargo run --release                     everything, in some five minutes
//! cargo run --release -- app              the same small app: Plywood's six layers on plywood-serve, tower-http's and tower-sessions' on axum
//! cargo run --release -- nginx            what nginx does: files, gzip, a log, a password, beside an nginx that is configured alike
//! ROUNDS=9 SECONDS=1 ..                   how often and how long each candidate has its turn (5 times 2 seconds)
//! ```
//!
//! The server has one core and the clients the other; all of a server of ours and of axum is on one thread, but for the one that writes our log.
//! They share the memory and its caches, and the kernel does the loopback's work for both on either core: what counts is the processor time of the
//! server's process.

mod app;
mod serve;
mod site;

// Without `plywood-benches` itself, because its allocator counts in every program that has it.
#[path = "../../src/answer.rs"]
mod answer;
#[allow(dead_code, reason = "the bench `stack` uses more of it")]
#[path = "../../src/peers.rs"]
mod peers;
#[path = "../../src/request.rs"]
mod request;
#[path = "../../src/routes.rs"]
mod routes;
#[allow(dead_code, reason = "the bench `stack` uses more of it")]
#[path = "../../src/stack.rs"]
mod stack;
#[allow(dead_code, reason = "the bench of compression uses more of it")]
#[path = "../../compression/src/text.rs"]
mod text;

use std::{env, path::Path};

/// So many connections ask at a time, and are kept.
const CONNECTIONS: u64 = 32;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", kind, folder] => serve::run(kind, Path::new(folder)),
        ["app"] => app::run(),
        ["nginx"] => site::run(),
        [] => {
            app::run();
            site::run();
        }
        _ => panic!("see the head of src/main.rs for what can be asked"),
    }
}
