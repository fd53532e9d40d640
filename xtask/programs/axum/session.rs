//! An axum handler counts the visits of each visitor.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_session::{MemoryStore, Session, SessionLayer};
use tower::ServiceExt;

async fn count(Extension(session): Extension<Session>) -> String {
    let visits = session.update("visits", |visits: Option<u32>| visits.unwrap_or(0) + 1);
    format!("visit {}", visits.await.unwrap())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new()
        .route("/", get(count))
        .layer(SessionLayer::new(MemoryStore::new()));

    let first = Request::get("/").body(Body::empty()).unwrap();
    let first = app.clone().oneshot(first).await.unwrap();
    let cookie = first.headers()["set-cookie"].to_str().unwrap();
    let (cookie, _) = cookie.split_once(';').unwrap();

    let again = Request::get("/")
        .header("cookie", cookie)
        .body(Body::empty())
        .unwrap();
    let again = app.oneshot(again).await.unwrap();
    assert_eq!(to_bytes(again.into_body(), 1024).await.unwrap(), "visit 2");
}
