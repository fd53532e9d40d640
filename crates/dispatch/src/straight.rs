//! The straight way through the tree: at each node the first way that fits, and no way back.
//!
//! Whatever it finds is what the [walk](crate::matching::Walk) would find, because that one begins with the same way. Where it ends in front of
//! a rule that takes the request for no other reason than its path and its method, there is nothing more to ask. Most requests end so; for
//! the others the walk begins anew.

use crate::{
    segment::{Segment, Segments},
    spans::Spans,
    trie::{Node, Takes, Trie, Way},
};

/// Finds the rule for a path and a method's bit, and leaves the parameters' places in `spans`. `None` says nothing.
///
/// It stands alone, so that whoever calls it can make the match in its place.
#[inline(never)]
pub(crate) fn straight(trie: &Trie, path: &str, bit: u16, spans: &mut Spans) -> Option<u32> {
    if path.len() > usize::from(u16::MAX) {
        return None;
    }
    let mut segments = Segments::of(path.as_bytes())?;
    let mut node = trie.plain()?;
    loop {
        let Some(segment) = segments.read() else {
            // A slash at the end, or two of them where one should be.
            node = segments.is_empty().then(|| trie.branch(node))??;
            break;
        };
        node = if let Some(child) = trie.child_for(node, &segment) {
            child
        } else {
            let child = turn(trie, node, &segment)?;
            let start = segments.position(path.len());
            spans.push(start, start + segment.len());
            child
        };
        if !segments.pass(&segment) {
            break;
        }
    }
    (node.bits & bit != 0).then_some(node.rule)
}

/// The child of `node` for a segment that is no child's text.
#[inline]
fn turn<'a>(trie: &'a Trie, node: &Node, segment: &Segment<'_>) -> Option<&'a Node> {
    trie.at(match node.way {
        Way::TextOrSegment { node } => node,
        Way::TextOrDigits { node } if segment.is_digits() => node,
        Way::Text | Way::TextOrDigits { .. } => return None,
        Way::Children | Way::Open => several(trie, node, segment)?,
    })
}

/// The first of several turns that takes the segment, as long as that is told at a glance.
fn several(trie: &Trie, node: &Node, segment: &Segment<'_>) -> Option<u32> {
    for turn in trie.turns(node) {
        match turn.takes {
            Takes::Segment => return Some(turn.node),
            Takes::Digits if segment.is_digits() => return Some(turn.node),
            Takes::Digits => {}
            Takes::Split | Takes::Rest => return None,
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use http::Method;
    use proptest::prelude::*;

    use super::*;
    use crate::{
        Map, Rule,
        matching::{Step, Walk, Wanted},
        methods,
    };

    fn a_pattern() -> impl Strategy<Value = String> {
        let segment = prop_oneof![
            Just("/a"),
            Just("/7"),
            Just("/a-text-of-seventeen"),
            Just("/<x>"),
            Just("/<int:x>"),
            Just("/<float:x>"),
            Just("/a<x>"),
            Just("/<path:x>"),
            Just("/"),
        ];
        prop::collection::vec(segment, 1..5).prop_map(|segments| {
            let named = segments.iter().enumerate();
            let named = named.map(|(index, one)| one.replace("x>", &format!("x{index}>")));
            named.collect()
        })
    }

    fn a_path() -> impl Strategy<Value = String> {
        let segment = prop_oneof![
            Just("/a"),
            Just("/7"),
            Just("/a-text-of-seventeen"),
            Just("/a-text-of-seventees"),
            Just("/abc"),
            Just("/1.5"),
            Just("/"),
        ];
        prop::collection::vec(segment, 0..5).prop_map(|segments| segments.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn what_is_found_at_once_is_what_the_walk_finds(
            rules in prop::collection::vec((a_pattern(), any::<bool>(), any::<bool>()), 1..12),
            paths in prop::collection::vec(a_path(), 8),
        ) {
            let rules = rules.iter().fold(Map::builder().first_wins(), |map, (pattern, strict, post)| {
                let method = if *post { "POST" } else { "GET" };
                map.route(Rule::new(pattern).strict_slashes(*strict).methods([method]), ())
            });
            let Ok(map) = rules.build() else { return Ok(()) };
            let table = &*map.table;
            for path in &paths {
                let mut spans = Spans::default();
                let bit = methods::bit(&Method::GET);
                if let Some(rule) = straight(&table.trie, path, bit, &mut spans) {
                    let wanted = Wanted { method: &Method::GET, websocket: false, host: "" };
                    let mut others = Spans::default();
                    let step = Walk::new(&table.trie, &table.terms, wanted, path, &mut others).run();
                    let below = u32::try_from(path.len()).unwrap();
                    prop_assert_eq!(step, Some(Step::Rule { rule, below }), "{} {:?}", path, map);
                    let ranges = |spans: &Spans| spans.ranges().collect::<Vec<_>>();
                    prop_assert_eq!(ranges(&spans), ranges(&others), "{} {:?}", path, map);
                }
            }
        }
    }

    #[test]
    fn a_plain_rule_is_found_without_a_walk() {
        let map = Map::builder()
            .route(Rule::new("/").methods(["GET"]), ())
            .route(Rule::new("/users/<name>/<int:page>/").methods(["GET"]), ())
            .route(Rule::new("/users/me").methods(["GET"]), ())
            .build()
            .unwrap();
        let found = |path| {
            let bit = methods::bit(&Method::GET);
            straight(&map.table.trie, path, bit, &mut Spans::default())
        };
        assert_eq!(found("/"), Some(0));
        assert_eq!(found("/users/ada/7/"), Some(1));
        assert_eq!(found("/users/me"), Some(2));
        // Whoever needs a second look gets it elsewhere.
        for path in [
            "",
            "users",
            "//",
            "/users/ada/7",
            "/users/me/7/",
            "/users//7/",
        ] {
            assert_eq!(found(path), None, "{path}");
        }
    }
}
