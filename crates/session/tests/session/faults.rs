//! Stores that fail, and handlers that do.

use std::time::Duration;

use http::{
    Method, Request, StatusCode,
    header::{CACHE_CONTROL, COOKIE, SET_COOKIE},
};
use plywood_core::{Body, BoxError, Failure, Identity};
use plywood_session::{MemoryStore, Session, SessionLayer};
use plywood_session_core::{
    Id, Key, Record, SessionError, SessionErrorKind, Store, Timestamp, Update,
};

use crate::{
    shop, site,
    visitor::{self, App, Visitor, answer, app, sealed},
};

#[tokio::test]
async fn an_error_of_the_handler_passes_and_saves_nothing() {
    let (store, app) = shop();
    for path in ["/fails", "/failing-after-a-change"] {
        let request = Request::get(path).body(Body::empty()).unwrap();
        let error = sealed(&app, request).await.unwrap_err();
        assert_eq!(error.to_string(), "the handler fails");
    }
    assert!(store.is_empty());
}

/// A store of which some verbs fail.
#[derive(Clone)]
struct Broken {
    store: MemoryStore,
    verbs: &'static [&'static str],
}

impl Broken {
    fn works(&self, verb: &str) -> Result<(), BoxError> {
        if self.verbs.contains(&verb) {
            return Err(format!("{verb} does not work").into());
        }
        Ok(())
    }
}

impl Store for Broken {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        self.works("create")?;
        Store::create(&self.store, key, record).await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.works("load")?;
        Store::load(&self.store, key).await
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        self.works("update")?;
        Store::update(&self.store, key, expected, record).await
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        self.works("rename")?;
        Store::rename(&self.store, key, expected, new, record, tombstone).await
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        self.works("touch")?;
        Store::touch(&self.store, key, expires).await
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.works("delete")?;
        Store::delete(&self.store, key).await
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        self.works("delete_all")?;
        Store::delete_all(&self.store, owner, except).await
    }
}

const ALL: &[&str] = &["create", "load", "update", "rename", "touch", "delete"];

/// Somebody who is signed in at a site whose store then breaks.
async fn signed_in_and_broken(verbs: &'static [&'static str]) -> (MemoryStore, App, Id) {
    let (store, works) = shop();
    let visitor = Visitor::new(&works);
    visitor.get("/sign-in").await;
    let broken = Broken {
        store: store.clone(),
        verbs,
    };
    let layer = SessionLayer::new(broken);
    (store, app(layer, site), visitor.id().unwrap())
}

#[tokio::test]
async fn a_change_that_is_not_saved_is_not_promised() {
    let (_, app, id) = signed_in_and_broken(ALL).await;
    for path in ["/sign-in", "/sign-out", "/cart"] {
        for method in [Method::GET, Method::HEAD] {
            let visitor = Visitor::with_id(&app, id);
            let response = visitor.send(method.clone(), path).await;
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE, "{path}");
            assert!(!response.headers().contains_key(SET_COOKIE), "{path}");
            assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
            assert_eq!(
                response.headers()["content-type"],
                "text/plain; charset=utf-8"
            );
            let failure = Failure::of(&response).unwrap();
            let error: &SessionError = failure.reason().downcast_ref().unwrap();
            assert_eq!(error.kind(), SessionErrorKind::Store);
            let text = visitor::text(response).await;
            // The visitor is told nothing of the store.
            assert!(!text.contains("does not work"), "{text}");
            assert_eq!(text.is_empty(), method == Method::HEAD);
        }
    }
}

#[tokio::test]
async fn a_store_that_is_down_does_not_matter_to_who_does_not_need_it() {
    let (_, app, id) = signed_in_and_broken(ALL).await;
    let visitor = Visitor::with_id(&app, id);
    assert_eq!(visitor.text("/").await, "untouched");
    assert_eq!(visitor.text("/known").await, "true");
    // Nor to somebody without a cookie who writes nothing.
    assert_eq!(Visitor::new(&app).text("/user").await, "nobody");
    // A handler that reads is told, and decides.
    let request = Request::get("/user").header(COOKIE, format!("__Host-session={}", id.as_str()));
    let error = sealed(&app, request.body(Body::empty()).unwrap())
        .await
        .unwrap_err();
    let error: Box<SessionError> = error.downcast().unwrap();
    assert_eq!(error.kind(), SessionErrorKind::Store);
}

#[tokio::test]
async fn a_sign_in_or_a_sign_out_is_never_done_by_half() {
    for verbs in [&["load"] as &[_], &["rename"], &["delete"]] {
        let (store, app, id) = signed_in_and_broken(verbs).await;
        let visitor = Visitor::with_id(&app, id);
        for path in ["/sign-in", "/sign-out"] {
            let Some(before) = visitor.id() else { continue };
            let response = visitor.get(path).await;
            let kept = Store::load(&store, &before.key()).await.unwrap();
            if response.status() == StatusCode::SERVICE_UNAVAILABLE {
                assert_eq!(kept.unwrap().data["user"], "ada", "{verbs:?} {path}");
                assert_eq!(visitor.id(), Some(before));
                assert_eq!(store.len(), 1);
            } else {
                let lives = kept.is_some_and(|kept| !kept.is_tombstone());
                assert!(!lives, "{verbs:?} {path}");
            }
        }
    }
}

#[tokio::test]
async fn a_touch_that_fails_leaves_the_answer_and_a_failure_for_the_log() {
    let (store, app, id) = signed_in_and_broken(&["touch"]).await;
    let soon = Timestamp::now() + Duration::from_secs(60);
    Store::touch(&store, &id.key(), soon).await.unwrap();
    let response = Visitor::with_id(&app, id).get("/user").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(Failure::of(&response).is_some());
    assert_eq!(visitor::text(response).await, "ada");
}

#[tokio::test]
async fn a_session_that_grew_too_large_is_the_handlers_fault() {
    let (store, app) = shop();
    let response = Visitor::new(&app).get("/large").await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!response.headers().contains_key(SET_COOKIE));
    let failure = Failure::of(&response).unwrap();
    assert!(failure.to_string().contains("limit"), "{failure}");
    assert!(store.is_empty());
}

#[tokio::test]
async fn a_handler_may_commit_and_answer_a_failure_itself() {
    let commits = |request: Request<Body>| async move {
        let session = Session::of(&request)?;
        session.insert("user", "ada")?;
        Ok(match session.commit().await {
            Ok(()) => answer("saved"),
            Err(_) => answer("please try again later"),
        })
    };
    let works = app(SessionLayer::new(MemoryStore::new()), commits);
    let visitor = Visitor::new(&works);
    assert_eq!(visitor.text("/").await, "saved");
    assert!(visitor.id().is_some());

    let store = Broken {
        store: MemoryStore::new(),
        verbs: ALL,
    };
    let broken = app(SessionLayer::new(store), commits);
    let response = Visitor::new(&broken).get("/").await;
    assert_eq!(response.status(), StatusCode::OK);
    assert!(!response.headers().contains_key(SET_COOKIE));
    assert_eq!(visitor::text(response).await, "please try again later");
}

#[tokio::test]
async fn what_others_left_in_the_response_stays_when_the_save_fails() {
    let store = Broken {
        store: MemoryStore::new(),
        verbs: ALL,
    };
    let app = app(
        SessionLayer::new(store),
        |request: Request<Body>| async move {
            let mut response = site(request).await?;
            response.extensions_mut().insert(Identity::new("ada"));
            Ok(response)
        },
    );
    let response = Visitor::new(&app).get("/cart").await;
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(Identity::of(&response).map(Identity::name), Some("ada"));
}

/// A store that never answers.
struct Hanging;

impl Store for Hanging {
    async fn create(&self, _: &Key, _: Record) -> Result<bool, BoxError> {
        std::future::pending().await
    }

    async fn load(&self, _: &Key) -> Result<Option<Record>, BoxError> {
        std::future::pending().await
    }

    async fn update(&self, _: &Key, _: u64, _: Record) -> Result<Update, BoxError> {
        std::future::pending().await
    }

    async fn rename(
        &self,
        _: &Key,
        _: u64,
        _: &Key,
        _: Record,
        _: Record,
    ) -> Result<Update, BoxError> {
        std::future::pending().await
    }

    async fn touch(&self, _: &Key, _: Timestamp) -> Result<bool, BoxError> {
        std::future::pending().await
    }

    async fn delete(&self, _: &Key) -> Result<Option<Record>, BoxError> {
        std::future::pending().await
    }

    async fn delete_all(&self, _: &str, _: Option<&Key>) -> Result<u64, BoxError> {
        std::future::pending().await
    }
}

#[tokio::test]
async fn a_store_that_hangs_is_answered_with_503() {
    let layer = SessionLayer::new(Hanging).store_timeout(Duration::from_millis(5));
    let app = app(layer, site);
    for visitor in [
        Visitor::new(&app),
        Visitor::with_id(&app, Id::random().unwrap()),
    ] {
        let response = visitor.get("/cart").await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(visitor.text("/").await, "untouched");
    }
}
