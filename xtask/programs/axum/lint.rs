//! The contract, kept by an axum router and broken by a handler.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_lint::LintLayer;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let faults = Arc::new(Mutex::new(Vec::new()));
    let noted = faults.clone();
    let lint = LintLayer::reporting(move |fault| noted.lock().unwrap().push(fault.to_string()));
    let app = Router::new()
        .route("/", get(async || "hello"))
        .route("/long", get(async || ([("content-length", "7")], "hello")))
        .layer(lint);

    let mut sound = None;
    for path in ["/", "/long"] {
        let request = Request::get(path)
            .header("host", "a.example")
            .body(Body::empty());
        let response = app.clone().oneshot(request.unwrap()).await.unwrap();
        let _ = to_bytes(response.into_body(), 1024).await;
        sound.get_or_insert(faults.lock().unwrap().len());
    }
    assert_eq!(sound, Some(0), "{faults:?}");
    assert!(!faults.lock().unwrap().is_empty());
}
