//! 100,000 files, of which few are asked for often: the file at rank `n` is asked for in proportion to `1/n`.

use std::fmt::Write;

use plywood_bench_load::{Asked, Tree, print, rounds, setting, wrk};

use crate::candidate;

const FILES: u64 = 100_000;
const LENGTH: usize = 4 << 10;

/// As many places in nginx's cache as ours has by default.
const CACHED: usize = 1024;

/// How many requests are drawn; wrk begins anew when they are through.
const DRAWN: usize = 400_000;

pub fn run() {
    let seconds = setting("SECONDS", 5);
    let files = setting("FILES", FILES);
    let tree = Tree::new();
    for file in 0..files {
        tree.file(&name(file), LENGTH);
    }
    let script = tree.path().join("zipf.lua");
    std::fs::write(&script, lua(files)).expect("it is ours");
    let mut candidates = candidate::all(tree.path(), &tree.root(), CACHED);
    let asked = Asked::Script(&script);
    let before: Vec<f64> = candidates
        .iter()
        .map(|candidate| candidate.process.memory())
        .collect();
    let loads = rounds(&candidates, |candidate| wrk(candidate, &asked, 32, seconds));
    let name = format!("{files} files of 4 KB, Zipf");
    print(&name, &candidates, &candidate::PEERS, &loads);
    println!(
        "\n| memory and cache | MB of its own at the start | MB at the end | hits, % | files kept | bytes kept |\n|---|--:|--:|--:|--:|--:|"
    );
    for (candidate, before) in candidates.iter_mut().zip(before) {
        let after = candidate.process.memory();
        print!(
            "| {} | {:.1} | {:.1} |",
            candidate.name,
            before / 1e3,
            after / 1e3
        );
        let is_cached = ["plywood", "plywood on hyper"].contains(&candidate.name);
        let counts = if is_cached {
            candidate.process.cache()
        } else {
            Vec::new()
        };
        match counts[..] {
            [hits, misses, files, memory] => {
                let share = hits as f64 / (hits + misses) as f64 * 100.0;
                println!(" {share:.1} | {files} | {memory} |");
            }
            _ => println!(" | | |"),
        }
    }
}

fn name(file: u64) -> String {
    format!("{:03}/{file}.bin", file % 500)
}

/// The ranks that are asked for, in an order without a pattern, as a script for wrk. It draws once and each time the same.
fn lua(files: u64) -> String {
    let mut sums = Vec::new();
    let mut sum = 0.0;
    for rank in 1..=files {
        sum += 1.0 / rank as f64;
        sums.push(sum);
    }
    let mut state = 1_u64;
    let mut script = String::from("local ranks = {");
    for _ in 0..DRAWN {
        // Marsaglia's xorshift.
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let at = (state >> 11) as f64 / (1_u64 << 53) as f64 * sum;
        let rank = sums.partition_point(|sum| *sum < at);
        write!(script, "{rank},").expect("writing to a string does not fail");
    }
    script.push_str(
        "}
        local at = 0
        function request()
            at = at % #ranks + 1
            local rank = ranks[at]
            return 'GET /' .. string.format('%03d/%d.bin', rank % 500, rank) .. ' HTTP/1.1\\r\\nHost: localhost\\r\\n\\r\\n'
        end",
    );
    script
}
