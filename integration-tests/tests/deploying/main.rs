//! The programs of the book's chapter on deploying, as processes among those that stand around them.

#![expect(clippy::unwrap_used, reason = "a test may")]

mod container;
mod nginx;
mod systemd;

use std::{
    io::{Read, Write},
    time::Duration,
};

/// How long a process may take for an answer.
const PATIENCE: Duration = Duration::from_secs(240);

/// The answer to one request on a connection of its own, head and body.
fn exchange(stream: &mut (impl Read + Write), path: &str) -> String {
    ask(stream, path);
    answer(stream)
}

fn ask(stream: &mut impl Write, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nhost: shop.example\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
}

fn answer(stream: &mut impl Read) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}
