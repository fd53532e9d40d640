//! The facade's layers around an axum router.

use axum::{Router, routing::get};
use plywood::prelude::*;

fn app() -> App {
    plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .layer(SessionLayer::new(MemoryStore::new()))
            .service(Router::new().route("/", get(async || "hello"))),
    )
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    for (path, status) in [("/", 200), ("/nothing", 404)] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let Ok(response) = app().oneshot(request).await;
        assert_eq!(response.status(), status);
        assert!(response.headers().contains_key("content-type"));
    }
}
