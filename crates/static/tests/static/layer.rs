//! Files in front of another service.

use std::convert::Infallible;

use http::{Method, Request, Response};
use plywood_core::Body;
use plywood_lint::LintLayer;
use plywood_static::Files;
use tower::{ServiceBuilder, service_fn};

use crate::site::{self, Site};

/// Files between two lints, in front of a service that repeats what it was asked for.
async fn answer(files: &Files, request: Request<Body>) -> (u16, String) {
    let echo = service_fn(async |request: Request<Body>| {
        let text = format!("inner {} {}", request.method(), request.uri());
        Ok::<_, Infallible>(Response::new(Body::from(text)))
    });
    let app = ServiceBuilder::new()
        .layer(files.clone().layer())
        .layer(LintLayer::new())
        .service(echo);
    let response = site::call(app, request).await;
    let status = response.status().as_u16();
    let bytes = site::bytes(response.into_body()).await;
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

fn request(method: Method, target: &str) -> Request<Body> {
    let request = Request::builder().method(method).uri(target);
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_file_hides_the_inner_service_and_a_miss_goes_in() {
    let site = Site::new()
        .file("a.txt", b"ok-a\n")
        .file(".env", b"secret")
        .file("docs/index.html", b"ok-docs\n")
        .file("bare/inner.txt", b"ok-inner\n");
    let files = site.files();
    for (target, status, expected) in [
        ("/a.txt", 200, "ok-a\n"),
        ("/docs/", 200, "ok-docs\n"),
        ("/docs", 308, ""),
        ("/", 200, "inner GET /"),
        ("/b.txt?q", 200, "inner GET /b.txt?q"),
        ("/a.txt/", 200, "inner GET /a.txt/"),
        ("/.env", 200, "inner GET /.env"),
        ("/bare", 200, "inner GET /bare"),
        ("/x/../a.txt", 200, "inner GET /x/../a.txt"),
    ] {
        let answer = answer(&files, request(Method::GET, target)).await;
        assert_eq!(answer, (status, expected.to_owned()), "{target}");
    }
}

#[tokio::test]
async fn only_get_and_head_look_for_a_file() {
    let site = Site::new().file("a.txt", b"ok-a\n");
    let files = site.files();
    for method in [Method::POST, Method::PUT, Method::OPTIONS] {
        let expected = (200, format!("inner {method} /a.txt"));
        assert_eq!(answer(&files, request(method, "/a.txt")).await, expected);
    }
    let head = answer(&files, request(Method::HEAD, "/a.txt")).await;
    assert_eq!(head, (200, String::new()));
}

#[tokio::test]
async fn two_directories_lie_over_each_other() {
    let upper = Site::new().file("a.txt", b"upper a\n");
    let lower = Site::new()
        .file("a.txt", b"lower a\n")
        .file("b.txt", b"lower b\n");
    let stack = || {
        ServiceBuilder::new()
            .layer(upper.files().layer())
            .service(lower.files())
    };
    for (target, status, expected) in [
        ("/a.txt", 200, "upper a\n"),
        ("/b.txt", 200, "lower b\n"),
        ("/c.txt", 404, ""),
    ] {
        let response = site::call(stack(), request(Method::GET, target)).await;
        assert_eq!(response.status(), status, "{target}");
        assert_eq!(
            site::bytes(response.into_body()).await,
            expected,
            "{target}"
        );
    }
}
