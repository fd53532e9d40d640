//! The cookie.

use std::time::Duration;

use http::{
    Request, StatusCode,
    header::{COOKIE, SET_COOKIE},
};
use plywood_core::{Body, Scheme};
use plywood_session::{MemoryStore, SameSite, Session, SessionLayer};
use plywood_session_core::Id;

use crate::{
    shop, site,
    visitor::{self, Visitor, answer, app, sealed},
};

#[tokio::test]
async fn the_cookie_is_set_once_and_holds_an_id_and_nothing_else() {
    let (_, app) = shop();
    let visitor = Visitor::new(&app);
    let response = visitor.get("/count").await;
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
    let (pair, attributes) = cookie.split_once("; ").unwrap();
    assert_eq!(attributes, "Path=/; HttpOnly; SameSite=Lax");
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!(name, "sid");
    assert!(Id::parse(value).is_some(), "{value}");
    assert!(
        !visitor
            .get("/count")
            .await
            .headers()
            .contains_key(SET_COOKIE)
    );
    assert_eq!(visitor.text("/count").await, "3");
}

#[tokio::test]
async fn over_https_the_cookie_is_secure_and_bound_to_the_host() {
    let (_, app) = shop();
    let visitor = Visitor::new(&app).by(Scheme::Https);
    let response = visitor.get("/sign-in").await;
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(cookie.starts_with("__Host-sid="), "{cookie}");
    assert!(
        cookie.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"),
        "{cookie}"
    );
    assert_eq!(visitor.text("/user").await, "ada");

    // What a plain connection could have planted is not read here, nor the other way round.
    let id = visitor.id().unwrap();
    let planted = Visitor::with_id(&app, id).by(Scheme::Https);
    assert_eq!(planted.text("/user").await, "nobody");
}

#[tokio::test]
async fn the_options_of_the_cookie_are_heeded() {
    let layer = || SessionLayer::new(MemoryStore::new());
    for (layer, scheme, expected) in [
        (
            layer().secure_cookies(),
            Scheme::Http,
            "__Host-sid=; Path=/; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            layer().insecure_cookies(),
            Scheme::Https,
            "sid=; Path=/; HttpOnly; SameSite=Lax",
        ),
        (
            layer().name("shop").same_site(SameSite::Strict),
            Scheme::Https,
            "__Host-shop=; Path=/; Secure; HttpOnly; SameSite=Strict",
        ),
        (
            layer()
                .absolute_timeout(Duration::from_secs(60))
                .persistent_cookies(),
            Scheme::Http,
            "sid=; Path=/; Max-Age=60; HttpOnly; SameSite=Lax",
        ),
    ] {
        let app = app(layer, site);
        let visitor = Visitor::new(&app).by(scheme);
        let response = visitor.get("/sign-in").await;
        let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
        let id = visitor.id().unwrap();
        assert_eq!(cookie.replace(id.as_str(), ""), expected);
    }
}

#[tokio::test]
async fn of_two_cookies_of_our_name_the_one_that_lives_is_used() {
    let (_, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let (id, stale) = (visitor.id().unwrap(), Id::random().unwrap());
    for cookies in [
        format!("sid={}; sid={}", stale.as_str(), id.as_str()),
        format!("sid={}; sid={}", id.as_str(), stale.as_str()),
        format!("sid=tossed; a=b; sid={}", id.as_str()),
    ] {
        let request = Request::get("/user").header(COOKIE, &cookies);
        let response = sealed(&app, request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(visitor::text(response).await, "ada", "{cookies}");
    }
}

#[tokio::test]
async fn a_malformed_cookie_is_no_cookie() {
    let (store, app) = shop();
    for cookie in [
        "sid",
        "sid=",
        "=sid",
        ";;;",
        "sid=../../../etc/passwd",
        "sid=%00",
        "sid=\u{e9}",
        "sid=a b",
        "SID=x",
        "sid=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "sid==",
        &"sid=x;".repeat(2000),
    ] {
        for path in ["/user", "/known", "/cart"] {
            let request = Request::get(path).header(COOKIE, cookie.as_bytes());
            let response = sealed(&app, request.body(Body::empty()).unwrap())
                .await
                .unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{cookie}");
            let expected = match path {
                "/user" => "nobody",
                "/known" => "false",
                _ => "in the cart",
            };
            assert_eq!(visitor::text(response).await, expected, "{cookie}");
        }
    }
    assert_eq!(store.len(), 12);
}

#[tokio::test]
async fn no_id_is_shown_by_debug() {
    let (_, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let id = visitor.id().unwrap();
    let request = Request::get("/").header(COOKIE, format!("sid={}", id.as_str()));
    let debugs = |request: Request<Body>| async move {
        let session = Session::of(&request)?;
        session.keys().await?;
        Ok(answer(&format!("{session:?}")))
    };
    let store = MemoryStore::new();
    let layer = SessionLayer::new(store.clone());
    let shown = format!("{layer:?} {store:?}");
    let app = visitor::app(layer, debugs);
    let response = sealed(&app, request.body(Body::empty()).unwrap())
        .await
        .unwrap();
    let shown = shown + &visitor::text(response).await;
    assert!(!shown.contains(id.as_str()), "{shown}");
}
