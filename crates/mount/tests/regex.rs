//! The regular expressions, between two lints.

#![cfg(feature = "regex")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use http::{Request, Response, StatusCode};
use plywood_core::{AnyService, Body, BoxError, MatchedRoute, Mount, Params};
use plywood_lint::LintLayer;
use plywood_mount::{BuildErrorKind, RegexRoutes};
use plywood_test::Client;
use tower::{Layer, service_fn};

fn echo(name: &'static str) -> AnyService {
    AnyService::new(
        LintLayer::new().layer(service_fn(move |request: Request<Body>| async move {
            let route = MatchedRoute::of(&request).map_or("-", MatchedRoute::pattern);
            let params = Params::of(&request);
            let prefix = Mount::of(&request).prefix().to_owned();
            let text = format!("{name} {prefix}|{} {route} {params:?}", request.uri());
            Ok::<_, BoxError>(Response::new(Body::from(text)))
        })),
    )
}

#[tokio::test]
async fn the_first_that_matches_the_whole_path_has_it() {
    let blog = RegexRoutes::<BoxError>::new()
        .route(r"/(\d+)?", echo("post"))
        .unwrap();
    let urls = RegexRoutes::<BoxError>::new()
        .route("/", echo("index"))
        .and_then(|urls| urls.route(r"/(?<year>\d{4})/(.*)", echo("year")))
        .and_then(|urls| urls.delegate("/blog", blog))
        .and_then(|urls| urls.route("/a|/b", echo("either")))
        .and_then(|urls| urls.route("/(.*)", echo("rest")))
        .unwrap();
    let client = Client::new(urls);
    for (target, expected) in [
        ("/", "index |/ / {}"),
        (
            "/1999/x/y",
            r#"year |/1999/x/y /(?<year>\d{4})/(.*) {"year": "1999", "2": "x/y"}"#,
        ),
        (
            "/%31999/%C3%A9",
            r#"year |/%31999/%C3%A9 /(?<year>\d{4})/(.*) {"year": "1999", "2": "é"}"#,
        ),
        ("/blog/7", r#"post /blog|/7 /blog/(\d+)? {"1": "7"}"#),
        ("/blog", r#"post /blog|/ /blog/(\d+)? {"1": ""}"#),
        ("/b", "either |/b /a|/b {}"),
        ("/bc", r#"rest |/bc /(.*) {"1": "bc"}"#),
        ("/blogs", r#"rest |/blogs /(.*) {"1": "blogs"}"#),
    ] {
        client.get(target).await.expect_text(expected);
    }
    // Who delegates does not take back.
    client.get("/blog/x").await.expect_status(404);
}

#[tokio::test]
async fn what_matches_nothing_or_cannot_be_read_is_refused() {
    let client = Client::new(
        RegexRoutes::<BoxError>::new()
            .route("/a", echo("a"))
            .unwrap(),
    );
    for (target, status) in [
        ("/b", 404),
        ("/a%0a", 400),
        ("/x/../a", 404),
        ("/a%2fb", 400),
    ] {
        assert_eq!(client.get(target).await.status(), status, "{target}");
    }
    let none = Client::new(RegexRoutes::<BoxError>::default());
    assert_eq!(none.get("/").await.status(), StatusCode::NOT_FOUND);
    assert_eq!(none.get("/%zz").await.status(), StatusCode::BAD_REQUEST);
}

#[test]
fn a_pattern_that_is_none_is_an_error() {
    for (pattern, kind) in [
        ("(", BuildErrorKind::Pattern),
        ("a)(b", BuildErrorKind::Pattern),
        (&*"()".repeat(17), BuildErrorKind::TooManyGroups),
    ] {
        let error = RegexRoutes::<BoxError>::new()
            .route(pattern, echo("x"))
            .unwrap_err();
        assert_eq!((error.kind(), error.input()), (kind, pattern));
    }
    for prefix in ["blog", "//host/blog"] {
        let error = RegexRoutes::<BoxError>::new()
            .delegate(prefix, echo("x"))
            .unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Path);
    }
}
