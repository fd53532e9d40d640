//! The layer, between two lints.

#![allow(clippy::unwrap_used)]

mod answers;
mod cookies;
mod faults;
mod hostile;
mod memory;
mod safety;
#[cfg(feature = "keys")]
mod sealed;
mod visitor;

use http::{
    Request, Response,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};
use plywood_core::{Body, BoxError};
use plywood_session::{MemoryStore, Session, SessionLayer};
use plywood_session_core::Id;
use tower::{ServiceBuilder, ServiceExt, service_fn};
use visitor::{App, Visitor, answer, app};

fn one_more(count: Option<u32>) -> u32 {
    count.unwrap_or(0) + 1
}

/// A small site: `/user` shows who is signed in, and the other paths do what they say.
async fn site(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?.clone();
    let text = match request.uri().path() {
        "/user" => session.get("user").await?.unwrap_or("nobody".to_owned()),
        "/sign-in" => {
            session.renew();
            session.insert("user", "ada")?;
            "hello".to_owned()
        }
        "/sign-out" => {
            session.destroy();
            "goodbye".to_owned()
        }
        "/cart" => {
            session.insert("cart", ["apple"])?;
            "in the cart".to_owned()
        }
        "/count" => session.update("count", one_more).await?.to_string(),
        "/known" => session.is_known().to_string(),
        "/fails" => return Err("the handler fails".into()),
        "/failing-after-a-change" => {
            session.insert("cart", ["pear"])?;
            return Err("the handler fails".into());
        }
        "/large" => {
            session.insert("a", "x".repeat(40 << 10))?;
            session.insert("b", "x".repeat(40 << 10))?;
            "saved, one would think".to_owned()
        }
        _ => "untouched".to_owned(),
    };
    Ok(answer(&text))
}

fn shop() -> (MemoryStore, App) {
    let store = MemoryStore::new();
    (store.clone(), app(SessionLayer::new(store), site))
}

#[tokio::test]
async fn a_request_that_does_not_touch_the_session_is_answered_as_without_it() {
    let (store, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    for _ in 0..2 {
        let response = visitor.get("/").await;
        for name in [SET_COOKIE, VARY, CACHE_CONTROL] {
            assert!(!response.headers().contains_key(&name), "{name}");
        }
    }
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn a_request_that_writes_nothing_gets_no_record_and_no_cookie() {
    let (store, app) = shop();
    for path in ["/", "/user", "/known", "/sign-out"] {
        for visitor in [
            Visitor::new(&app),
            Visitor::with_id(&app, Id::random().unwrap()),
        ] {
            let response = visitor.get(path).await;
            let issued = response
                .headers()
                .get(SET_COOKIE)
                .is_some_and(|cookie| !cookie.to_str().unwrap().contains("Max-Age=0"));
            assert!(!issued, "{path}");
        }
    }
    assert!(store.is_empty());
}

#[tokio::test]
async fn what_one_request_saved_the_next_one_sees() {
    let (_, app) = shop();
    let visitor = Visitor::new(&app);
    assert_eq!(visitor.text("/user").await, "nobody");
    visitor.get("/sign-in").await;
    assert_eq!(visitor.text("/user").await, "ada");
    assert_eq!(Visitor::new(&app).text("/user").await, "nobody");
}

#[tokio::test]
async fn a_layer_that_stands_twice_is_one() {
    let (outer, inner) = (MemoryStore::new(), MemoryStore::new());
    let app = app(SessionLayer::new(outer.clone()), {
        let inside = ServiceBuilder::new()
            .layer(SessionLayer::new(inner.clone()))
            .service(service_fn(site));
        move |request| inside.clone().oneshot(request)
    });
    let visitor = Visitor::new(&app);
    let response = visitor.get("/sign-in").await;
    assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 1);
    assert_eq!(visitor.text("/user").await, "ada");
    assert_eq!((outer.len(), inner.len()), (1, 0));
}

#[test]
fn the_service_is_one_that_servers_take() {
    fn takes<S>(_: S)
    where
        S: tower::Service<Request<Body>, Response = Response<Body>, Error = BoxError>
            + Clone
            + Send
            + Sync
            + 'static,
        S::Future: Future + Send,
    {
    }
    takes(
        ServiceBuilder::new()
            .layer(SessionLayer::new(MemoryStore::new()))
            .service_fn(|request: Request<Body>| site(request)),
    );
}
