//! An error without a body gets one, and nothing else does.

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use plywood_core::{Body, Mount, RequestId};
use plywood_error_pages::ErrorPagesLayer;
use plywood_lint::LintLayer;
use serde_json::json;
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::{answering, around, ask, empty, filled, get};

#[tokio::test]
async fn an_empty_error_gets_a_page_in_the_form_that_the_client_reads() {
    for (accept, content_type, beginning) in [
        (
            "text/html",
            "text/html; charset=utf-8",
            "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">",
        ),
        (
            "application/json",
            "application/problem+json",
            "{\"type\":\"about:blank\"",
        ),
        (
            "application/problem+json",
            "application/problem+json",
            "{\"type\":\"about:blank\"",
        ),
        (
            "text/plain",
            "text/plain; charset=utf-8",
            "404 Not Found\n\n",
        ),
        (
            "image/png",
            "text/plain; charset=utf-8",
            "404 Not Found\n\n",
        ),
    ] {
        let answer = filled(404, &[], get("/", accept)).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(
            answer.header("content-length"),
            Some(&*answer.text.len().to_string())
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(vary, ["accept", "accept-language"]);
        assert!(answer.text.starts_with(beginning), "{}", answer.text);
    }
    let silent = Request::get("/").body(Body::empty()).unwrap();
    let answer = filled(404, &[], silent).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
}

#[tokio::test]
async fn several_lines_of_accept_are_one_field() {
    let mut request = get("/", "text/plain;q=0.5");
    request
        .headers_mut()
        .append("accept", HeaderValue::from_static("text/html"));
    let answer = filled(404, &[], request).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
}

#[tokio::test]
async fn the_problem_says_what_the_status_line_says() {
    let mut request = get("/a%20b?token=secret", "application/json");
    let id = RequestId::new(HeaderValue::from_static("4f\"2a"));
    request.extensions_mut().insert(id);
    let answer = filled(503, &[("retry-after", "30")], request).await;
    assert_eq!(
        answer.json(),
        json!({
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "This is not available at the moment. Please try again later.",
            "instance": "/a%20b",
            "request_id": "4f\"2a",
        })
    );
}

#[tokio::test]
async fn the_instance_is_the_path_that_the_client_sent() {
    let mut mounted = get("/shop/cart", "application/json");
    assert!(Mount::enter(&mut mounted, "/shop").unwrap());
    assert_eq!(
        filled(404, &[], mounted).await.json()["instance"],
        "/shop/cart"
    );

    let elsewhere = filled(404, &[], get("//example.com/", "application/json")).await;
    assert_eq!(elsewhere.json().get("instance"), None);
}

#[tokio::test]
async fn the_html_is_inert_whatever_the_request_says() {
    let mut request = get("/%3Cscript%3E'\"", "text/html");
    let id = RequestId::new(HeaderValue::from_static("</code><script>alert(1)</script>"));
    request.extensions_mut().insert(id);
    let answer = filled(404, &[], request).await;
    assert!(!answer.text.contains("<script"), "{}", answer.text);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"));
}

#[tokio::test]
async fn fields_of_the_status_stay_and_fields_of_the_body_go() {
    for (status, fields) in [
        (401, &[("www-authenticate", "Basic realm=\"x\"")][..]),
        (405, &[("allow", "GET, HEAD")]),
        (416, &[("content-range", "bytes */10")]),
        (426, &[("upgrade", "h2c"), ("connection", "upgrade")]),
        (429, &[("retry-after", "30")]),
        (503, &[("retry-after", "30")]),
    ] {
        let answer = filled(status, fields, get("/", "text/plain")).await;
        let (name, value) = fields[0];
        assert_eq!((answer.status, answer.header(name)), (status, Some(value)));
        assert!(!answer.text.is_empty());
    }

    let fields = &[
        ("etag", "\"v1\""),
        ("last-modified", "Sat, 21 Nov 2026 14:49:43 GMT"),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-length", "0"),
        ("set-cookie", "a=b"),
        ("vary", "cookie"),
        ("cache-control", "max-age=5"),
    ];
    let answer = filled(404, fields, get("/", "text/plain")).await;
    for gone in ["etag", "last-modified", "content-encoding"] {
        assert_eq!(answer.header(gone), None);
    }
    assert_eq!(answer.header("content-language"), Some("en"));
    assert_eq!(answer.header("set-cookie"), Some("a=b"));
    assert_eq!(answer.header("cache-control"), Some("max-age=5"));
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["cookie", "accept", "accept-language"]);
}

#[tokio::test]
async fn a_body_that_the_service_wrote_is_kept() {
    let written = || {
        let response = Response::builder()
            .status(404)
            .header("content-type", "text/css");
        Ok(response.body(Body::from("mine"))?)
    };
    let answer = ask(
        answering(ErrorPagesLayer::new(), written),
        get("/", "text/html"),
    )
    .await;
    assert_eq!((answer.status, &*answer.text), (404, "mine"));
    assert_eq!(answer.header("cache-control"), None);

    // The service says what its nothing is.
    let described = filled(404, &[("content-type", "text/css")], get("/", "text/html")).await;
    assert_eq!((described.status, &*described.text), (404, ""));
}

#[tokio::test]
async fn an_answer_that_is_no_error_is_left_alone() {
    for (status, fields) in [
        (200, &[][..]),
        (204, &[]),
        (302, &[("location", "/")]),
        (304, &[]),
    ] {
        let mut request = get("/", "text/html");
        request
            .headers_mut()
            .insert("if-none-match", HeaderValue::from_static("*"));
        let answer = ask(
            answering(ErrorPagesLayer::new(), empty(status, fields)),
            request,
        );
        let answer = answer.await;
        assert_eq!((answer.status, &*answer.text), (status, ""));
        assert_eq!(answer.headers.len(), fields.len());
    }
}

#[tokio::test]
async fn head_is_answered_as_get_would_be_without_the_body() {
    for accept in ["text/html", "application/json", "text/plain"] {
        let of_get = filled(404, &[], get("/", accept)).await;
        let mut request = get("/", accept);
        *request.method_mut() = Method::HEAD;
        let of_head = filled(404, &[], request).await;
        assert_eq!(of_head.headers, of_get.headers);
        assert_eq!(of_head.text, "");
    }
}

#[tokio::test]
async fn what_head_has_cut_off_is_not_taken_for_empty() {
    let mut request = get("/", "text/html");
    *request.method_mut() = Method::HEAD;
    let answer = filled(404, &[("content-length", "9")], request).await;
    assert_eq!(answer.header("content-length"), Some("9"));
    assert_eq!(answer.header("content-type"), None);
}

#[tokio::test]
async fn applied_twice_the_inner_one_makes_the_page() {
    let twice = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(ErrorPagesLayer::new().page(|_| Some(Response::new("outer".into()))))
        .layer(ErrorPagesLayer::new())
        .layer(LintLayer::new())
        .service(service_fn(|_: Request<Body>| {
            std::future::ready(empty(404, &[])())
        }));
    let Ok(response) = twice.oneshot(get("/", "text/plain")).await;
    assert_eq!(response.headers().get_all("vary").iter().count(), 2);
    let text = response.into_body().collect().await.unwrap().to_bytes();
    assert!(text.starts_with(b"404 Not Found"));
}

#[tokio::test]
async fn a_full_body_with_nothing_in_it_is_empty_too() {
    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|_: Request<Body>| async {
            let response = Response::builder().status(StatusCode::GONE);
            response.body(Full::<Bytes>::default())
        }),
    );
    let answer = ask(app, get("/", "text/plain")).await;
    assert!(answer.text.starts_with("410 Gone"));
}
