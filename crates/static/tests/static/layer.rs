//! Files in front of another service.

use std::convert::Infallible;

use http::{Method, Request, Response};
use plywood_core::Body;
use plywood_lint::LintLayer;
use plywood_static::{Files, FilesLastLayer, FilesLayer};
use tower::{ServiceBuilder, service_fn};

use crate::site::{self, Site};

/// Files behind a service that has `/inner` alone, between two lints.
async fn answer_last(files: FilesLastLayer, request: Request<Body>) -> (u16, String) {
    let inner = service_fn(async |request: Request<Body>| {
        let mut response = Response::new(Body::from("inner"));
        if request.uri().path() != "/inner" {
            *response.status_mut() = http::StatusCode::NOT_FOUND;
        }
        Ok::<_, Infallible>(response)
    });
    let app = ServiceBuilder::new()
        .layer(files)
        .layer(LintLayer::new())
        .service(inner);
    read(site::call(app, request).await).await
}

async fn read(response: Response<Body>) -> (u16, String) {
    let status = response.status().as_u16();
    let bytes = site::bytes(response.into_body()).await;
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

/// Files between two lints, in front of a service that repeats what it was asked for.
async fn answer(files: FilesLayer, request: Request<Body>) -> (u16, String) {
    let echo = service_fn(async |request: Request<Body>| {
        let text = format!("inner {} {}", request.method(), request.uri());
        Ok::<_, Infallible>(Response::new(Body::from(text)))
    });
    let app = ServiceBuilder::new()
        .layer(files)
        .layer(LintLayer::new())
        .service(echo);
    read(site::call(app, request).await).await
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
    let files = site.files().layer();
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
        let answer = answer(files.clone(), request(Method::GET, target)).await;
        assert_eq!(answer, (status, expected.to_owned()), "{target}");
    }
}

#[tokio::test]
async fn only_get_and_head_look_for_a_file() {
    let site = Site::new().file("a.txt", b"ok-a\n");
    let files = site.files().layer();
    for method in [Method::POST, Method::PUT, Method::OPTIONS] {
        let expected = (200, format!("inner {method} /a.txt"));
        assert_eq!(
            answer(files.clone(), request(method, "/a.txt")).await,
            expected
        );
    }
    let head = answer(files.clone(), request(Method::HEAD, "/a.txt")).await;
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

#[tokio::test]
async fn behind_a_service_files_answer_what_it_does_not_have() {
    let site = Site::new()
        .file("inner", b"a file that stays in the shade\n")
        .file("a.txt", b"ok-a\n")
        .file(".env", b"secret")
        .file("docs/index.html", b"ok-docs\n");
    let files = site.files().last();
    for (method, target, status, expected) in [
        (Method::GET, "/inner", 200, "inner"),
        (Method::GET, "/a.txt", 200, "ok-a\n"),
        (Method::HEAD, "/a.txt", 200, ""),
        (Method::POST, "/a.txt", 404, "inner"),
        (Method::GET, "/docs/", 200, "ok-docs\n"),
        (Method::GET, "/docs", 308, ""),
        (Method::GET, "/.env", 404, "inner"),
        (Method::GET, "/none", 404, "inner"),
        (Method::GET, "/x/../a.txt", 404, "inner"),
    ] {
        let answer = answer_last(files.clone(), request(method, target)).await;
        assert_eq!(answer, (status, expected.to_owned()), "{target}");
    }
}

#[tokio::test]
async fn behind_a_service_preconditions_and_ranges_hold_too() {
    let site = Site::new().settled("a.txt", b"ok-a\n");
    for (name, value, status, expected) in [
        ("range", "bytes=0-1", 206, "ok"),
        ("if-none-match", "*", 304, ""),
    ] {
        let mut request = request(Method::GET, "/a.txt");
        request
            .headers_mut()
            .insert(name, http::HeaderValue::from_static(value));
        let answer = answer_last(site.files().last(), request).await;
        assert_eq!(answer, (status, expected.to_owned()), "{name}");
    }
}

#[tokio::test]
async fn at_a_prefix_only_what_is_below_it_is_looked_for() {
    let site = Site::new()
        .file("a.txt", b"ok-a\n")
        .file("index.html", b"ok-index\n")
        .file("docs/index.html", b"ok-docs\n");
    for prefix in ["/s t", "/s t/"] {
        let first = site.files().layer().at(prefix);
        let last = site.files().last().at(prefix);
        for (target, status, expected) in [
            ("/s%20t/a.txt", 200, "ok-a\n"),
            ("/s%20t/docs/", 200, "ok-docs\n"),
            ("/s%20t/", 200, "ok-index\n"),
            ("/s%20t", 308, ""),
            ("/a.txt", 404, "inner"),
            ("/s%20ta.txt", 404, "inner"),
            ("/s%20t/none.txt", 404, "inner"),
        ] {
            let answer = answer_last(last.clone(), request(Method::GET, target)).await;
            assert_eq!(answer, (status, expected.to_owned()), "last {target}");
            let (status, expected) = match status {
                404 => (200, format!("inner GET {target}")),
                _ => (status, expected.to_owned()),
            };
            let answer = self::answer(first.clone(), request(Method::GET, target)).await;
            assert_eq!(answer, (status, expected), "first {target}");
        }
    }
}

#[tokio::test]
async fn a_redirect_below_a_prefix_keeps_it() {
    let site = Site::new().file("docs/index.html", b"ok-docs\n");
    let inner = site.files();
    let app = ServiceBuilder::new()
        .layer(site.files().layer().at("/s t"))
        .service(inner);
    let response = site::call(app, request(Method::GET, "/s%20t/docs?q=1")).await;
    assert_eq!(response.headers()["location"], "/s%20t/docs/?q=1");
}

#[tokio::test]
async fn several_mounts_are_several_layers() {
    let one = Site::new().file("a.txt", b"one a\n");
    let two = Site::new().file("a.txt", b"two a\n");
    let robots = two.root().join("a.txt");
    let stack = || {
        ServiceBuilder::new()
            .layer(one.files().layer().at("/one"))
            .layer(two.files().layer().at("/two"))
            .layer(Files::file(&robots).unwrap().layer().at("/robots.txt"))
            .service(one.files())
    };
    for (target, status, expected) in [
        ("/one/a.txt", 200, "one a\n"),
        ("/two/a.txt", 200, "two a\n"),
        ("/robots.txt", 200, "two a\n"),
        ("/robots.txt/", 404, ""),
        ("/robots.txt/a.txt", 404, ""),
        ("/a.txt", 200, "one a\n"),
        ("/three/a.txt", 404, ""),
    ] {
        let answer = read(site::call(stack(), request(Method::GET, target)).await).await;
        assert_eq!(answer, (status, expected.to_owned()), "{target}");
    }
}

#[tokio::test]
async fn one_file_answers_every_path_and_says_what_it_is() {
    let site = Site::new().file(".hidden/.notes.txt", b"ok-notes\n");
    let files = Files::file(site.root().join(".hidden/.notes.txt")).unwrap();
    for target in ["/", "/notes", "/a/b/"] {
        let response = site::call(files.clone(), request(Method::GET, target)).await;
        assert_eq!(
            response.headers()["content-type"],
            "text/plain; charset=utf-8"
        );
        assert_eq!(read(response).await, (200, "ok-notes\n".to_owned()));
    }
    let posted = site::call(files.clone(), request(Method::POST, "/")).await;
    assert_eq!(posted.status(), 405);

    std::fs::remove_file(site.root().join(".hidden/.notes.txt")).unwrap();
    let gone = site::call(files, request(Method::GET, "/")).await;
    assert_eq!(gone.status(), 404);
}

#[test]
fn one_file_must_be_there_and_be_a_file() {
    let site = Site::new().file("a/b.txt", b"");
    for name in ["a", "none.txt", "a/b.txt/c"] {
        let error = Files::file(site.root().join(name)).unwrap_err();
        assert!(error.to_string().contains("should be a file"), "{error}");
    }
}
