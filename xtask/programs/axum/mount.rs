//! An axum router that does not know where it is mounted.

use std::convert::Infallible;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Uri},
    routing::get,
};
use plywood_mount::Mounts;
use tower::ServiceExt;

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let cart = get(async |uri: Uri| uri.to_string());
    let shop = Router::new().route("/cart", cart);
    let site = Mounts::<Infallible>::new();
    site.mount("/shop", shop).unwrap();
    let app = Router::new().fallback_service(site);

    let request = Request::get("/shop/cart?item=3")
        .body(Body::empty())
        .unwrap();
    let response = app.oneshot(request).await.unwrap();
    assert_eq!(
        to_bytes(response.into_body(), 1024).await.unwrap(),
        "/cart?item=3"
    );
}
