//! An axum handler reads the path as all of Plywood does.

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Uri},
    routing::get,
};
use plywood_core::Path;
use tower::ServiceExt;

async fn place(uri: Uri) -> String {
    Path::read(&uri).map_or("nowhere".to_owned(), |path| path.as_str().to_owned())
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let app = Router::new().fallback(get(place));
    for (target, place) in [("//shop/%63art", "/shop/cart"), ("/a%2Fb", "nowhere")] {
        let request = Request::get(target).body(Body::empty()).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(to_bytes(response.into_body(), 1024).await.unwrap(), place);
    }
}
