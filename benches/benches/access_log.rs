//! The access log to a file beside tower-http's trace with a formatter, and how fast lines are drained: `cargo bench -p plywood-benches --bench
//! access_log`.
//!
//! The clock is the processor time of the whole process, for the lines are written by a thread of their own.

use std::{path::Path, time::Duration};

use plywood_access_log::{Lines, LogFile, Overflow, Sink};
use plywood_benches::{Candidate, logs, spread};
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};

const ROUNDS: usize = 21;
const REQUESTS: u64 = 20_000;
const LINES: u64 = 1_000_000;
const LINE: &[u8] = br#"192.0.2.7 - ada [21/Nov/2026:14:49:43 +0000] "GET /repos/octocat/hello-world/issues/42 HTTP/1.1" 200 13 "https://example.com/issues" "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0""#;

fn main() {
    let folder = tempfile::tempdir().expect("there is a temporary directory");
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    let candidates = logs(folder.path());
    if let Ok(only) = std::env::var("ONLY") {
        return run(&candidates, &only, &runtime);
    }
    requests(&candidates, &runtime);
    drain(folder.path());
}

/// One candidate alone, `COUNT` times, for a profiler: the difference of two counts is what the requests cost.
fn run(candidates: &[Candidate], only: &str, runtime: &Runtime) {
    let count =
        std::env::var("COUNT").map_or(1000, |count| count.parse().expect("COUNT is a number"));
    let candidate = candidates.iter().find(|one| one.name() == only);
    candidate
        .expect("ONLY names a candidate")
        .run(runtime, count);
}

/// In turns, so that a machine whose speed drifts treats them alike.
fn requests(candidates: &[Candidate], runtime: &Runtime) {
    let mut rounds = vec![Vec::new(); candidates.len()];
    for _ in 0..ROUNDS {
        for (candidate, rounds) in candidates.iter().zip(&mut rounds) {
            let started = busy();
            candidate.run(runtime, REQUESTS);
            // The thread that writes has a moment to do so.
            std::thread::sleep(Duration::from_millis(100));
            let spent = busy().saturating_sub(started).as_nanos();
            #[expect(clippy::cast_precision_loss, reason = "a round is short")]
            rounds.push(spent as f64 / REQUESTS as f64);
        }
    }
    println!("| a log to a file | ns | added ns | against the trace | allocations |");
    println!("|---|--:|--:|--:|--:|");
    let (bare, trace) = (&rounds[0], &rounds[rounds.len() - 1]);
    for (candidate, rounds) in candidates.iter().zip(&rounds) {
        let added = rounds.iter().zip(bare).map(|(one, bare)| one - bare);
        let ratios = added
            .clone()
            .zip(trace.iter().zip(bare))
            .map(|(one, (trace, bare))| one / (trace - bare));
        let (least, ratio, most) = spread(ratios);
        let counted = allocation_counter::measure(|| candidate.run(runtime, 1000));
        println!(
            "| {} | {:.0} | {:.0} | {ratio:.2} ({least:.2} to {most:.2}) | {:.1} |",
            candidate.name(),
            spread(rounds.iter().copied()).1,
            spread(added).1,
            f64::from(u32::try_from(counted.count_total).expect("they are few")) / 1000.0,
        );
    }
}

/// A million lines to a file, from one thread.
fn drain(folder: &Path) {
    let file = LogFile::at(folder.join("drain"));
    let log = Lines::options().overflow(Overflow::Block).file(file);
    let log = log.expect("the file can be made");
    let started = busy();
    for _ in 0..LINES {
        log.write(LINE);
    }
    log.flush();
    let spent = busy().saturating_sub(started);
    println!("\n| a million lines | bytes each | s of a processor | dropped |\n|---|--:|--:|--:|");
    println!(
        "| drained | {} | {:.3} | {} |",
        LINE.len() + 1,
        spent.as_secs_f64(),
        log.dropped()
    );
}

/// The time that the process has had a processor, and its threads with it.
fn busy() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.try_into().expect("it does not run backwards")
}
