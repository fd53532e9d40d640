//! What an axum router has not, on a page.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_error_pages::ErrorPagesLayer;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new()
        .route("/", get(async || "home"))
        .layer(ErrorPagesLayer::new());

    let request = Request::get("/nothing").header("accept", "text/html");
    let response = app
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.status(), 404);
    let page = to_bytes(response.into_body(), 1 << 16).await.unwrap();
    assert!(page.starts_with(b"<!doctype html>") || page.starts_with(b"<!DOCTYPE html>"));
}
