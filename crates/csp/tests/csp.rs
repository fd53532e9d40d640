//! The policy of each answer, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use http::{Request, Response, StatusCode};
use plywood_core::{Body, BoxError};
use plywood_csp::{CspLayer, Nonce, Policy};
use plywood_lint::LintLayer;
use plywood_test::Client;
use tower::ServiceBuilder;

/// Answers with the status of the path and the nonce of the request, and with a policy of its own where it is asked to.
async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let status: StatusCode = request.uri().path()[1..].parse()?;
    let nonce = Nonce::of(&request).map_or("none", Nonce::as_str);
    let mut response = Response::builder().status(status);
    if request.uri().query() == Some("own") {
        response = response.header("content-security-policy", "sandbox");
    }
    let body = match status {
        StatusCode::NOT_MODIFIED => Body::empty(),
        _ => Body::from(nonce.to_owned()),
    };
    Ok(response.body(body)?)
}

fn site(layer: CspLayer) -> Client {
    let site = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service_fn(page);
    Client::new(site)
}

fn with_nonce() -> CspLayer {
    CspLayer::new("script-src 'nonce'".parse().unwrap())
}

#[tokio::test]
async fn each_answer_has_a_policy_with_a_nonce_of_its_own_and_the_handler_knows_it() {
    let site = site(with_nonce());
    let mut seen = Vec::new();
    for status in [200, 404, 500, 200] {
        let reply = site.get(&format!("/{status}")).await.expect_status(status);
        let nonce = reply.text().to_owned();
        assert_eq!(
            reply.header("content-security-policy"),
            format!("script-src 'nonce-{nonce}'")
        );
        assert_eq!(nonce.len(), 24);
        assert!(!seen.contains(&nonce));
        seen.push(nonce);
    }
}

#[tokio::test]
async fn without_the_word_there_is_no_nonce_and_always_the_same_policy() {
    let site = site(CspLayer::default());
    for status in [200, 304] {
        let path = format!("/{status}");
        let reply = site
            .get(&path)
            .header("if-none-match", "*")
            .await
            .expect_status(status);
        assert_eq!(
            reply.header("content-security-policy"),
            Policy::new().to_string()
        );
    }
    assert_eq!(site.get("/200").await.text(), "none");
}

#[tokio::test]
async fn what_the_inner_service_says_stands() {
    let reply = site(with_nonce()).get("/200?own").await;
    assert_eq!(reply.header("content-security-policy"), "sandbox");
    let reply = site(with_nonce().report_only()).get("/200?own").await;
    assert_eq!(reply.header("content-security-policy"), "sandbox");
    assert_eq!(
        reply.header("content-security-policy-report-only"),
        format!("script-src 'nonce-{}'", reply.text())
    );
}

#[tokio::test]
async fn a_page_that_the_browser_has_keeps_its_nonce() {
    let site = site(with_nonce());
    let reply = site
        .get("/304")
        .header("if-none-match", "*")
        .await
        .expect_status(304);
    assert_eq!(reply.headers().get("content-security-policy"), None);
}

#[tokio::test]
async fn two_of_them_agree_on_the_nonce() {
    let outer = with_nonce().report_only();
    let app = ServiceBuilder::new()
        .layer(outer)
        .layer(with_nonce())
        .service_fn(page);
    let reply = Client::new(app).get("/200").await;
    let policy = format!("script-src 'nonce-{}'", reply.text());
    assert_eq!(reply.header("content-security-policy"), policy);
    assert_eq!(reply.header("content-security-policy-report-only"), policy);
}
