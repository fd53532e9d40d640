//! System calls of a request, counted by strace.

use std::{
    collections::BTreeMap,
    process::{Command, Stdio},
    thread::sleep,
    time::Duration,
};

use plywood_bench_load::{Candidate, Connection, Tree, setting};

use crate::candidate;

const REQUESTS: u64 = 1000;

const SHAPES: [(&str, &str, usize); 3] = [
    ("1 KB", "/1k.bin", 1 << 10),
    ("100 KB", "/100k.bin", 100 << 10),
    ("304", "/1k.bin", 1 << 10),
];

pub fn run() {
    let tree = Tree::new();
    for (_, target, length) in SHAPES {
        tree.file(&target[1..], length);
    }
    let candidates = candidate::all(tree.path(), &tree.root(), 1000);
    println!("\n| system calls of a request, on one connection | all | by name |\n|---|--:|---|");
    for (shape, target, _) in SHAPES {
        for candidate in &candidates {
            let calls = count(candidate, target, shape == "304");
            let mut calls: Vec<(f64, String)> = calls
                .into_iter()
                .map(|(name, count)| (count, name))
                .collect();
            calls.sort_by(|one, other| other.0.total_cmp(&one.0));
            let all: f64 = calls.iter().map(|(count, _)| count).sum();
            let names = calls.iter().filter(|(count, _)| *count > 0.05);
            let names: Vec<String> = names
                .map(|(count, name)| format!("{name} {count:.1}"))
                .collect();
            println!(
                "| {}, {shape} | {all:.1} | {} |",
                candidate.name,
                names.join(", ")
            );
        }
    }
}

/// The calls of one request, by name.
fn count(candidate: &Candidate, target: &str, conditional: bool) -> BTreeMap<String, f64> {
    let requests = setting("REQUESTS", REQUESTS);
    let mut connection = Connection::new(&candidate.process.address);
    let (_, etag) = connection.get(target, "", "etag");
    let line = match etag {
        Some(etag) if conditional => format!("if-none-match: {etag}\r\n"),
        _ => String::new(),
    };
    connection.get(target, &line, "etag");
    let report = tempfile::NamedTempFile::new().expect("there is a temporary directory");
    let mut strace = Command::new("strace")
        .args(["-c", "-f", "-p", &candidate.process.id(), "-o"])
        .arg(report.path())
        .stderr(Stdio::null())
        .spawn()
        .expect("strace is installed");
    sleep(Duration::from_secs(1));
    for _ in 0..requests {
        connection.get(target, &line, "etag");
    }
    let told = Command::new("kill")
        .args(["-INT", &strace.id().to_string()])
        .status();
    assert!(told.expect("kill is there").success());
    strace.wait().expect("it is our child");
    let report = std::fs::read_to_string(report.path()).expect("strace has written it");
    report
        .lines()
        .filter_map(call)
        .fold(BTreeMap::new(), |mut calls, (name, count)| {
            calls.insert(name.to_owned(), count / requests as f64);
            calls
        })
}

/// A line of the table: share, seconds, microseconds a call, calls, perhaps errors, and the name.
fn call(line: &str) -> Option<(&str, f64)> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let name = *words.last()?;
    words.first()?.parse::<f64>().ok()?;
    (name != "total").then_some(())?;
    Some((name, words.get(3)?.parse().ok()?))
}
