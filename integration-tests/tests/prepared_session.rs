//! A session that a test prepares or looks into, beside the layer that uses it.

use plywood::{prelude::*, session::Keys, session_core::Vault};
use plywood_lint::LintLayer;
use plywood_test::Client as TestClient;

async fn visit(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    if request.uri().path() == "/out" {
        session.destroy();
        return Ok(Response::new(Body::empty()));
    }
    let visits = session.update("visits", |visits: Option<u32>| visits.unwrap_or(0) + 1);
    let text = visits.await?.to_string();
    let response = Response::builder().header("content-type", "text/plain; charset=utf-8");
    Ok(response.body(text.into())?)
}

fn visitor(layer: &SessionLayer) -> TestClient {
    TestClient::new(layer.layer(LintLayer::new().layer(service_fn(visit))))
}

#[tokio::test]
async fn what_is_prepared_is_found_and_what_is_found_can_be_looked_into() {
    let layer = SessionLayer::new(MemoryStore::new());
    let client = visitor(&layer);
    let session = client.session(layer.vault());
    assert_eq!(session.get::<u32>("visits").await, None);

    session.insert("visits", 41).await;
    client.get("/").await.expect_text("42");
    assert_eq!(session.get::<u32>("visits").await, Some(42));
    assert_eq!(session.keys().await, ["visits"]);
    // Another visitor has another session.
    assert_eq!(
        client
            .stranger()
            .session(layer.vault())
            .get::<u32>("visits")
            .await,
        None
    );

    session.remove("visits").await;
    client.get("/").await.expect_text("1");
    client.get("/out").await.ok();
    assert_eq!(session.get::<u32>("visits").await, None);
}

#[tokio::test]
async fn a_session_that_is_renewed_or_destroyed_from_outside_moves_its_cookie() {
    let store = MemoryStore::new();
    let vault = Vault::new(store.clone());
    let client = visitor(&SessionLayer::new(store));
    client.get("/").await.expect_text("1");
    let before = client.cookies();
    let session = client.session(&vault);
    session.change(Session::renew).await;
    assert_ne!(client.cookies(), before);
    client.get("/").await.expect_text("2");
    session.change(Session::destroy).await;
    assert_eq!(client.cookies(), []);
    client.get("/").await.expect_text("1");
}

#[tokio::test]
async fn the_name_of_the_cookie_is_the_layers() {
    for (layer, base, name) in [
        (
            SessionLayer::new as fn(_) -> _,
            "https://shop.example",
            "__Host-session",
        ),
        (
            |store| SessionLayer::new(store).name("sid"),
            "http://localhost",
            "__Host-sid",
        ),
        (
            |store| SessionLayer::new(store).cookies_by_scheme(),
            "http://shop.example",
            "session",
        ),
    ] {
        let store = MemoryStore::new();
        let vault = Vault::new(store.clone());
        let client = visitor(&layer(store)).base(base);
        client
            .session(&vault)
            .cookie_name(name)
            .insert("visits", 6)
            .await;
        client.get("/").await.expect_text("7");
        assert_eq!(client.cookies().len(), 1);
    }
}

#[tokio::test]
async fn a_session_that_its_client_carries_is_prepared_too() {
    let layer = SessionLayer::sealed(Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap());
    let client = visitor(&layer);
    let session = client.session(layer.vault());
    session.insert("visits", 41).await;
    client.get("/").await.expect_text("42");
    assert_eq!(session.get::<u32>("visits").await, Some(42));
}

#[tokio::test]
async fn a_layer_that_signs_its_cookies_says_how() {
    for (layer, base, name) in [
        (
            SessionLayer::new as fn(_) -> _,
            "http://localhost",
            "__Host-session",
        ),
        (
            |store| SessionLayer::new(store).name("sid").cookies_by_scheme(),
            "https://shop.example",
            "__Host-sid",
        ),
    ] {
        let layer = layer(MemoryStore::new())
            .signed(Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap());
        let client = visitor(&layer).base(base);
        let session = client.session(layer.vault());
        let session = session.cookie_of(move |change| layer.cookie_of(change));
        let session = session.cookie_name(name);
        session.insert("visits", 41).await;
        assert!(client.cookie(name).is_some());
        client.get("/").await.expect_text("42");
        assert_eq!(session.get::<u32>("visits").await, Some(42));
        session.change(Session::renew).await;
        client.get("/").await.expect_text("43");
        assert_eq!(client.cookies().len(), 1);
        session.change(Session::destroy).await;
        assert_eq!(client.cookies(), []);
        // One that the app has made is found too.
        client.get("/").await.expect_text("1");
        assert_eq!(session.get::<u32>("visits").await, Some(1));
    }
}
