//! Processor time of a request, by the size of the file.

use plywood_bench_load::{
    Asked, Candidate, Connection, Tree, is_chosen, print, rounds, setting, wrk,
};

use crate::candidate;

const SHAPES: [(&str, &str, usize, u64); 5] = [
    ("1 KB", "/1k.bin", 1 << 10, 32),
    ("10 KB", "/10k.bin", 10 << 10, 32),
    ("100 KB", "/100k.bin", 100 << 10, 32),
    ("10 MB", "/10m.bin", 10 << 20, 8),
    ("304", "/10k.bin", 10 << 10, 32),
];

pub fn run() {
    let seconds = setting("SECONDS", 2);
    let tree = Tree::new();
    for (_, target, length, _) in SHAPES {
        tree.file(&target[1..], length);
    }
    let candidates = candidate::all(tree.path(), &tree.root(), 1000);
    for (shape, target, length, connections) in SHAPES {
        if !is_chosen("SHAPES", |word| word == shape) {
            continue;
        }
        let loads = rounds(&candidates, |candidate| {
            let fields = (shape == "304").then(|| condition(candidate, target));
            let asked = Asked::Target(target, fields.as_slice(), length);
            wrk(candidate, &asked, connections, seconds)
        });
        print(shape, &candidates, &candidate::PEERS, &loads);
    }
}

/// The field by which the client says which state of the file it has.
fn condition(candidate: &Candidate, target: &str) -> String {
    let mut connection = Connection::new(&candidate.process.address);
    let (_, etag) = connection.get(target, "", "etag");
    let etag = etag.expect("each of them sends a tag");
    let field = format!("If-None-Match: {etag}");
    let (status, _) = connection.get(target, &format!("{field}\r\n"), "etag");
    assert_eq!(status, 304, "{}", candidate.name);
    field
}
