//! Plywood's compression beside tower-http's: `cargo run --release`, in this folder.
//!
//! ```text
//! cargo run --release                                  both over zlib-rs
//! cargo run --release --features libdeflate            Plywood's bodies at hand by libdeflate
//! cargo run --release --no-default-features            tower-http alone, over the engine that it ships with (miniz_oxide)
//! ONLY='json 100k tower-http gzip' COUNT=20 ..         one candidate, for callgrind: the difference of two counts is what the answers cost
//! CURVE=1 ..                                           ratio against time, level by level
//! ```
//!
//! Candidates take turns, round by round; the clock is the processor time of the thread. A ratio is taken in each round, and the table has the
//! median.

mod candidate;
mod text;

use std::{env, time::Duration};

use bytes::Bytes;
use candidate::{Candidate, Page};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tower::layer::util::Identity;
use tower_http::CompressionLevel;
use tower_http::compression::CompressionLayer as Theirs;

const ROUNDS: usize = 9;
const ROUND: Duration = Duration::from_millis(25);

fn main() {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    if let Ok(only) = env::var("ONLY") {
        let count = env::var("COUNT").map_or(20, |count| count.parse().expect("a number"));
        let all = groups().into_iter().flatten();
        let mut found = all.filter(|candidate| candidate.name == only);
        found
            .next()
            .expect("ONLY names a candidate")
            .run(&runtime, count);
        return;
    }
    #[cfg(feature = "plywood")]
    if env::var("CURVE").is_ok() {
        return curve(&runtime);
    }
    println!(
        "| an answer | us | MB/s | ratio of sizes | times faster than the first | allocations | bytes allocated |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for group in groups() {
        measure(&group, &runtime);
    }
}

const SIZES: [(&str, usize); 4] = [
    ("1k", 1_000),
    ("10k", 10_000),
    ("100k", 100_000),
    ("1m", 1_000_000),
];

fn pages() -> Vec<(String, Page)> {
    let kinds: [(&str, &str, fn(usize) -> Bytes); 2] = [
        ("json", "application/json", text::json),
        ("html", "text/html; charset=utf-8", text::html),
    ];
    let mut pages = Vec::new();
    for (kind, media_type, make) in kinds {
        for (size, length) in SIZES {
            let page = Page {
                media_type,
                body: make(length),
            };
            pages.push((format!("{kind} {size}"), page));
        }
    }
    pages
}

/// What is held against each other; the first of each group is the peer.
fn groups() -> Vec<Vec<Candidate>> {
    let mut groups = vec![nothing_to_do()];
    for (name, page) in pages() {
        for coding in ["gzip", "zstd", "br"] {
            let mut group = vec![Candidate::new(
                format!("{name} tower-http {coding}"),
                Theirs::new(),
                &page,
                coding,
            )];
            if coding == "gzip" {
                let fastest = Theirs::new().quality(CompressionLevel::Fastest);
                group.push(Candidate::new(
                    format!("{name} tower-http gzip, fastest"),
                    fastest,
                    &page,
                    coding,
                ));
            }
            #[cfg(feature = "plywood")]
            group.extend(ours(&name, &page, coding));
            groups.push(group);
        }
    }
    groups
}

#[cfg(feature = "plywood")]
fn ours(name: &str, page: &Page, coding: &'static str) -> Vec<Candidate> {
    use plywood_compression::{Coding, CompressionLayer};

    let layer = CompressionLayer::new().min_size(0);
    let mut all = vec![Candidate::new(
        format!("{name} plywood {coding}"),
        layer.clone(),
        page,
        coding,
    )];
    if coding == "gzip" {
        let habit = layer.level(Coding::Gzip, 6);
        all.push(Candidate::new(
            format!("{name} plywood gzip, level 6"),
            habit,
            page,
            coding,
        ));
    }
    all
}

/// Answers that are left alone.
fn nothing_to_do() -> Vec<Candidate> {
    let page = |media_type, body: &'static [u8]| Page {
        media_type,
        body: Bytes::from_static(body),
    };
    let all = "gzip, deflate, br, zstd";
    let small = page("text/plain", b"hello, world\n");
    let image = page("image/png", &[7; 1000]);
    let mut group = Vec::new();
    for (name, page) in [("small", &small), ("image", &image)] {
        group.push(Candidate::new(
            format!("{name} bare"),
            Identity::new(),
            page,
            all,
        ));
        group.push(Candidate::new(
            format!("{name} tower-http"),
            Theirs::new(),
            page,
            all,
        ));
        #[cfg(feature = "plywood")]
        group.push(Candidate::new(
            format!("{name} plywood"),
            plywood_compression::CompressionLayer::new(),
            page,
            all,
        ));
    }
    group
}

fn measure(group: &[Candidate], runtime: &Runtime) {
    let counts: Vec<u64> = group.iter().map(|one| calibrate(one, runtime)).collect();
    let mut rounds = vec![Vec::new(); group.len()];
    for _ in 0..ROUNDS {
        for ((one, &count), rounds) in group.iter().zip(&counts).zip(&mut rounds) {
            rounds.push(time(one, runtime, count).as_secs_f64() * 1e6 / count as f64);
        }
    }
    for (one, times) in group.iter().zip(&rounds) {
        let plain = plain_length(&one.name);
        let length = one.run(runtime, 1);
        let mut counted = allocation_counter::measure(|| {
            one.run(runtime, 10);
        });
        counted.count_total /= 10;
        counted.bytes_total /= 10;
        let us = median(times.iter().copied());
        let faster = median(
            times
                .iter()
                .zip(&rounds[0])
                .map(|(ours, first)| first / ours),
        );
        println!(
            "| {} | {us:.2} | {:.0} | {:.3} | {faster:.2} | {} | {} |",
            one.name,
            plain as f64 / us,
            plain as f64 / length as f64,
            counted.count_total,
            counted.bytes_total,
        );
    }
}

fn plain_length(name: &str) -> usize {
    let sizes = SIZES
        .iter()
        .find(|(size, _)| name.contains(&format!(" {size} ")));
    sizes.map_or(0, |(_, length)| *length)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// How many answers fill a round.
fn calibrate(candidate: &Candidate, runtime: &Runtime) -> u64 {
    let mut count = 1;
    while time(candidate, runtime, count) < ROUND {
        count *= 2;
    }
    count
}

fn time(candidate: &Candidate, runtime: &Runtime, count: u64) -> Duration {
    let started = busy();
    candidate.run(runtime, count);
    busy().saturating_sub(started)
}

/// The time that this thread has had a processor.
fn busy() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.try_into().expect("it does not run backwards")
}

/// How much smaller each level makes a page, and what that costs.
#[cfg(feature = "plywood")]
fn curve(runtime: &Runtime) {
    use plywood_compression::{Coding, CompressionLayer};

    println!("| page | coding | level | us | ratio of sizes |\n|---|---|--:|--:|--:|");
    for (name, page) in pages() {
        for (coding, levels) in [
            (Coding::Gzip, 1..=9),
            (Coding::Br, 2..=9),
            (Coding::Zstd, 1..=9),
        ] {
            for level in levels {
                let layer = CompressionLayer::new().min_size(0).level(coding, level);
                let one = Candidate::new(String::new(), layer, &page, coding.as_str());
                let count = calibrate(&one, runtime);
                let times =
                    (0..5).map(|_| time(&one, runtime, count).as_secs_f64() * 1e6 / count as f64);
                let us = median(times);
                let length = one.run(runtime, 1);
                println!(
                    "| {name} | {} | {level} | {us:.1} | {:.3} |",
                    coding.as_str(),
                    page.body.len() as f64 / length as f64,
                );
            }
        }
    }
}
