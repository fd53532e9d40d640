//! Whose session it is, and that no change of it is lost or undone.

use std::time::Duration;

use http::{Request, Response, StatusCode, header::SET_COOKIE};
use plywood_core::{Body, BoxError};
use plywood_session::{MemoryStore, Session, SessionLayer};
use plywood_session_core::{Id, Store, Timestamp};

use crate::{
    one_more, shop, site,
    visitor::{Visitor, answer, app},
};

#[tokio::test]
async fn an_id_that_a_client_made_up_is_never_adopted() {
    let (store, app) = shop();
    let planted = Id::random().unwrap();
    let victim = Visitor::with_id(&app, planted);
    victim.get("/cart").await;
    assert_ne!(victim.id().unwrap(), planted);
    assert!(Store::load(&store, &planted.key()).await.unwrap().is_none());

    let victim = Visitor::with_id(&app, planted);
    victim.get("/sign-in").await;
    assert_ne!(victim.id().unwrap(), planted);
    assert_eq!(
        Visitor::with_id(&app, planted).text("/user").await,
        "nobody"
    );
}

#[tokio::test]
async fn signing_in_moves_to_an_id_that_nobody_knew_before() {
    let (store, app) = shop();
    // The attacker has a live id and plants it in the victim's browser.
    let attacker = Visitor::new(&app);
    attacker.get("/cart").await;
    let victim = Visitor::with_id(&app, attacker.id().unwrap());
    victim.get("/sign-in").await;
    assert_eq!(victim.text("/user").await, "ada");
    assert_eq!(attacker.text("/user").await, "nobody");
    // And again at the next sign-in.
    let before = victim.id().unwrap();
    victim.get("/sign-in").await;
    assert_ne!(victim.id().unwrap(), before);
    assert_eq!(Visitor::with_id(&app, before).text("/user").await, "nobody");
    assert_eq!(store.len(), 1);
}

#[tokio::test]
async fn signing_out_ends_the_record_and_takes_the_cookie_back() {
    let (store, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let id = visitor.id().unwrap();
    let response = visitor.get("/sign-out").await;
    let cookie = response.headers()[SET_COOKIE].to_str().unwrap();
    assert!(
        cookie.starts_with("__Host-session=; Path=/; Max-Age=0; "),
        "{cookie}"
    );
    assert_eq!(visitor.id(), None);
    assert!(store.is_empty());
    // The cookie that was kept is refused.
    assert_eq!(Visitor::with_id(&app, id).text("/user").await, "nobody");
}

/// A request to `/slow` changes the session, and answers when it is told to.
async fn slow_site(
    request: Request<Body>,
    reached: tokio::sync::mpsc::Sender<tokio::sync::oneshot::Sender<()>>,
) -> Result<Response<Body>, BoxError> {
    if request.uri().path() != "/slow" {
        return site(request).await;
    }
    let session = Session::of(&request)?;
    let user: Option<String> = session.get("user").await?;
    session.insert("user", user)?;
    session.update("count", one_more).await?;
    let (go, wait) = tokio::sync::oneshot::channel();
    reached.send(go).await?;
    wait.await?;
    Ok(answer("slow"))
}

#[tokio::test]
async fn a_slower_request_does_not_bring_a_signed_out_session_back() {
    let store = MemoryStore::new();
    let (reached, mut slow) = tokio::sync::mpsc::channel(1);
    let app = app(SessionLayer::new(store.clone()), move |request| {
        slow_site(request, reached.clone())
    });
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let id = visitor.id().unwrap();

    let tab = Visitor::with_id(&app, id);
    let answered = tokio::spawn(async move { tab.get("/slow").await });
    let go = slow.recv().await.unwrap();
    visitor.get("/sign-out").await;
    go.send(()).unwrap();

    let response = answered.await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key(SET_COOKIE));
    assert_eq!(Visitor::with_id(&app, id).text("/user").await, "nobody");
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_request_that_is_dropped_saves_nothing() {
    let store = MemoryStore::new();
    let (reached, mut slow) = tokio::sync::mpsc::channel(1);
    let app = app(SessionLayer::new(store.clone()), move |request| {
        slow_site(request, reached.clone())
    });
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let tab = Visitor::with_id(&app, visitor.id().unwrap());
    let answered = tokio::spawn(async move { tab.get("/slow").await });
    let _go = slow.recv().await.unwrap();
    answered.abort();
    assert!(answered.await.is_err());
    assert_eq!(visitor.text("/count").await, "1");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_thousand_updates_at_a_time_are_a_thousand() {
    let (_, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/cart").await;
    let id = visitor.id().unwrap();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let tab = Visitor::with_id(&app, id);
            tokio::spawn(async move {
                for _ in 0..125 {
                    assert_eq!(tab.get("/count").await.status(), StatusCode::OK);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(visitor.text("/count").await, "1001");
}

#[tokio::test]
async fn reading_keeps_a_session_alive() {
    let (store, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let key = visitor.id().unwrap().key();
    let soon = Timestamp::now() + Duration::from_secs(60);
    Store::touch(&store, &key, soon).await.unwrap();
    let response = visitor.get("/user").await;
    assert!(!response.headers().contains_key(SET_COOKIE));
    let record = Store::load(&store, &key).await.unwrap().unwrap();
    assert!(record.expires > soon);
}

#[tokio::test]
async fn a_session_that_nobody_used_for_too_long_is_over() {
    let (store, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let key = visitor.id().unwrap().key();
    Store::touch(&store, &key, Timestamp::now()).await.unwrap();
    assert_eq!(visitor.text("/user").await, "nobody");
    let old = visitor.id().unwrap();
    visitor.get("/cart").await;
    assert_ne!(visitor.id().unwrap(), old);
}

#[tokio::test]
async fn a_request_with_the_cookie_from_before_the_sign_in_does_not_replace_the_new_one() {
    let (store, app) = shop();
    let visitor = Visitor::new(&app);
    visitor.get("/cart").await;
    let old = visitor.id().unwrap();
    visitor.get("/sign-in").await;
    // It was on its way when the answer to the sign-in came.
    for path in ["/cart", "/count", "/sign-in", "/user"] {
        let late = Visitor::with_id(&app, old);
        let response = late.get(path).await;
        assert_eq!(response.status(), StatusCode::OK, "{path}");
        assert!(!response.headers().contains_key(SET_COOKIE), "{path}");
        assert_eq!(late.text("/user").await, "nobody");
    }
    assert_eq!(store.len(), 1);
    assert_eq!(visitor.text("/user").await, "ada");

    // And so was this: a sign-out ends the session wherever it has moved to.
    Visitor::with_id(&app, old).get("/sign-out").await;
    assert_eq!(visitor.text("/user").await, "nobody");
    assert!(store.is_empty());
}
