#![no_main]

use arbitrary::Arbitrary;
use http::Method;
use libfuzzer_sys::fuzz_target;
use plywood_dispatch::{Map, Verdict};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    rules: Vec<&'a str>,
    path: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let mut rules = Map::builder();
    for (number, rule) in input.rules.iter().take(64).enumerate() {
        rules = rules.route(*rule, number);
    }
    // Rules come from the program, so that a bad one is an error and never a panic.
    let Ok(map) = rules.build() else {
        return;
    };
    if let Verdict::Match(found) = map.find(&Method::GET, input.path) {
        assert!(*found.endpoint() < input.rules.len());
        for (name, value) in found.parameters() {
            assert!(!name.is_empty() && input.path.contains(value));
        }
    }
});
