//! Rules behind an axum router: what it does not know itself, they do.

use std::convert::Infallible;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::get,
};
use plywood_core::Body as Answer;
use plywood_dispatch::{Dispatch, Params};
use tower::ServiceExt;

async fn hello(request: Request<Answer>) -> axum::http::Response<Answer> {
    let name = Params::of(&request).get("name").unwrap_or("world");
    axum::http::Response::new(format!("hello, {name}").into())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let rules = Dispatch::<Infallible>::builder().get("/hello/<name>", hello);
    let app = Router::new()
        .route("/", get(async || "home"))
        .fallback_service(rules.build().unwrap());

    for (path, page) in [("/", "home"), ("/hello/ada", "hello, ada")] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(to_bytes(response.into_body(), 1024).await.unwrap(), page);
    }
}
