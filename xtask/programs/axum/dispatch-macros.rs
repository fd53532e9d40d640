//! An enum of the pages of an axum router, which knows their URLs.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_dispatch::Routes;
use tower::ServiceExt;

#[derive(Debug, PartialEq, Routes)]
enum Page {
    #[route("/users/<int:id>")]
    User { id: u64 },
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new().route("/", get(async || Page::User { id: 7 }.url()));
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(
        to_bytes(response.into_body(), 1024).await.unwrap(),
        "/users/7"
    );
}
