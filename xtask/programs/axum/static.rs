//! What an axum router does not know is a file.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_static::Files;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("app.css"), "body { color: teal }").unwrap();
    let app = Router::new()
        .route("/", get(async || "home"))
        .fallback_service(Files::new(folder.path()).unwrap());

    let request = Request::get("/app.css").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(
        response.headers()["content-type"],
        "text/css; charset=utf-8"
    );
    assert_eq!(
        to_bytes(response.into_body(), 1024).await.unwrap(),
        "body { color: teal }"
    );
}
