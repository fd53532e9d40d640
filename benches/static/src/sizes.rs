//! Processor time of a request, by the size of the file.

use std::collections::HashMap;

use crate::{
    candidate::{self, Candidate},
    client::{Asked, Connection, Load, wrk},
    is_chosen, middle, setting,
    tree::Tree,
};

const SHAPES: [(&str, &str, usize, u64); 5] = [
    ("1 KB", "/1k.bin", 1 << 10, 32),
    ("10 KB", "/10k.bin", 10 << 10, 32),
    ("100 KB", "/100k.bin", 100 << 10, 32),
    ("10 MB", "/10m.bin", 10 << 20, 8),
    ("304", "/10k.bin", 10 << 10, 32),
];

pub fn run() {
    let (rounds, seconds) = (setting("ROUNDS", 5), setting("SECONDS", 2));
    let tree = Tree::new();
    for (_, target, length, _) in SHAPES {
        tree.file(&target[1..], length);
    }
    let candidates = candidate::all(tree.path(), &tree.root(), 1000);
    for (shape, target, length, connections) in SHAPES {
        if !is_chosen("SHAPES", |word| word == shape) {
            continue;
        }
        let fields: Vec<Option<String>> = candidates
            .iter()
            .map(|candidate| (shape == "304").then(|| condition(candidate, target)))
            .collect();
        let mut loads: HashMap<&str, Vec<Load>> = HashMap::new();
        // The round that is not counted warms up.
        for round in 0..=rounds {
            for (candidate, field) in candidates.iter().zip(&fields) {
                let asked = Asked::Target(target, field.as_deref(), length);
                let load = wrk(candidate, &asked, connections, seconds);
                if round > 0 {
                    loads.entry(candidate.name).or_default().push(load);
                }
            }
        }
        print(shape, &candidates, &loads);
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

/// A table: the candidates, and what they cost against each of the peers.
pub fn print(shape: &str, candidates: &[Candidate], loads: &HashMap<&str, Vec<Load>>) {
    let peers = candidate::PEERS
        .iter()
        .filter(|peer| loads.contains_key(**peer));
    let peers: Vec<&str> = peers.copied().collect();
    print!("\n| {shape} | us of processor time |");
    for peer in &peers {
        print!(" x {peer} |");
    }
    print!(
        " requests/s |\n|---|--:|--:|{}\n",
        "--:|".repeat(peers.len())
    );
    for Candidate { name, .. } in candidates {
        let own = &loads[name];
        let cost = middle(own.iter().map(|load| load.cost).collect());
        print!("| {name} | {cost:.2} |");
        for peer in &peers {
            let ratios = own.iter().zip(&loads[peer]);
            let mut ratios: Vec<f64> = ratios.map(|(own, peer)| own.cost / peer.cost).collect();
            ratios.sort_by(f64::total_cmp);
            let (least, greatest) = (ratios[0], ratios[ratios.len() - 1]);
            let ratio = middle(ratios);
            print!(" {ratio:.2} ({least:.2} to {greatest:.2}) |");
        }
        let rate = middle(own.iter().map(|load| load.a_second).collect());
        println!(" {rate:.0} |");
    }
}
