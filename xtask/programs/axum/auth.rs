//! A password in front of an axum router, whose handler knows who asks.

use axum::{
    Extension, Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_auth::{BasicAuthLayer, constant_time_eq};
use plywood_core::Identity;
use tower::ServiceExt;

async fn hello(Extension(identity): Extension<Identity>) -> String {
    format!("hello, {}", identity.name())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let password = BasicAuthLayer::new(|name, password| {
        let right = constant_time_eq(name, "ann") & constant_time_eq(password, "ply");
        right.then(|| Identity::new(name))
    });
    let app = Router::new().route("/", get(hello)).layer(password);

    let stranger = Request::get("/").body(Body::empty()).unwrap();
    assert_eq!(app.clone().oneshot(stranger).await.unwrap().status(), 401);

    let ann = Request::get("/").header("authorization", "Basic YW5uOnBseQ==");
    let response = app.oneshot(ann.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(
        to_bytes(response.into_body(), 1024).await.unwrap(),
        "hello, ann"
    );
}
