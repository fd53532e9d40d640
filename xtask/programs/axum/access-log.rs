//! Each request of an axum router leaves a line.

use std::sync::mpsc;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_access_log::AccessLogLayer;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (sender, lines) = mpsc::channel();
    let log = AccessLogLayer::new(move |line: &[u8]| {
        sender
            .send(String::from_utf8_lossy(line).into_owned())
            .unwrap();
    });
    let app = Router::new()
        .route("/hello", get(async || "hello"))
        .layer(log);

    let request = Request::get("/hello").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    to_bytes(response.into_body(), 1024).await.unwrap();
    assert!(
        lines
            .recv()
            .unwrap()
            .contains("\"GET /hello HTTP/1.1\" 200 5")
    );
}
