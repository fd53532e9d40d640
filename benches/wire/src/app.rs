//! The same small app on two servers: one of 130 rules answers 13 bytes to a browser that has a session, which is not touched.

use plywood_bench_load::{
    Asked, Candidate, Connection, Process, Tree, h2load, print, rounds, setting, wrk,
};

use crate::{CONNECTIONS, request, routes::TARGET};

/// The peers that ratios are taken to.
const PEERS: [&str; 2] = ["peers", "peers, no lines"];

/// By name, and as the server's process knows them.
const CANDIDATES: [(&str, &str); 5] = [
    ("plywood", "six-layers"),
    ("peers", "peers"),
    ("peers, no lines", "peers-without-lines"),
    ("plywood, bare", "bare"),
    ("axum, bare", "axum"),
];

pub fn run() {
    let seconds = setting("SECONDS", 2);
    let folder = Tree::new();
    let candidates = CANDIDATES.map(|(name, kind)| Candidate {
        name,
        process: Process::own(kind, &folder.root()),
    });
    let fields = fields();
    for candidate in &candidates {
        let lines: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        let (status, _) = Connection::new(&candidate.process.address).get(TARGET, &lines, "date");
        assert_eq!(status, 200, "{}", candidate.name);
    }
    let loads = rounds(&candidates, |candidate| {
        wrk(
            candidate,
            &Asked::Target(TARGET, &fields, 13),
            CONNECTIONS,
            seconds,
        )
    });
    print("HTTP/1.1", &candidates, &PEERS, &loads);
    let loads = rounds(&candidates, |candidate| {
        h2load(candidate, TARGET, &fields, CONNECTIONS, seconds)
    });
    print("HTTP/2", &candidates, &PEERS, &loads);
}

/// What a browser sends. The clients name the host themselves.
fn fields() -> Vec<String> {
    let request = request::request();
    let others = request.headers().iter().filter(|(name, _)| *name != "host");
    let field = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
        format!("{name}: {}", value.to_str().expect("it is text"))
    };
    others.map(field).collect()
}
