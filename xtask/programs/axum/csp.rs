//! The pages of an axum router say which scripts may run.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_csp::{CspLayer, Nonce, Policy};
use tower::ServiceExt;

async fn page(Extension(nonce): Extension<Nonce>) -> String {
    nonce.as_str().to_owned()
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let policy: Policy = "script-src 'nonce'".parse().unwrap();
    let app = Router::new()
        .route("/", get(page))
        .layer(CspLayer::new(policy));

    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = app.oneshot(request).await.unwrap();
    let policy = response.headers()["content-security-policy"].clone();
    let nonce = to_bytes(response.into_body(), 1024).await.unwrap();
    let nonce = String::from_utf8_lossy(&nonce).into_owned();
    assert_eq!(policy, format!("script-src 'nonce-{nonce}'"));
}
