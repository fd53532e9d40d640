//! Sessions that their clients carry, and ids with a signature.

use std::time::{Duration, SystemTime};

use http::{
    Request, StatusCode,
    header::{CACHE_CONTROL, COOKIE, SET_COOKIE, VARY},
};
use plywood_core::{Body, BoxError, Failure};
use plywood_session::{Keys, MemoryStore, Session, SessionErrorKind, SessionLayer};
use plywood_session_core::Id;

use crate::{
    site,
    visitor::{self, App, Visitor, answer, app, sealed},
};

fn secret(seed: u8) -> [u8; 32] {
    let mut secret = [seed; 32];
    secret[0] = !seed;
    secret
}

fn keys(seed: u8) -> Keys {
    Keys::new(&secret(seed)).unwrap()
}

fn shop() -> App {
    app(SessionLayer::sealed(keys(1)), site)
}

async fn user(app: &App, cookie: &str) -> String {
    let request = Request::get("/user").header(COOKIE, cookie);
    let request = request.body(Body::empty()).unwrap();
    visitor::text(sealed(app, request).await.unwrap()).await
}

#[tokio::test]
async fn a_sealed_session_is_kept_by_the_client_alone() {
    let app = shop();
    let visitor = Visitor::new(&app);
    assert_eq!(visitor.text("/user").await, "nobody");
    let response = visitor.get("/sign-in").await;
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-session="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(visitor.text("/user").await, "ada");
    for count in 1..5 {
        assert_eq!(visitor.text("/count").await, count.to_string());
    }
    let response = visitor.get("/sign-out").await;
    assert!(
        response.headers()[SET_COOKIE]
            .to_str()
            .unwrap()
            .contains("Max-Age=0")
    );
    assert_eq!(visitor.text("/user").await, "nobody");
}

#[tokio::test]
async fn a_request_that_changes_nothing_sets_no_cookie() {
    let app = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let response = visitor.get("/").await;
    for name in [SET_COOKIE, VARY, CACHE_CONTROL] {
        assert!(!response.headers().contains_key(name));
    }
    let response = visitor.get("/user").await;
    assert!(!response.headers().contains_key(SET_COOKIE));
    assert_eq!(response.headers()[VARY], "cookie");
    // Nor does an empty session.
    let response = Visitor::new(&app).get("/user").await;
    assert!(!response.headers().contains_key(SET_COOKIE));
}

#[tokio::test]
async fn a_sealed_session_ends_by_its_timeouts() {
    let idle = SessionLayer::sealed(keys(1)).idle_timeout(Duration::from_millis(30));
    let absolute = SessionLayer::sealed(keys(1)).absolute_timeout(Duration::from_millis(30));
    for layer in [idle, absolute] {
        let app = app(layer, site);
        let visitor = Visitor::new(&app);
        visitor.get("/sign-in").await;
        let cookie = visitor.pair();
        tokio::time::sleep(Duration::from_millis(60)).await;
        assert_eq!(user(&app, &cookie).await, "nobody");
    }
}

#[tokio::test]
async fn use_moves_the_end_of_a_sealed_session() {
    let layer = SessionLayer::sealed(keys(1)).idle_timeout(Duration::from_secs(100));
    let visitor = Visitor::new(&app(layer, site));
    visitor.get("/sign-in").await;
    // The same session under a longer timeout is worth another end.
    let longer = SessionLayer::sealed(keys(1)).idle_timeout(Duration::from_secs(1000));
    let longer = app(longer, site);
    let request = Request::get("/user").header(COOKIE, visitor.pair());
    let response = sealed(&longer, request.body(Body::empty()).unwrap()).await;
    assert!(response.unwrap().headers().contains_key(SET_COOKIE));
}

#[tokio::test]
async fn keys_are_rotated_without_signing_anybody_out() {
    let old = shop();
    let visitor = Visitor::new(&old);
    visitor.get("/sign-in").await;
    let ring = keys(2).older(&secret(1)).unwrap();
    let both = app(SessionLayer::sealed(ring), site);
    let new = app(SessionLayer::sealed(keys(2)), site);
    assert_eq!(user(&both, &visitor.pair()).await, "ada");
    assert_eq!(user(&new, &visitor.pair()).await, "nobody");
    // What is written under both is sealed by the new key.
    let moved = Visitor::with_pair(&both, &visitor.pair());
    moved.get("/count").await;
    assert_eq!(user(&new, &moved.pair()).await, "ada");
    assert_eq!(user(&old, &moved.pair()).await, "nobody");
}

#[tokio::test]
async fn after_a_theft_all_that_was_issued_before_is_refused() {
    let visitor = Visitor::new(&shop());
    visitor.get("/sign-in").await;
    let later = SystemTime::now() + Duration::from_secs(1);
    let strict = app(SessionLayer::sealed(keys(1)).issued_after(later), site);
    assert_eq!(user(&strict, &visitor.pair()).await, "nobody");
    let earlier = SystemTime::now() - Duration::from_secs(60);
    let lax = app(SessionLayer::sealed(keys(1)).issued_after(earlier), site);
    assert_eq!(user(&lax, &visitor.pair()).await, "ada");
}

#[tokio::test]
async fn a_cookie_of_another_name_is_not_pasted() {
    let visitor = Visitor::new(&shop());
    visitor.get("/sign-in").await;
    let pasted = visitor.pair().replace("-session=", "-admin=");
    for layer in [
        SessionLayer::sealed(keys(1)).name("admin"),
        SessionLayer::sealed(keys(1)).name("admin").max_size(5000),
    ] {
        assert_eq!(user(&app(layer, site), &pasted).await, "nobody");
    }
}

async fn escapes(request: Request<Body>) -> Result<http::Response<Body>, BoxError> {
    Session::of(&request)?.insert("page", "\u{1}".repeat(2000))?;
    Ok(answer("saved, one would think"))
}

async fn page(request: Request<Body>) -> Result<http::Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let error = session.insert("page", "x".repeat(4096)).unwrap_err();
    assert_eq!(
        (error.kind(), error.key()),
        (SessionErrorKind::TooLarge, "page")
    );
    for key in ["a", "b", "c"] {
        session.insert(key, "x".repeat(1500))?;
    }
    Ok(answer("saved, one would think"))
}

#[tokio::test]
async fn what_does_not_fit_a_cookie_is_an_error_and_never_half_a_cookie() {
    let app = app(SessionLayer::sealed(keys(1)), page);
    let response = Visitor::new(&app).get("/").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!response.headers().contains_key(SET_COOKIE));
    let failure = Failure::of(&response).unwrap();
    assert!(failure.to_string().contains("limit"), "{failure}");

    // Each character becomes six: what was counted as short is seen to be long when it is sealed.
    let app = visitor::app(SessionLayer::sealed(keys(1)), escapes);
    let response = Visitor::new(&app).get("/").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!response.headers().contains_key(SET_COOKIE));
}

#[tokio::test]
async fn what_needs_a_store_is_an_error_without_one() {
    let layer = SessionLayer::sealed(keys(1));
    let error = layer.vault().destroy_all("ada").await.unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Unsupported);
    assert!(error.to_string().contains("store"), "{error}");
}

#[tokio::test]
async fn an_id_without_the_right_signature_is_not_looked_up() {
    let store = MemoryStore::new();
    let layer = SessionLayer::new(store.clone()).signed(keys(1));
    let app = app(layer, site);
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    assert_eq!(visitor.text("/user").await, "ada");
    let pair = visitor.pair();
    let bare = &pair[..pair.len() - 43];
    assert!(Id::parse(bare.split_once('=').unwrap().1).is_some());
    assert_eq!(user(&app, bare).await, "nobody");
    let unknown = format!("{bare}{}", "A".repeat(43));
    let request = Request::get("/known").header(COOKIE, unknown);
    let known = sealed(&app, request.body(Body::empty()).unwrap()).await;
    assert_eq!(visitor::text(known.unwrap()).await, "false");
    // The name is a part of what is signed, whatever the order of the options.
    let renamed = SessionLayer::new(store).signed(keys(1)).name("shop");
    let pasted = pair.replace("-session=", "-shop=");
    assert_eq!(user(&visitor::app(renamed, site), &pasted).await, "nobody");
}
