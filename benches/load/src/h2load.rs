//! h2load asks, over HTTP/2 without TLS, several requests at a time on each connection.

use std::fs;

use crate::{
    process::pinned,
    rounds::{Candidate, Load},
};

/// So many requests are under way on each connection.
const STREAMS: u64 = 4;

pub fn h2load(
    candidate: &Candidate,
    target: &str,
    fields: &[String],
    connections: u64,
    seconds: u64,
) -> Load {
    let log = tempfile::NamedTempFile::new().expect("there is a temporary directory");
    let mut h2load = pinned(crate::CLIENTS);
    h2load.args(["h2load", "-t1"]);
    h2load.args([
        format!("-c{connections}"),
        format!("-m{STREAMS}"),
        format!("-D{seconds}"),
    ]);
    for field in fields {
        h2load.args(["-H", field]);
    }
    h2load.arg(format!("--log-file={}", log.path().display()));
    h2load.arg(format!("http://{}{target}", candidate.process.address));
    let before = candidate.process.worked();
    let output = h2load.output().expect("h2load is installed");
    let worked = candidate.process.worked() - before;
    assert!(
        output.status.success(),
        "{}: {}",
        candidate.name,
        String::from_utf8_lossy(&output.stderr)
    );
    let report = fs::read_to_string(log.path()).expect("h2load has written it");
    let mut times: Vec<f64> = report
        .lines()
        .map(|line| time(candidate.name, line))
        .collect();
    times.sort_by(f64::total_cmp);
    assert!(!times.is_empty(), "{} has answered nothing", candidate.name);
    let requests = times.len() as f64;
    Load {
        cost: worked / requests,
        a_second: requests / seconds as f64,
        half: times[times.len() / 2],
        most: times[times.len() * 99 / 100],
    }
}

/// A line: when the request began, the status, and how many microseconds it took.
fn time(name: &str, line: &str) -> f64 {
    let mut words = line.split('\t');
    let (_, status, took) = (words.next(), words.next(), words.next());
    assert_eq!(status, Some("200"), "{name}: {line}");
    took.and_then(|took| took.parse().ok())
        .expect("it is a number")
}
