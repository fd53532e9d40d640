//! The map of rules, by tables and against a naive matcher.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use http::Method;
use plywood_dispatch::{Base, BuildErrorKind, Converter, Map, Rule, Verdict};
use proptest::prelude::*;

fn map(rules: &[&'static str]) -> Map<&'static str> {
    let builder = rules
        .iter()
        .fold(Map::builder(), |map, &rule| map.route(rule, rule));
    builder.build().unwrap()
}

/// What a map says, in one line: the rule and its parameters, `slash`, an `Allow`, or `-`.
fn say(map: &Map<impl AsRef<str>>, method: &str, path: &str) -> String {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    match map.find(&method, path) {
        Verdict::Match(found) => {
            let parameters = found
                .parameters()
                .map(|(name, text)| format!(" {name}={text}"));
            found.endpoint().as_ref().to_owned() + &parameters.collect::<String>()
        }
        Verdict::Redirect(redirect) => {
            let base = Base::new("h");
            let url = map.bind(&base).location(&redirect, None);
            let slashed = url
                .strip_suffix('/')
                .is_some_and(|url| url == format!("http://h{path}"));
            if slashed { "slash".to_owned() } else { url }
        }
        Verdict::MethodNotAllowed(allow) => allow.to_string(),
        _ => "-".to_owned(),
    }
}

#[test]
fn a_path_finds_its_rule() {
    let map = map(&[
        "/",
        "/foo",
        "/bar/",
        "/users/<id>",
        "/users/<int:id>",
        "/users/me",
        "/users/<int:id>/posts/<slug>",
        "/files/<path:file>",
        "/trees/<path:tree>/",
        "/snow/☃",
        "/a-name-of-more-than-sixteen-bytes/1",
        "/a-name-of-more-than-SIXTEEN-bytes/2",
    ]);
    for (path, expected) in [
        ("/", "/"),
        ("/foo", "/foo"),
        ("/foo/", "-"),
        ("/FOO", "-"),
        ("/fo", "-"),
        ("/fooo", "-"),
        ("/bar/", "/bar/"),
        ("/bar", "slash"),
        ("/bar//", "http://h/bar/"),
        ("//bar/", "/bar/"),
        ("/users/me", "/users/me"),
        ("/users/7", "/users/<int:id> id=7"),
        ("/users/007", "/users/<int:id> id=007"),
        ("/users/-7", "/users/<id> id=-7"),
        ("/users/٣", "/users/<id> id=٣"),
        ("/users/ada", "/users/<id> id=ada"),
        ("/users/", "-"),
        ("/users", "-"),
        (
            "/users/7/posts/a b",
            "/users/<int:id>/posts/<slug> id=7 slug=a b",
        ),
        ("/users/x/posts/a", "-"),
        ("/users/7/posts/", "-"),
        ("/users/7/posts/a/", "-"),
        ("/files/a", "/files/<path:file> file=a"),
        ("/files/a//b/", "/files/<path:file> file=a//b/"),
        ("/files/", "-"),
        ("/files//a", "http://h/files/a"),
        ("/files", "-"),
        ("/trees/a/b/", "/trees/<path:tree>/ tree=a/b"),
        ("/trees/a/b", "slash"),
        ("/trees/", "-"),
        ("/snow/☃", "/snow/☃"),
        (
            "/a-name-of-more-than-sixteen-bytes/1",
            "/a-name-of-more-than-sixteen-bytes/1",
        ),
        (
            "/a-name-of-more-than-SIXTEEN-bytes/2",
            "/a-name-of-more-than-SIXTEEN-bytes/2",
        ),
        ("/a-name-of-more-than-SIXTEEN-bytes/1", "-"),
        ("", "slash"),
        ("foo", "-"),
        ("*", "-"),
    ] {
        assert_eq!(say(&map, "GET", path), expected, "{path}");
    }
}

#[test]
fn the_more_specific_rule_wins_in_any_order() {
    let mut rules = [
        "/static/<s>",
        "/static/robots",
        "/static/<int:i>",
        "/static/<path:p>",
        "/<path:p>",
        "/<a>/<b>",
        "/<a>/fixed",
        "/x/<a>/y",
        "/x/b/<c>",
    ];
    for _ in 0..rules.len() {
        rules.rotate_left(1);
        let map = map(&rules);
        for (path, expected) in [
            ("/static/robots", "/static/robots"),
            ("/static/7", "/static/<int:i> i=7"),
            ("/static/a", "/static/<s> s=a"),
            ("/static/a/b", "/static/<path:p> p=a/b"),
            ("/other", "/<path:p> p=other"),
            ("/q/fixed", "/<a>/fixed a=q"),
            ("/q/r", "/<a>/<b> a=q b=r"),
            ("/x/b/y", "/x/b/<c> c=y"),
            ("/x/c/y", "/x/<a>/y a=c"),
            ("/x/c/z", "/<path:p> p=x/c/z"),
        ] {
            assert_eq!(say(&map, "GET", path), expected, "{path}");
        }
    }
}

#[test]
fn a_method_that_one_rule_does_not_take_goes_to_the_next() {
    let rule = |methods: &[&str], pattern: &str| Rule::new(pattern).methods(methods);
    let map = Map::builder()
        .route(rule(&["GET"], "/m"), "mg")
        .route(rule(&["POST"], "/m"), "mp")
        .route("/any", "any")
        .route(rule(&["GET"], "/u/me"), "me")
        .route(rule(&["GET", "DELETE"], "/u/<id>"), "u")
        .route(rule(&["GET"], "/b/"), "branch")
        .route(rule(&["POST"], "/b"), "post")
        .route(rule(&["QUERY"], "/q"), "q")
        .route(rule(&["HEAD"], "/h"), "head")
        .route(rule(&["GET"], "/gh"), "get")
        .route(rule(&["HEAD"], "/gh"), "own head")
        .route(rule(&["PUT"], "/br/"), "put")
        .build()
        .unwrap();
    for (method, path, expected) in [
        ("GET", "/m", "mg"),
        ("HEAD", "/m", "mg"),
        ("POST", "/m", "mp"),
        ("PUT", "/m", "GET, HEAD, POST"),
        ("get", "/m", "GET, HEAD, POST"),
        ("BREW", "/any", "any"),
        ("DELETE", "/u/me", "u id=me"),
        ("GET", "/u/me", "me"),
        ("PUT", "/u/me", "DELETE, GET, HEAD"),
        ("PUT", "/u/you", "DELETE, GET, HEAD"),
        ("POST", "/b", "post"),
        ("GET", "/b", "slash"),
        ("PUT", "/b", "POST"),
        ("GET", "/br", "-"),
        ("PUT", "/br", "slash"),
        ("GET", "/br/", "PUT"),
        ("QUERY", "/q", "q"),
        ("GET", "/q", "QUERY"),
        ("GET", "/h", "HEAD"),
        ("HEAD", "/gh", "own head"),
        ("GET", "/gh", "get"),
        ("GET", "/nowhere", "-"),
    ] {
        assert_eq!(say(&map, method, path), expected, "{method} {path}");
    }
}

#[test]
fn the_longest_mount_takes_what_no_rule_takes() {
    let map = Map::builder()
        .mount("/api", "api")
        .mount("/api/v2/", "v2")
        .route("/api/<x>/help", "help")
        .route("/<path:rest>", "rest")
        .route(Rule::new("/api/login").methods(["POST"]), "login")
        .build()
        .unwrap();
    for (method, path, expected, mounted_at) in [
        ("GET", "/api", "api", Some("/api")),
        ("GET", "/api/", "api", Some("/api")),
        ("GET", "/api/x/y", "api", Some("/api")),
        ("GET", "/api/v2", "v2", Some("/api/v2")),
        ("GET", "/api/v2/x", "v2", Some("/api/v2")),
        ("GET", "/api/v1/help", "help", None),
        ("GET", "/api/v2/help", "v2", Some("/api/v2")),
        ("GET", "/apix", "rest", None),
        ("POST", "/api/login", "login", None),
        ("GET", "/api/login", "api", Some("/api")),
    ] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let Verdict::Match(found) = map.find(&method, path) else {
            panic!("{path} is not found")
        };
        assert_eq!(
            (*found.endpoint(), found.mounted_at()),
            (expected, mounted_at),
            "{path}"
        );
    }
}

#[test]
fn rules_for_the_same_requests_are_reported_or_the_first_wins() {
    let named = |method: &str, pattern: &str| Rule::new(pattern).methods([method]);
    for (one, two, is_ambiguous) in [
        (Rule::new("/<a>"), Rule::new("/<b>"), true),
        (Rule::new("/<a>"), Rule::new("/<string:b>"), true),
        (Rule::new("/<path:a>"), Rule::new("/<path:b>"), true),
        (named("GET", "/x"), named("GET", "/x"), true),
        (named("GET", "/x"), Rule::new("/x"), true),
        (named("GET", "/x"), named("POST", "/x"), false),
        (named("GET", "/x"), named("HEAD", "/x"), false),
        (Rule::new("/x"), Rule::new("/x/"), false),
        (Rule::new("/<a>"), Rule::new("/<int:b>"), false),
        (Rule::new("/<a>/x"), Rule::new("/<b>/y"), false),
    ] {
        let builder = || {
            Map::builder()
                .route(one.clone(), "one")
                .route(two.clone(), "two")
        };
        let built = builder().build();
        let kind = built.as_ref().err().map(plywood_dispatch::BuildError::kind);
        let expected = is_ambiguous.then_some(BuildErrorKind::Ambiguous);
        assert_eq!(kind, expected, "{one:?} {two:?}");
        assert!(builder().first_wins().build().is_ok());
    }
    let map = Map::builder()
        .route("/<a>", "first")
        .route("/<b>", "second")
        .first_wins()
        .build()
        .unwrap();
    assert_eq!(say(&map, "GET", "/z"), "first a=z");
}

#[test]
fn an_error_names_the_rule_and_how_to_mend_it() {
    for (rule, text) in [
        (
            "a",
            "rule \"a\": it does not begin with a slash: write \"/a\"\n    a\n    ^",
        ),
        (
            "/x/<itn:id>",
            "rule \"/x/<itn:id>\": there is no converter \"itn\": did you mean \"int\"?\n    /x/<itn:id>\n       ^^^^^^^^",
        ),
        (
            "/<int(min=a):id>",
            "rule \"/<int(min=a):id>\": min should be a whole number, and not \"a\"\n    /<int(min=a):id>\n          ^^^^^",
        ),
    ] {
        let error = Map::builder().route(rule, ()).build().unwrap_err();
        assert_eq!(error.to_string(), text);
    }
    let error = Map::builder().mount("/<a>", ()).build().unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::MountParameter);
    let error = Map::builder()
        .route("/<a>", ())
        .route(Rule::new("/<b>").methods(["PUT"]), ())
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "rule \"/<b>\": rule \"/<a>\" takes the same requests (PUT): remove one of them, or let the first one win",
    );
    let error = Map::builder()
        .route(Rule::new("/").methods(["get"]), ())
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "rule \"/\": methods are case-sensitive: write \"GET\""
    );
    let error = Map::builder()
        .host_matching()
        .route(Rule::new("/").host("<user>.bücher.example"), ())
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::Host);
    assert_eq!(
        error.to_string(),
        "rule \"/\": \"<user>.bücher.example\" is not how a request names a host: write its A-labels, as \"xn--bcher-kva.example\" for \"bücher.example\"",
    );
}

#[test]
fn the_map_prints_and_lists_its_rules() {
    let map = Map::builder()
        .route(
            Rule::new("/users/<int:id>").methods(["GET"]).name("user"),
            1,
        )
        .mount("/admin/", 2)
        .route("/", 3)
        .build()
        .unwrap();
    let table = "\
GET HEAD         /users/<int:id>                          user
*                /admin/..
*                /
";
    assert_eq!(map.to_string(), table);
    let (route, endpoint) = map.routes().next().unwrap();
    assert_eq!((route.pattern(), *endpoint), ("/users/<int:id>", 1));
    assert_eq!(route.methods(), Some(&[Method::GET, Method::HEAD][..]));
    assert_eq!(route.parameters()[0].name(), "id");
    assert!(matches!(
        route.parameters()[0].converter(),
        Some(Converter::Int { .. })
    ));
    assert_eq!(map.named("user").unwrap().pattern(), "/users/<int:id>");
    assert!(map.named("nobody").is_none());
}

#[test]
fn ten_thousand_rules_are_all_found() {
    let rules: Vec<String> = (0..10_000)
        .map(|n| match n % 4 {
            0 => format!("/generated/rule-{n}"),
            1 => format!("/generated-{n}/<id>/edit"),
            2 => format!("/a/<x>/section-{n}/<int:y>"),
            _ => format!("/deep/{n}/er/and/deeper/<path:rest>"),
        })
        .collect();
    let builder = rules
        .iter()
        .fold(Map::builder(), |map, rule| map.route(rule.as_str(), rule));
    let map = builder.build().unwrap();
    for rule in &rules {
        let path = rule
            .replace("<id>", "i")
            .replace("<x>", "x")
            .replace("<int:y>", "7");
        let path = path.replace("<path:rest>", "r/s");
        let Verdict::Match(found) = map.find(&Method::GET, &path) else {
            panic!("{path} is not found")
        };
        assert_eq!(found.endpoint(), &rule);
        let near = format!("{path}x");
        assert!(
            !matches!(map.find(&Method::GET, &near), Verdict::Match(found) if found.endpoint() == &rule && !rule.contains("path:"))
        );
    }
}

/// How a rule fits a path, worked out from the text of both alone.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Fit {
    /// Choices from left to right, each the smaller the earlier it is tried; then the parameters' texts.
    Whole(Vec<u8>, Vec<String>),
    ButForSlash(Vec<u8>),
}

impl Fit {
    fn choices(&self) -> &[u8] {
        match self {
            Self::Whole(choices, _) | Self::ButForSlash(choices) => choices,
        }
    }
}

const AT_ONCE: u8 = 0;
const SLASHED: u8 = 1;

/// The oracle: one rule against one path, segment by segment, by lists of strings.
fn fit(rule: &str, path: &str) -> Option<Fit> {
    let mut wanted: Vec<&str> = rule[1..].split('/').collect();
    let mut segments: Vec<&str> = path[1..].split('/').collect();
    let rule_slash = wanted.pop_if(|last| last.is_empty()).is_some();
    let mut choices = Vec::new();
    let mut texts = Vec::new();
    if let Some(name) = wanted.last().and_then(|last| last.strip_prefix("<path:")) {
        let _ = name;
        wanted.pop();
        if segments.len() <= wanted.len() {
            return None;
        }
        let rest = segments.split_off(wanted.len()).join("/");
        for (want, segment) in wanted.iter().zip(&segments) {
            choices.push(choice(want, segment, &mut texts)?);
        }
        if rest.is_empty() || rest.starts_with('/') {
            return None;
        }
        choices.push(3);
        let slashed = rest.strip_suffix('/');
        return Some(match (rule_slash, slashed) {
            (true, Some(rest)) => {
                choices.push(AT_ONCE);
                texts.push(rest.to_owned());
                Fit::Whole(choices, texts)
            }
            (true, None) => {
                choices.push(SLASHED);
                Fit::ButForSlash(choices)
            }
            (false, slashed) => {
                choices.push(if slashed.is_some() { SLASHED } else { AT_ONCE });
                texts.push(rest.clone());
                Fit::Whole(choices, texts)
            }
        });
    }
    let path_slash = segments.pop_if(|last| last.is_empty()).is_some();
    if wanted.len() != segments.len() {
        return None;
    }
    for (want, segment) in wanted.iter().zip(&segments) {
        choices.push(choice(want, segment, &mut texts)?);
    }
    match (rule_slash, path_slash) {
        (false, true) => None,
        (true, false) => {
            choices.push(SLASHED);
            Some(Fit::ButForSlash(choices))
        }
        _ => {
            choices.push(AT_ONCE);
            Some(Fit::Whole(choices, texts))
        }
    }
}

fn choice(want: &str, segment: &str, texts: &mut Vec<String>) -> Option<u8> {
    let choice = match want {
        _ if want.starts_with("<int:") => {
            let digits = !segment.is_empty() && segment.bytes().all(|b| b.is_ascii_digit());
            digits.then_some(1)
        }
        _ if want.starts_with('<') => (!segment.is_empty()).then_some(2),
        _ => return (want == segment && !segment.is_empty()).then_some(0),
    };
    texts.extend(choice.map(|_| segment.to_owned()));
    choice
}

fn oracle(rules: &[(String, Vec<&str>)], method: &str, path: &str) -> String {
    let takes = |methods: &[&str]| {
        let implied = method == "HEAD" && methods.contains(&"GET");
        methods.is_empty() || methods.contains(&method) || implied
    };
    let fits = || {
        rules
            .iter()
            .filter_map(|(rule, methods)| Some((rule, methods, fit(rule, path)?)))
    };
    let best = fits()
        .filter(|(_, methods, _)| takes(methods))
        .min_by(|(.., one), (.., two)| one.choices().cmp(two.choices()));
    match best {
        Some((rule, _, Fit::Whole(_, texts))) => {
            let mut said = vec![rule.clone()];
            said.extend(texts);
            said.join(" ")
        }
        Some((.., Fit::ButForSlash(_))) => "slash".to_owned(),
        None => {
            let mut allow: Vec<&str> = fits()
                .filter(|(.., fit)| matches!(fit, Fit::Whole(..)))
                .flat_map(|(_, methods, _)| methods.clone())
                .collect();
            if allow.contains(&"GET") {
                allow.push("HEAD");
            }
            allow.sort_unstable();
            allow.dedup();
            if allow.is_empty() {
                "-".to_owned()
            } else {
                allow.join(", ")
            }
        }
    }
}

fn a_rule() -> impl Strategy<Value = (String, Vec<&'static str>)> {
    let segment = prop_oneof![
        Just("a"),
        Just("b"),
        Just("7"),
        Just("a-longer-segment"),
        Just("a-longer-segment-yet"),
        Just("<s>"),
        Just("<int:i>"),
    ];
    // Of two rules that end with a path, with and without a slash, the first wins: the judge of the map has those.
    let end = prop_oneof![3 => Just(""), 2 => Just("/"), 1 => Just("/<path:p>")];
    let methods = prop_oneof![
        Just(vec![]),
        Just(vec!["GET"]),
        Just(vec!["POST"]),
        Just(vec!["GET", "PUT"]),
    ];
    (prop::collection::vec(segment, 0..4), end, methods).prop_map(|(segments, end, methods)| {
        let mut rule = String::new();
        for (index, segment) in segments.iter().enumerate() {
            // Parameters of one rule have names of their own.
            rule.push('/');
            rule += &segment.replace('>', &format!("{index}>"));
        }
        rule += end;
        (
            if rule.is_empty() {
                "/".to_owned()
            } else {
                rule
            },
            methods,
        )
    })
}

fn a_path() -> impl Strategy<Value = String> {
    // Slashes in a row are another matter.
    let segment = prop_oneof![
        4 => Just("a"), 4 => Just("b"), 4 => Just("7"), 1 => Just("zz"),
        2 => Just("a-longer-segment"), 2 => Just("a-longer-segment-yet"),
    ];
    let slash = prop_oneof![3 => Just(""), 1 => Just("/")];
    (prop::collection::vec(segment, 0..5), slash).prop_map(|(segments, slash)| {
        let path = format!("/{}{slash}", segments.join("/"));
        path.replace("//", "/")
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_map_and_a_naive_matcher_say_the_same(
        rules in prop::collection::vec(a_rule(), 0..12),
        requests in prop::collection::vec((prop_oneof![Just("GET"), Just("HEAD"), Just("POST"), Just("PUT"), Just("BREW")], a_path()), 8),
    ) {
        let builder = rules.iter().fold(Map::builder().first_wins(), |map, (rule, methods)| {
            let mut written = Rule::new(rule.as_str());
            if !methods.is_empty() {
                written = written.methods(methods);
            }
            map.route(written, rule.clone())
        });
        let map = builder.build().unwrap();
        for (method, path) in requests {
            let verb = Method::from_bytes(method.as_bytes()).unwrap();
            let said = match map.find(&verb, &path) {
                Verdict::Match(found) => {
                    let mut said = vec![found.endpoint().as_str()];
                    said.extend(found.parameters().map(|(_, text)| text));
                    said.join(" ")
                }
                Verdict::Redirect(_) => "slash".to_owned(),
                Verdict::MethodNotAllowed(allow) => allow.to_string(),
                _ => "-".to_owned(),
            };
            prop_assert_eq!(said, oracle(&rules, method, &path), "{} {}", method, path);
        }
    }

    #[test]
    fn a_redirect_never_leaves_the_host(
        path in "/{1,3}[a-z/:@.<>\\\\é%?#]{0,20}",
        number in prop_oneof!["[0-9]{1,50}", "[0-9]{300,400}"],
        text in "[a-z:@.-]{0,60}",
        free in "[/\\\\\t\n:?#@. é]{0,4}(https?:)?[/\\\\\t\r:]{0,4}evil.example[/\\\\ é%]{0,3}",
    ) {
        let chosen = free.clone();
        let map = Map::builder()
            .route("/<path:p>/", "branch")
            .route(Rule::new("/x/<path:p>").redirect_to("<p>"), "front")
            .route(Rule::new("/y/<path:p>").redirect_to("/<p>"), "root")
            .route(Rule::new("/z/<p>").redirect_to("below/<p>?q=<p>"), "below")
            .route(Rule::new("/i/<int:n>/<p>").redirect_to("/<n>/<p>"), "number")
            .route(Rule::new("/f/<float:n>/<path:p>").redirect_to("/<n>/<p>"), "float")
            .route(Rule::new("/s/<string(minlength=0):n>/<p>").redirect_to("/<n>/<p>"), "text")
            .route(Rule::new("/a/<any(\"\",b):n>/<path:p>").redirect_to("<n>/<p>"), "any")
            .route(Rule::new("/g/<path:p>").redirect_to("go<p>"), "scheme")
            .route(Rule::new("/by").redirect_by(move |_| chosen.clone()), "by")
            .build()
            .unwrap();
        let base = Base::new("example.com").script_name("/app");
        for path in [
            path.clone(),
            format!("/x{path}"),
            format!("/y{path}"),
            format!("/z{path}"),
            format!("/g{path}"),
            format!("/i/{number}/{text}"),
            format!("/f/{number}.{number}/{text}{path}"),
            format!("/s//{text}"),
            format!("/a//{text}"),
            "/by".to_owned(),
        ] {
            if let Verdict::Redirect(redirect) = map.bind(&base).find(&Method::GET, &path) {
                let url = map.bind(&base).location(&redirect, None);
                let rest = url.strip_prefix("http://example.com/");
                prop_assert!(rest.is_some_and(|rest| !rest.starts_with('/')), "{} {}", path, url);
                prop_assert!(url.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\'), "{}", url);
            }
        }
    }

    #[test]
    fn finding_never_panics(path in ".{0,40}", slashes in "[/a7]{0,40}") {
        let map = map(&["/", "/a/<int:x>/<y>/", "/<p>/a", "/<path:rest>", "/7/<path:rest>/"]);
        for path in [path, slashes] {
            let _ = say(&map, "GET", &path);
        }
    }
}

#[test]
fn what_a_variable_holds_is_neither_left_out_of_a_redirect_nor_its_host() {
    let map = Map::builder()
        .merge_slashes(false)
        .route(
            Rule::new("/old/<int:id>/<slug>").redirect_to("/<id>/<slug>"),
            0,
        )
        .route(
            Rule::new("/far/<float:x>/<slug>").redirect_to("/<x>/<slug>"),
            1,
        )
        .route(
            Rule::new("/any/<any(\"\",b):x>/<slug>").redirect_to("/<x>/<slug>"),
            2,
        )
        .route(
            Rule::new("/none/<string(minlength=0):x>/<slug>").redirect_to("/<x>/<slug>"),
            3,
        )
        .route(Rule::new("/to/<path:p>").redirect_to("go<p>"), 4)
        .route(
            Rule::new("/out/<p>").redirect_to("https://other.example/<p>"),
            5,
        )
        .route(
            Rule::new("/away/<p>").redirect_anywhere_by(|values| {
                let name = values.get("p").and_then(|value| value.as_text());
                format!("https://{}.example/a b", name.unwrap_or_default())
            }),
            7,
        )
        .route(
            Rule::new("/by/<p>").redirect_by(|_| "//evil/?a=b".into()),
            8,
        )
        .route(Rule::new("/like/<p>").redirect_to("//other.example/<p>"), 6)
        .build()
        .unwrap();
    let (long, large) = ("9".repeat(40), "9".repeat(400));
    let base = Base::new("h");
    for (path, expected) in [
        (format!("/old/{long}/evil"), format!("http://h/{long}/evil")),
        ("/old/007/evil".to_owned(), "http://h/7/evil".to_owned()),
        (
            format!("/far/{large}.5/evil"),
            format!("http://h/{large}.5/evil"),
        ),
        ("/any//evil".to_owned(), "http://h/evil".to_owned()),
        ("/none//evil".to_owned(), "http://h/evil".to_owned()),
        ("/to/://evil".to_owned(), "http://h/go:/evil".to_owned()),
        ("/out/x".to_owned(), "https://other.example/x".to_owned()),
        ("/like/x".to_owned(), "http://other.example/x".to_owned()),
        ("/away/x".to_owned(), "https://x.example/a%20b".to_owned()),
        ("/by/x".to_owned(), "http://h/evil/?a=b".to_owned()),
    ] {
        let Verdict::Redirect(redirect) = map.bind(&base).find(&Method::GET, &path) else {
            panic!("{path} is not redirected");
        };
        assert_eq!(
            map.bind(&base).location(&redirect, None),
            expected,
            "{path}"
        );
    }
}

#[test]
fn what_a_way_that_failed_had_taken_is_forgotten() {
    let map = map(&["/<int:a>/<b>/x/<c>", "/<path:p>", "/a/<b>/x", "/<a>/<b>/y"]);
    for (path, expected) in [
        ("/7/b/x", "/<path:p> p=7/b/x"),
        ("/a/b/y", "/<a>/<b>/y a=a b=b"),
        ("/a/b/z", "/<path:p> p=a/b/z"),
    ] {
        assert_eq!(say(&map, "GET", path), expected, "{path}");
    }
}
