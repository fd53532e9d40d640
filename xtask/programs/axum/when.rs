//! One layer for some requests of an axum router.

use axum::{
    Router,
    body::Body,
    http::{HeaderValue, Request, Response},
    routing::get,
};
use plywood_when::{at, when};
use tower::{ServiceExt, util::MapResponseLayer};

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let mark = MapResponseLayer::new(|mut response: Response<Body>| {
        response
            .headers_mut()
            .insert("x-admin", HeaderValue::from_static("1"));
        response
    });
    let app = Router::new()
        .fallback(get(async || "hello"))
        .layer(when(at("/admin"), mark));

    for (path, marked) in [("/", false), ("/admin/users", true), ("/%61dmin", true)] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.headers().contains_key("x-admin"), marked, "{path}");
    }
}
