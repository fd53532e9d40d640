//! Nanoseconds and allocations of the whole stack and of each layer, as ratios: `cargo bench -p plywood-benches --bench stack`.

use plywood_benches::{Figures, candidates, layers, lines, measure, spread};

fn main() {
    if let Ok(only) = std::env::var("ONLY") {
        return run(&only);
    }
    // The third is the stack of peers that the others are held against.
    let figures = measure(&candidates());
    print("the whole stack", &figures, Some(&figures[2]));
    print("each layer alone", &measure(&layers()), None);
    let figures = measure(&lines());
    print("with a line each", &figures, Some(&figures[2]));
}

/// One candidate alone, `COUNT` times, for a profiler: the difference of two counts is what the requests cost.
fn run(only: &str) {
    let count =
        std::env::var("COUNT").map_or(1000, |count| count.parse().expect("COUNT is a number"));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    let mut all = candidates().into_iter().chain(layers());
    let candidate = all
        .find(|candidate| candidate.name() == only)
        .or_else(|| lines().into_iter().find(|one| one.name() == only));
    candidate
        .expect("ONLY names a candidate")
        .run(&runtime, count);
}

/// A table of this name. The first row is the bare service, from which the others' cost is told.
fn print(name: &str, figures: &[Figures], peers: Option<&Figures>) {
    let bare = &figures[0];
    println!("\n| {name} | ns | added ns | against the peers | allocations | added allocations |");
    println!("|---|--:|--:|--:|--:|--:|");
    for one in figures {
        let (least, median, greatest) = spread(one.rounds.iter().copied());
        let (fewest, added, most) = spread(added(one, bare));
        let ratio = peers.map_or_else(String::new, |peers| {
            let ratios = added_ratios(one, peers, bare);
            let (least, median, greatest) = spread(ratios);
            format!("{median:.2} ({least:.2} to {greatest:.2})")
        });
        println!(
            "| {} | {median:.0} ({least:.0} to {greatest:.0}) | {added:.0} ({fewest:.0} to {most:.0}) | {ratio} | {:.0} | {:.0} |",
            one.name,
            one.allocations,
            one.allocations - bare.allocations,
        );
    }
}

/// What it adds to the bare service, round by round.
fn added<'f>(one: &'f Figures, bare: &'f Figures) -> impl Iterator<Item = f64> {
    one.rounds
        .iter()
        .zip(&bare.rounds)
        .map(|(one, bare)| one - bare)
}

fn added_ratios<'f>(
    one: &'f Figures,
    peers: &'f Figures,
    bare: &'f Figures,
) -> impl Iterator<Item = f64> {
    added(one, bare)
        .zip(added(peers, bare))
        .map(|(one, peers)| one / peers)
}
