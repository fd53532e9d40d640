//! The mark of each answer, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use http::{Request, Response, StatusCode};
use plywood_core::{Body, BoxError};
use plywood_lint::LintLayer;
use plywood_template::TemplateLayer;
use plywood_test::Client;
use tower::ServiceBuilder;

/// Answers with the status of the path, and with a mark of its own where it is asked to.
async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let status: StatusCode = request.uri().path()[1..].parse()?;
    let mut response = Response::builder().status(status);
    if request.uri().query() == Some("own") {
        response = response.header("x-template", "own");
    }
    Ok(response.body(Body::empty())?)
}

fn site(layer: TemplateLayer) -> Client {
    let site = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service_fn(page);
    Client::new(site)
}

#[tokio::test]
async fn an_answer_is_marked_and_an_error_is_not() {
    let site = site(TemplateLayer::new());
    let reply = site.get("/200").await;
    assert_eq!(reply.header("x-template"), "1");
    let reply = site.get("/404").await.expect_status(404);
    assert_eq!(reply.headers().get("x-template"), None);
}

#[tokio::test]
async fn errors_are_marked_where_they_are_to_be() {
    let site = site(TemplateLayer::new().errors(true));
    let reply = site.get("/404").await.expect_status(404);
    assert_eq!(reply.header("x-template"), "1");
}

#[tokio::test]
async fn what_the_inner_service_says_stands() {
    let reply = site(TemplateLayer::new()).get("/200?own").await;
    assert_eq!(reply.header("x-template"), "own");
}

#[tokio::test]
async fn applied_twice_it_does_no_harm() {
    let app = ServiceBuilder::new()
        .layer(TemplateLayer::new())
        .layer(TemplateLayer::new())
        .service_fn(page);
    let reply = Client::new(app).get("/200").await;
    assert_eq!(reply.headers().get_all("x-template").iter().count(), 1);
}
