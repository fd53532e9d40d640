#![no_main]

use arbitrary::Arbitrary;
use http::Method;
use libfuzzer_sys::fuzz_target;
use plywood_dispatch::{Base, Map, Rule, Verdict};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    rules: Vec<(&'a str, bool, bool)>,
    path: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let mut rules = Map::builder().first_wins();
    for (number, (pattern, strict, merge)) in input.rules.iter().take(64).enumerate() {
        let rule = Rule::new(*pattern).name(number.to_string());
        rules = rules.route(rule.strict_slashes(*strict).merge_slashes(*merge), number);
    }
    // Rules come from the program, so that a bad one is an error and never a panic.
    let Ok(map) = rules.build() else {
        return;
    };
    let base = Base::new("example.com");
    let bound = map.bind(&base);
    match bound.find(&Method::GET, input.path) {
        Verdict::Match(found) => {
            assert!(*found.endpoint() < input.rules.len());
            for (name, value) in found.parameters() {
                assert!(!name.is_empty() && input.path.contains(value));
            }
            // What was read is written again, or refused, and never something else's place.
            let values = found.values();
            let values: Vec<_> = values.iter().map(|(name, value)| (name, value.clone())).collect();
            if let Ok(url) = bound.url(&found.endpoint().to_string(), &values) {
                assert!(url.starts_with('/') && !url.starts_with("//"), "{url}");
            }
        }
        Verdict::Redirect(redirect) => {
            let url = bound.location(&redirect, None);
            assert!(url.starts_with("http://example.com/"), "{url}");
        }
        _ => {}
    }
});
