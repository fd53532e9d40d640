//! An axum handler knows the session's handle alone, and says what is missing.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    routing::get,
};
use plywood_session_core::Session;
use tower::ServiceExt;

async fn visit(request: Request) -> String {
    match Session::of(&request) {
        Ok(session) => format!("{session:?}"),
        Err(missing) => missing.to_string(),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new().route("/", get(visit));
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    let said = to_bytes(response.into_body(), 1024).await.unwrap();
    assert!(String::from_utf8_lossy(&said).contains("SessionLayer"));
}
