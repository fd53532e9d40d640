//! Werkzeug's map and ours, over maps of random rules: they find the same, and build the same.

use plywood_integration_tests::conformance;

use super::{output, python_tool};

/// Says what the judge wrote and our map sees otherwise.
async fn judged(kind: &str, seed: u32, maps: u32, each: u32) -> usize {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/judges/routing.py");
    let mut judge = python_tool("python");
    judge.args([script, kind]);
    judge.args([seed, maps, each].map(|number| number.to_string()));
    let cases = output(judge).await;
    let report = conformance::run(&format!("routing-{kind}"), &cases).unwrap();
    assert!(report.is_conformant(), "seed {seed}\n{report}");
    report.passed()
}

#[tokio::test]
async fn ten_thousand_requests_find_what_werkzeug_finds() {
    let passed = judged("match", 20_260, 800, 20).await;
    assert!(passed >= 10_000, "{passed}");
}

#[tokio::test]
async fn urls_are_built_as_werkzeug_builds_them() {
    let passed = judged("build", 20_261, 300, 20).await;
    assert!(passed >= 3_000, "{passed}");
}
