//! Who is held against each other.

use std::path::Path;

use plywood_bench_load::{Candidate, Process, is_chosen};

/// Both run in each round, because ratios are taken to them.
pub const PEERS: [&str; 3] = ["nginx", "nginx, open_file_cache", "tower-http"];

const OURS: [(&str, &str); 4] = [
    ("plywood", "plywood"),
    ("plywood without cache", "plywood-without-cache"),
    ("plywood on hyper", "plywood-on-hyper"),
    ("tower-http on plywood-serve", "tower-http-on-serve"),
];

/// All of them, started over `root`; the `cached` most frequent files have a place in nginx's cache.
pub fn all(directory: &Path, root: &Path, cached: usize) -> Vec<Candidate> {
    let own = |name, kind| Candidate {
        name,
        process: Process::own(kind, root),
    };
    let nginx = |name: &'static str, lines: &str| {
        // A space in it would be two words to nginx.
        let directory = directory.join(name.replace(", ", "-"));
        std::fs::create_dir_all(&directory).expect("it is ours");
        Candidate {
            name,
            process: Process::nginx(&directory, root, &format!("access_log off; {lines}")),
        }
    };
    let cache = format!("open_file_cache max={cached};");
    let mut all = vec![
        nginx("nginx", ""),
        nginx("nginx, open_file_cache", &cache),
        own("tower-http", "tower-http"),
    ];
    all.extend(OURS.map(|(name, kind)| own(name, kind)));
    all.retain(|candidate| is_chosen("CANDIDATES", |word| candidate.name.starts_with(word)));
    all
}
