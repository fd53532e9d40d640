//! What an axum handler panicked of, on a page for the developer.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_core::Client;
use plywood_debug::DebugLayer;
use tower::ServiceExt;

async fn broken() -> &'static str {
    panic!("the disk is full")
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new()
        .route("/", get(broken))
        .layer(DebugLayer::new(true));

    let request = Request::get("/").header("host", "localhost:8000");
    let mut request = request.body(Body::empty()).unwrap();
    request
        .extensions_mut()
        .insert(Client::tcp(([127, 0, 0, 1], 40312).into()));
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(response.status(), 500);
    let page = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    assert!(String::from_utf8_lossy(&page).contains("the disk is full"));
}
