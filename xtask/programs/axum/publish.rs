//! A tree of values behind an axum router.

use axum::{
    Router,
    body::{Body, to_bytes},
    error_handling::HandleError,
    http::{Request, StatusCode},
    routing::get,
};
use plywood_publish::{Publish, publish};
use tower::ServiceExt;

struct Site;

#[publish]
impl Site {
    #[publish]
    async fn hello(&self, name: String) -> String {
        format!("hello, {name}")
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let tree = HandleError::new(Publish::new(Site), async |error: plywood_core::BoxError| {
        (StatusCode::INTERNAL_SERVER_ERROR, error.to_string())
    });
    let app = Router::new()
        .route("/", get(async || "home"))
        .fallback_service(tree);

    let request = Request::get("/hello/ada").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(
        to_bytes(response.into_body(), 1024).await.unwrap(),
        "hello, ada"
    );
}
