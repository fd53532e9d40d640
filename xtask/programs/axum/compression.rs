//! The pages of an axum router, packed.

use axum::{Router, body::Body, http::Request, response::Html, routing::get};
use plywood_compression::CompressionLayer;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let page = get(async || Html("a rose is ".repeat(1000)));
    let app = Router::new()
        .route("/", page)
        .layer(CompressionLayer::new());

    let request = Request::get("/").header("accept-encoding", "gzip");
    let response = app
        .oneshot(request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    assert_eq!(response.headers()["vary"], "accept-encoding");
}
