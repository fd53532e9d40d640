//! The answers of an axum router, marked.

use axum::{Router, body::Body, http::Request, routing::get};
use plywood_template::TemplateLayer;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new()
        .route("/", get(async || "hello"))
        .layer(TemplateLayer::new());

    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.headers()["x-template"], "1");
}
