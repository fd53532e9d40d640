//! Instructions of the whole stack, by callgrind: `cargo bench -p plywood-benches --bench instructions`.
//!
//! It needs valgrind and gungraun's runner: `cargo install gungraun-runner --version 0.20.0 --locked`. Each candidate answers 1,000 requests: divide by that.

#![allow(
    missing_docs,
    reason = "the macros of the harness make items without any"
)]

use gungraun::prelude::*;
use plywood_benches::{Candidate, candidates, layers, lines};
use tokio::runtime::{Builder, Runtime};

const TIMES: u64 = 1000;

fn warm((list, index): (fn() -> Vec<Candidate>, usize)) -> (Candidate, Runtime) {
    let candidate = list().swap_remove(index);
    let runtime = Builder::new_current_thread()
        .build()
        .expect("a runtime can be made");
    candidate.run(&runtime, 100);
    (candidate, runtime)
}

#[library_benchmark(setup = warm)]
#[bench::bare((candidates, 0))]
#[bench::plywood((candidates, 1))]
#[bench::peers((candidates, 2))]
#[bench::plywood_erased((candidates, 3))]
#[bench::peers_axum((candidates, 4))]
#[bench::peers_line((lines, 2))]
#[bench::access_log((layers, 1))]
#[bench::trace((layers, 2))]
#[bench::error_pages((layers, 3))]
#[bench::catch_panic((layers, 4))]
#[bench::compression((layers, 5))]
#[bench::tower_http_compression((layers, 6))]
#[bench::session((layers, 7))]
#[bench::tower_sessions((layers, 8))]
#[bench::basic_auth((layers, 9))]
#[bench::dispatch((layers, 10))]
#[bench::axum_router((layers, 11))]
fn requests((candidate, runtime): (Candidate, Runtime)) -> (Candidate, Runtime) {
    candidate.run(&runtime, TIMES);
    (candidate, runtime)
}

library_benchmark_group!(name = stack, benchmarks = requests);
main!(library_benchmark_groups = stack);
