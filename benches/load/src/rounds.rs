//! Candidates in turns, and a table of what they cost.

use std::collections::HashMap;

use crate::{middle, process::Process, setting};

pub struct Candidate {
    pub name: &'static str,
    pub process: Process,
}

/// What a while of requests has cost, and how long they took.
#[derive(Clone, Copy)]
pub struct Load {
    /// The server's processor time of one request, in microseconds.
    pub cost: f64,
    pub a_second: f64,
    /// So many microseconds half of the requests took at most, and so many 99 of 100.
    pub half: f64,
    pub most: f64,
}

/// By the candidate's name, round by round.
pub type Loads = HashMap<&'static str, Vec<Load>>;

/// `ROUNDS` rounds, five unless another number is given. The one before them is not counted: it warms up.
pub fn rounds(candidates: &[Candidate], load: impl Fn(&Candidate) -> Load) -> Loads {
    let mut loads = Loads::new();
    for round in 0..=setting("ROUNDS", 5) {
        for candidate in candidates {
            let load = load(candidate);
            if round > 0 {
                loads.entry(candidate.name).or_default().push(load);
            }
        }
    }
    loads
}

/// A table of this name: the candidates, and what they cost against each of the peers.
pub fn print(name: &str, candidates: &[Candidate], peers: &[&str], loads: &Loads) {
    let peers: Vec<&&str> = peers
        .iter()
        .filter(|peer| loads.contains_key(**peer))
        .collect();
    print!("\n| {name} | us of processor time |");
    for peer in &peers {
        print!(" x {peer} |");
    }
    let columns = "--:|".repeat(peers.len());
    println!(" requests/s | us, half of them | us, 99 of 100 |\n|---|--:|{columns}--:|--:|--:|");
    for Candidate { name, .. } in candidates {
        let own = &loads[name];
        print!("| {name} | {} |", spread(own.iter().map(|load| load.cost)));
        for peer in &peers {
            let ratios = own.iter().zip(&loads[**peer]);
            print!(
                " {} |",
                spread(ratios.map(|(own, peer)| own.cost / peer.cost))
            );
        }
        let typical = |figure: fn(&Load) -> f64| middle(own.iter().map(figure).collect());
        println!(
            " {:.0} | {:.0} | {:.0} |",
            typical(|load| load.a_second),
            typical(|load| load.half),
            typical(|load| load.most)
        );
    }
}

fn spread(figures: impl Iterator<Item = f64>) -> String {
    let mut figures: Vec<f64> = figures.collect();
    figures.sort_by(f64::total_cmp);
    let (least, greatest) = (figures[0], figures[figures.len() - 1]);
    format!("{:.2} ({least:.2} to {greatest:.2})", middle(figures))
}
