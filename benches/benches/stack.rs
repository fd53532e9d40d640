//! Nanoseconds and allocations of the whole stack and of each layer, as ratios: `cargo bench -p plywood-benches --bench stack`.

use plywood_benches::{Figures, candidates, layers, measure};

fn main() {
    if let Ok(only) = std::env::var("ONLY") {
        return run(&only);
    }
    let figures = measure(&candidates());
    // The third is the nearest stack of peers.
    print(&figures, Some(&figures[2]));
    println!();
    print(&measure(&layers()), None);
}

/// One candidate alone, `COUNT` times, for a profiler: the difference of two counts is what the requests cost.
fn run(only: &str) {
    let count =
        std::env::var("COUNT").map_or(1000, |count| count.parse().expect("COUNT is a number"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    let mut all = candidates().into_iter().chain(layers());
    let candidate = all.find(|candidate| candidate.name() == only);
    candidate
        .expect("ONLY names a candidate")
        .run(&runtime, count);
}

/// A table. The first row is the bare service, from which the others' cost is told.
fn print(figures: &[Figures], peers: Option<&Figures>) {
    let bare = &figures[0];
    println!(
        "| service | ns | fastest to slowest | added ns | against the peers | allocations | added |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    for one in figures {
        let added = one.nanoseconds - bare.nanoseconds;
        let ratio = peers.map_or_else(String::new, |peers| {
            format!("{:.2}x", added / (peers.nanoseconds - bare.nanoseconds))
        });
        println!(
            "| {} | {:.0} | {:.0} to {:.0} | {:.0} | {} | {:.0} | {:.0} |",
            one.name,
            one.nanoseconds,
            one.spread.0,
            one.spread.1,
            added,
            ratio,
            one.allocations,
            one.allocations - bare.allocations,
        );
    }
}
