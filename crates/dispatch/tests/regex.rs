//! The converter `regex`, with its feature and without.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use plywood_dispatch::{BuildErrorKind, FlawKind, Map};

#[cfg(not(feature = "regex"))]
#[test]
fn without_the_feature_the_rule_says_which_one_it_needs() {
    let rule = "/x/<regex('a'):y>";
    let error = Map::builder().route(rule, ()).build().unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::Syntax(FlawKind::Converter));
    assert_eq!(
        error.to_string(),
        "rule \"/x/<regex('a'):y>\": unknown converter \"regex\": it needs the feature `regex` of plywood-dispatch \
         (`dispatch-regex` of plywood)\n    /x/<regex('a'):y>\n       ^^^^^^^^^^^^^^",
    );
}

#[cfg(feature = "regex")]
mod with_the_feature {
    use http::Method;
    use plywood_dispatch::{Base, Rule, UrlErrorKind, Verdict};

    use super::*;

    fn map() -> Map<&'static str> {
        let rules = [
            ("year", r#"/<regex("[0-9]{4}"):year>/"#),
            (
                "post",
                r#"/<regex("[0-9]{4}"):year>/<regex("[a-z-]+"):slug>.html"#,
            ),
            ("tags", r#"/tags/<regex("a|bc|é+"):tag>"#),
            ("tag", "/tags/<tag>"),
            ("any", r#"/any/<regex(".*"):all>"#),
        ];
        let builder = rules.into_iter().fold(Map::builder(), |map, (name, rule)| {
            map.route(Rule::new(rule).name(name), name)
        });
        builder.build().unwrap()
    }

    fn found(map: &Map<&'static str>, path: &str) -> String {
        match map.find(&Method::GET, path) {
            Verdict::Match(found) => {
                let texts = found
                    .parameters()
                    .map(|(name, text)| format!(" {name}={text}"));
                (*found.endpoint()).to_owned() + &texts.collect::<String>()
            }
            Verdict::Redirect(_) => "redirect".to_owned(),
            _ => "-".to_owned(),
        }
    }

    #[test]
    fn a_variable_takes_what_matches_from_end_to_end() {
        let map = map();
        for (path, expected) in [
            ("/1999/", "year year=1999"),
            ("/1999", "redirect"),
            ("/199/", "-"),
            ("/19999/", "-"),
            ("/x1999/", "-"),
            ("/1999/a-b.html", "post year=1999 slug=a-b"),
            ("/1999/a_b.html", "-"),
            ("/1999/.html", "-"),
            ("/tags/bc", "tags tag=bc"),
            ("/tags/éé", "tags tag=éé"),
            ("/tags/ac", "tag tag=ac"),
            ("/any/a.b", "any all=a.b"),
            ("/any/", "-"),
            ("/any/a/b", "-"),
        ] {
            assert_eq!(found(&map, path), expected, "{path}");
        }
    }

    #[test]
    fn what_is_built_matches_and_what_would_not_is_refused() {
        let (map, base) = (map(), Base::new("h"));
        let bound = map.bind(&base);
        let url = |name, values: &[_]| bound.link(name).url(values);
        let post = url("post", &[("year", 1999.into()), ("slug", "a-b".into())]);
        assert_eq!(post.unwrap(), "/1999/a-b.html");
        assert_eq!(url("tags", &[("tag", "é".into())]).unwrap(), "/tags/%C3%A9");
        for (name, variable, value) in [
            ("year", "year", "199"),
            ("tags", "tag", "ac"),
            ("any", "all", ""),
            ("any", "all", "a/b"),
        ] {
            let error = url(name, &[(variable, value.into())]).unwrap_err();
            assert_eq!(error.kind(), UrlErrorKind::Value, "{name} {value}");
        }
        let error = url("year", &[("year", "199".into())]).unwrap_err();
        assert!(
            error.to_string().contains(r#"regex("[0-9]{4}")"#),
            "{error}"
        );
    }

    #[test]
    fn a_pattern_that_is_none_is_found_when_the_map_is_built() {
        let error = Map::builder()
            .route("/x/<regex('(a'):y>", ())
            .build()
            .unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Syntax(FlawKind::Argument));
        assert_eq!(
            error.to_string(),
            "rule \"/x/<regex('(a'):y>\": \"(a\" is no regular expression for a rule: unclosed group\n    \
             /x/<regex('(a'):y>\n              ^^^^",
        );
    }

    #[test]
    fn a_converter_of_your_own_stands_in_its_place() {
        struct Anything;

        impl plywood_dispatch::Convert for Anything {
            fn takes(&self, _: &str) -> bool {
                true
            }
        }

        let map = Map::builder().converter("regex", |_| Ok(Anything));
        let map = map.route("/<regex('a'):x>", "own").build().unwrap();
        assert_eq!(found(&map, "/b"), "own x=b");
    }

    #[test]
    fn two_expressions_are_two_rules_and_one_is_the_same() {
        let two = |one, other| Map::builder().route(one, 1).route(other, 2).build();
        assert!(two("/<regex('a'):x>", "/<regex('b'):x>").is_ok());
        let error = two("/<regex('a'):x>", "/<regex('a'):y>").unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Ambiguous);
    }
}
