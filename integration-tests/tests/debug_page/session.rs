//! The keys of the session on the page, and never a value.

use http_body_util::BodyExt;
use plywood::prelude::*;

use super::debug;

async fn shop(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    session.insert("cart", "hunter2")?;
    let cart: Option<String> = session.get("cart").await?;
    Err(format!("{} in the cart", cart.map_or(0, |cart| cart.len())).into())
}

#[tokio::test]
async fn the_keys_of_a_session_are_shown_and_no_value() {
    let app = ServiceBuilder::new()
        .layer(debug())
        .layer(SessionLayer::new(MemoryStore::new()).cookies_by_scheme())
        .layer(debug())
        .service(service_fn(shop));
    let mut request = Request::get("/")
        .header("host", "localhost")
        .body(Body::empty())
        .unwrap();
    request
        .extensions_mut()
        .insert(Client::tcp(([127, 0, 0, 1], 40312).into()));
    let response = app.oneshot(request).await.unwrap();
    let page = response.into_body().collect().await.unwrap().to_bytes();
    let page = String::from_utf8_lossy(&page);
    assert!(page.contains("7 in the cart"), "{page}");
    assert!(
        page.contains("Session: keys cart, whose values are not shown"),
        "{page}"
    );
    assert!(!page.contains("hunter2"), "{page}");
}
