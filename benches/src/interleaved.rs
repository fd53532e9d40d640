use std::time::Duration;

use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};

use crate::Candidate;

const ROUNDS: usize = 51;
const ROUND: Duration = Duration::from_millis(10);

/// What one candidate costs for each request.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Figures {
    /// Its name.
    pub name: &'static str,
    /// Nanoseconds, round by round: the same place in two candidates' lists is the same moment.
    pub rounds: Vec<f64>,
    /// Allocations.
    pub allocations: f64,
}

/// The least, the median and the greatest.
pub fn spread(values: impl IntoIterator<Item = f64>) -> (f64, f64, f64) {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    (
        values[0],
        values[values.len() / 2],
        values[values.len() - 1],
    )
}

/// Measures all candidates in turn, round by round (A B C, A B C ..), so that a machine whose speed drifts treats them alike.
pub fn measure(candidates: &[Candidate]) -> Vec<Figures> {
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    let counts: Vec<u64> = candidates
        .iter()
        .map(|candidate| calibrate(candidate, &runtime))
        .collect();
    let mut rounds = vec![Vec::with_capacity(ROUNDS); candidates.len()];
    for _ in 0..ROUNDS {
        for ((candidate, &count), rounds) in candidates.iter().zip(&counts).zip(&mut rounds) {
            let nanoseconds = time(candidate, &runtime, count).as_nanos();
            #[expect(clippy::cast_precision_loss, reason = "a round is 10 ms long")]
            rounds.push(nanoseconds as f64 / count as f64);
        }
    }
    candidates
        .iter()
        .zip(rounds)
        .map(|(candidate, rounds)| Figures {
            name: candidate.name(),
            rounds,
            allocations: allocations(candidate, &runtime),
        })
        .collect()
}

/// How many requests fill a round.
fn calibrate(candidate: &Candidate, runtime: &Runtime) -> u64 {
    let mut count = 100;
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

/// The time that this thread has had a processor: what others do meanwhile on the machine is left out.
fn busy() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.try_into().expect("it does not run backwards")
}

fn allocations(candidate: &Candidate, runtime: &Runtime) -> f64 {
    const TIMES: u64 = 1000;
    let counted = allocation_counter::measure(|| candidate.run(runtime, TIMES));
    #[expect(clippy::cast_precision_loss, reason = "both are small")]
    let each = counted.count_total as f64 / TIMES as f64;
    each
}
