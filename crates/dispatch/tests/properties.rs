//! What holds of every map: URLs lead back to their rules, and the order of registration is no one's concern.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use http::{Method, Uri};
use plywood_core::Path;
use plywood_dispatch::{Map, Rule, Uuid, Value, Verdict};
use proptest::prelude::*;

const TEXT: &str = "[a-zA-Z0-9 é%?#&=+;:@.,~-]{1,8}";

/// A variable, without its name, and a value for it.
fn a_variable() -> impl Strategy<Value = (&'static str, Value<'static>)> {
    prop_oneof![
        TEXT.prop_map(|text| ("", text.into())),
        TEXT.prop_map(|text| ("string(maxlength=8):", text.into())),
        any::<u64>().prop_map(|number| ("int:", number.into())),
        any::<i64>().prop_map(|number| ("int(signed=True):", number.into())),
        (0..9999_u32).prop_map(|number| ("int(fixed_digits=4):", number.into())),
        (0.0..1e9).prop_map(|number: f64| ("float:", number.into())),
        prop_oneof![Just("a"), Just("b c")].prop_map(|text| ("any(a,\"b c\"):", text.into())),
        any::<u128>().prop_map(|bits| ("uuid:", Uuid::from_u128(bits).into())),
    ]
}

/// Segments of a variable each, some with text before it. A `path` is the last one: elsewhere others may take a part of what it was given.
fn a_rule() -> impl Strategy<Value = Vec<(bool, (&'static str, Value<'static>))>> {
    let rest = prop::collection::vec(TEXT, 1..4).prop_map(|texts| texts.join("/"));
    let rest = prop::option::of(rest.prop_map(|text| (false, ("path:", text.into()))));
    let segments = prop::collection::vec((any::<bool>(), a_variable()), 0..4);
    (segments, rest).prop_map(|(segments, rest)| segments.into_iter().chain(rest).collect())
}

fn a_segment() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "/a",
        "/7",
        "/<x>",
        "/<int:x>",
        "/<path:x>",
        "/a<x>",
        "/ab<x>",
        "/<x>.b",
        "/<uuid:x>",
        "/",
    ])
}

/// Of two rules that end with a `path`, with a slash and without, the first one wins: they are alike in weight.
fn a_pattern() -> impl Strategy<Value = String> {
    let pattern = prop::collection::vec(a_segment(), 1..4).prop_map(|segments| {
        let segments = segments.iter().enumerate();
        let named = segments.map(|(index, one)| one.replace("x>", &format!("x{index}>")));
        named.collect::<String>()
    });
    pattern.prop_filter("alike", |pattern| {
        !(pattern.contains("<path") && pattern.ends_with('/'))
    })
}

fn found(map: &Map<String>, path: &str) -> String {
    match map.find(&Method::GET, path) {
        Verdict::Match(found) => format!("{found:?}"),
        Verdict::Redirect(redirect) => format!("{redirect:?}"),
        _ => "-".to_owned(),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_url_builds_matching_returns(rules in prop::collection::vec(a_rule(), 1..5), query in ".{0,8}") {
        let pattern = |number: usize, rule: &[(bool, (&str, Value<'_>))]| {
            let segments = rule.iter().enumerate().map(|(index, (prefixed, (converter, _)))| {
                let prefix = if *prefixed { "at-" } else { "" };
                format!("/{prefix}<{converter}v{index}>")
            });
            format!("/rule-{number}{}", segments.collect::<String>())
        };
        let map = rules.iter().enumerate().fold(Map::builder().merge_slashes(false), |map, (number, rule)| {
            map.route(Rule::new(pattern(number, rule)).name(number.to_string()), number)
        });
        // A variable with text behind a path may take what another rule would: then it is an error.
        let Ok(map) = map.build() else { return Ok(()) };
        for (number, rule) in rules.iter().enumerate() {
            let names: Vec<String> = (0..rule.len()).map(|index| format!("v{index}")).collect();
            let values = names.iter().zip(rule).map(|(name, (_, (_, value)))| (name.as_str(), value.clone()));
            let mut values: Vec<_> = values.collect();
            let wanted = values.clone();
            values.push(("q", query.as_str().into()));
            let is_dots = |(prefixed, (_, value)): &(bool, (&str, Value<'_>))| {
                let mut segments = value.as_text().unwrap_or_default().split('/').enumerate();
                segments.any(|(index, one)| matches!(one, "." | "..") && !(*prefixed && index == 0))
            };
            let url = map.url(&number.to_string(), &values);
            if rule.iter().any(is_dots) {
                prop_assert!(url.is_err(), "{:?}", url);
                continue;
            }
            let uri: Uri = url.unwrap().parse().unwrap();
            let path = Path::read(&uri).unwrap();
            let Verdict::Match(found) = map.find(&Method::GET, path.as_str()) else {
                panic!("{uri} is not found");
            };
            prop_assert_eq!(*found.endpoint(), number, "{}", uri);
            let read = found.values();
            for (name, value) in &wanted {
                prop_assert_eq!(read.get(name), Some(value), "{}", uri);
            }
            prop_assert!(uri.query().unwrap().starts_with("q="));
        }
    }

    #[test]
    fn the_order_of_registration_changes_nothing(
        rules in prop::collection::btree_set(a_pattern(), 1..8),
        shuffled in any::<prop::sample::Index>(),
        path in prop::collection::vec(prop::sample::select(vec!["/a", "/7", "/abc", "/x.b", "/"]), 0..4),
    ) {
        let map = |rules: &[&String]| {
            let rules = rules.iter().map(|rule| (rule.as_str(), (*rule).clone()));
            rules.fold(Map::builder(), |map, (rule, name)| map.route(rule, name)).build()
        };
        let rules: Vec<&String> = rules.iter().collect();
        let mut turned = rules.clone();
        turned.rotate_left(shuffled.index(rules.len()));
        let reversed: Vec<&String> = rules.iter().rev().copied().collect();
        let path = path.concat();
        let Ok(one) = map(&rules) else {
            prop_assert!(map(&turned).is_err() && map(&reversed).is_err());
            return Ok(());
        };
        let said = found(&one, &path);
        for other in [turned, reversed] {
            prop_assert_eq!(&found(&map(&other).unwrap(), &path), &said, "{} {:?}", path, other);
        }
    }
}
