//! Instructions of the whole stack, by callgrind: `cargo bench -p plywood-benches --bench instructions`.
//!
//! It needs valgrind, and `cargo install gungraun-runner --version 0.20.0`. Each candidate answers 1,000 requests: divide by that.

#![allow(
    missing_docs,
    reason = "the macros of the harness make items without any"
)]

use gungraun::prelude::*;
use plywood_benches::{Candidate, candidates};
use tokio::runtime::{Builder, Runtime};

const TIMES: u64 = 1000;

fn warm(index: usize) -> (Candidate, Runtime) {
    let candidate = candidates().swap_remove(index);
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    candidate.run(&runtime, 100);
    (candidate, runtime)
}

#[library_benchmark(setup = warm)]
#[bench::bare(0)]
#[bench::plywood(1)]
#[bench::peers(2)]
#[bench::plywood_erased(3)]
#[bench::peers_axum(4)]
fn requests((candidate, runtime): (Candidate, Runtime)) -> (Candidate, Runtime) {
    candidate.run(&runtime, TIMES);
    (candidate, runtime)
}

library_benchmark_group!(name = stack, benchmarks = requests);
main!(library_benchmark_groups = stack);
