//! What error pages cost: `cargo bench -p plywood-benches --bench errors`.
//!
//! A row's cost is told beyond the last row that is bare.

use plywood_benches::{errors, measure, spread};

fn main() {
    let candidates = errors();
    if let Ok(only) = std::env::var("ONLY") {
        // One alone, `COUNT` times, for a profiler: the difference of two counts is what the requests cost.
        let count =
            std::env::var("COUNT").map_or(1000, |count| count.parse().expect("COUNT is a number"));
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime can be made");
        let candidate = candidates.iter().find(|one| one.name() == only);
        return candidate
            .expect("ONLY names a candidate")
            .run(&runtime, count);
    }
    let figures = measure(&candidates);
    let mut bare = &figures[0];
    println!("| service | ns | added ns | allocations | added |");
    println!("|---|--:|--:|--:|--:|");
    for one in &figures {
        if one.name.starts_with("bare") {
            bare = one;
        }
        let added = one.rounds.iter().zip(&bare.rounds);
        let (least, median, greatest) = spread(added.map(|(one, bare)| one - bare));
        println!(
            "| {} | {:.0} | {median:.0} ({least:.0} to {greatest:.0}) | {:.1} | {:.1} |",
            one.name,
            spread(one.rounds.iter().copied()).1,
            one.allocations,
            one.allocations - bare.allocations,
        );
    }
}
