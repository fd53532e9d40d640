//! The cookie.

use std::time::Duration;

use http::{
    HeaderValue, Request, StatusCode,
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
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    let (name, value) = pair.split_once('=').unwrap();
    assert_eq!(name, "__Host-session");
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
async fn a_cookie_that_a_plain_connection_could_have_planted_is_not_read() {
    let layer = SessionLayer::new(MemoryStore::new()).cookies_by_scheme();
    let app = app(layer, site);
    let visitor = Visitor::new(&app).by(Scheme::Https);
    visitor.get("/sign-in").await;
    assert_eq!(visitor.text("/user").await, "ada");
    let id = visitor.id().unwrap();
    for (name, scheme, expected) in [
        ("__Host-session", Scheme::Https, "ada"),
        ("session", Scheme::Https, "nobody"),
        ("session", Scheme::Http, "ada"),
        ("__Host-session", Scheme::Http, "nobody"),
    ] {
        let mut request = Request::get("/user")
            .header(COOKIE, format!("{name}={}", id.as_str()))
            .body(Body::empty())
            .unwrap();
        request.extensions_mut().insert(scheme);
        let response = sealed(&app, request).await.unwrap();
        assert_eq!(visitor::text(response).await, expected, "{name} {scheme:?}");
    }
}

#[tokio::test]
async fn the_cookies_are_those_that_came_whatever_stands_in_the_field_when_they_are_read() {
    let store = MemoryStore::new();
    let plain = app(SessionLayer::new(store.clone()), site);
    let (ada, nobody) = (Visitor::new(&plain), Visitor::new(&plain));
    ada.get("/sign-in").await;
    nobody.get("/count").await;
    let (hers, another) = (ada.pair(), nobody.pair());
    for (sent, put, expected) in [
        (&hers, None, "ada"),
        (&hers, Some(&another), "ada"),
        (&another, Some(&hers), "nobody"),
    ] {
        let put = put.map(|pair| HeaderValue::from_str(pair).unwrap());
        let changing = app(
            SessionLayer::new(store.clone()),
            move |mut request: Request<Body>| {
                request.headers_mut().remove(COOKIE);
                if let Some(put) = &put {
                    request.headers_mut().insert(COOKIE, put.clone());
                }
                site(request)
            },
        );
        // As HTTP/2 may send them: a line each.
        let request = Request::get("/user")
            .header(COOKIE, "theme=dark")
            .header(COOKIE, "__Host-session=made up")
            .header(COOKIE, sent);
        let request = request.body(Body::empty()).unwrap();
        let response = sealed(&changing, request).await.unwrap();
        assert_eq!(visitor::text(response).await, expected);
    }
}

#[tokio::test]
async fn the_options_of_the_cookie_are_heeded() {
    let layer = || SessionLayer::new(MemoryStore::new());
    for (layer, scheme, expected) in [
        (
            layer(),
            None,
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            layer().cookies_by_scheme(),
            Some(Scheme::Https),
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            layer().cookies_by_scheme(),
            None,
            "session=; Path=/; HttpOnly; SameSite=Lax",
        ),
        (
            layer().insecure_cookies(),
            Some(Scheme::Https),
            "session=; Path=/; HttpOnly; SameSite=Lax",
        ),
        (
            layer().name("shop").same_site(SameSite::Strict),
            Some(Scheme::Http),
            "__Host-shop=; Path=/; Secure; HttpOnly; SameSite=Strict",
        ),
        (
            layer().partitioned_cookies().same_site(SameSite::None),
            None,
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=None; Partitioned",
        ),
        (
            layer().domain("example.com").path("/shop"),
            None,
            "__Secure-session=; Path=/shop; Domain=example.com; Secure; HttpOnly; SameSite=Lax",
        ),
        (
            layer()
                .absolute_timeout(Duration::from_secs(60))
                .persistent_cookies(),
            None,
            "__Host-session=; Path=/; Max-Age=60; Secure; HttpOnly; SameSite=Lax",
        ),
    ] {
        let app = app(layer, site);
        let visitor = Visitor::new(&app);
        let visitor = match scheme {
            Some(scheme) => visitor.by(scheme),
            None => visitor,
        };
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
        format!(
            "__Host-session={}; __Host-session={}",
            stale.as_str(),
            id.as_str()
        ),
        format!(
            "__Host-session={}; __Host-session={}",
            id.as_str(),
            stale.as_str()
        ),
        format!("__Host-session=tossed; a=b; __Host-session={}", id.as_str()),
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
        "__Host-session",
        "__Host-session=",
        "=__Host-session",
        ";;;",
        "__Host-session=../../../etc/passwd",
        "__Host-session=%00",
        "__Host-session=\u{e9}",
        "__Host-session=a b",
        "__HOST-SESSION=x",
        "__Host-session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        "__Host-session==",
        &"__Host-session=x;".repeat(2000),
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
    let request = Request::get("/").header(COOKIE, format!("__Host-session={}", id.as_str()));
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
