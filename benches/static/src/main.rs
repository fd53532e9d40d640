//! Plywood's static files beside tower-http's and nginx: `cargo run --release`, in this folder; wrk, nginx and strace are the system's.
//!
//! ```text
//! cargo run --release                         everything, in some ten minutes
//! cargo run --release -- sizes                processor time of a request for 1 KB to 10 MB, and of a 304
//! cargo run --release -- calls                system calls of a request
//! cargo run --release -- zipf                 100,000 files, of which few are asked for often
//! cargo run --release -- slow                 10,000 readers of 10 MB who take their time
//! ROUNDS=9 SECONDS=1 ..                       how often and how long each candidate has its turn (5 times 2 seconds)
//! SHAPES='1 KB,304' CANDIDATES=plywood,nginx ..   some of each; a candidate is named by how its name begins
//! ```
//!
//! The server has one core and the clients the other. Candidates take turns, round by round; what counts is the processor time of the server's
//! process, user and system, by request. A ratio is taken in each round, and the tables have the median.

mod calls;
mod candidate;
mod serve;
mod sizes;
mod slow;
mod zipf;

use std::env;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["serve", kind, root] => serve::run(kind, root),
        ["read", address, readers] => slow::read(address, readers.parse().expect("a number")),
        ["sizes"] => sizes::run(),
        ["calls"] => calls::run(),
        ["zipf"] => zipf::run(),
        ["slow"] => slow::run(),
        [] => {
            sizes::run();
            calls::run();
            zipf::run();
            slow::run();
        }
        _ => panic!("see the head of src/main.rs for what can be asked"),
    }
}
