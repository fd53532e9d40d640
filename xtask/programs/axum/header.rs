//! An axum handler asks what the client would like to read.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request},
    routing::get,
};
use plywood_header::accept;
use tower::ServiceExt;

async fn kind(headers: HeaderMap) -> &'static str {
    accept::best(&headers, &["application/json", "text/html"]).unwrap_or("neither")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new().route("/", get(kind));
    let request = Request::get("/").header("accept", "text/html, application/json;q=0.5");
    let response = app
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(
        to_bytes(response.into_body(), 1024).await.unwrap(),
        "text/html"
    );
}
