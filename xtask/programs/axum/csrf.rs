//! A form of an axum router that nobody can send from elsewhere. It needs a session, so that a session layer stands outside of it.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_csrf::{CsrfLayer, Token};
use plywood_session::{MemoryStore, Session, SessionLayer};
use tower::ServiceExt;

async fn form(Extension(session): Extension<Session>) -> String {
    Token::of(&session).await.unwrap().to_string()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new()
        .route("/", get(form).post(async || "sent"))
        .layer(CsrfLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()));

    let page = Request::get("/").body(Body::empty()).unwrap();
    let page = app.clone().oneshot(page).await.unwrap();
    let cookie = page.headers()["set-cookie"].to_str().unwrap().to_owned();
    let (cookie, _) = cookie.split_once(';').unwrap();
    let token = to_bytes(page.into_body(), 1024).await.unwrap();

    let forged = Request::post("/").header("cookie", cookie);
    let forged = forged.body(Body::empty()).unwrap();
    assert_eq!(app.clone().oneshot(forged).await.unwrap().status(), 403);

    let sent = Request::post("/").header("cookie", cookie);
    let sent = sent
        .header("x-csrf-token", &token[..])
        .body(Body::empty())
        .unwrap();
    assert_eq!(app.oneshot(sent).await.unwrap().status(), 200);
}
