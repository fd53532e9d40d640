//! What becomes of the handler's answer.

use http::{
    HeaderMap, Request, Response, StatusCode,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};
use http_body_util::{BodyExt, Full};
use plywood_core::Body;
use plywood_session::{MemoryStore, Session, SessionLayer};
use plywood_session_core::SessionErrorKind;

use crate::{
    shop, site,
    visitor::{self, Visitor, answer, app},
};

#[tokio::test]
async fn an_answer_that_used_the_session_is_for_this_visitor_alone() {
    let (_, app) = shop();
    let visitor = Visitor::new(&app);
    for (path, control) in [
        ("/known", None),
        ("/user", Some("no-store")),
        ("/cart", Some("no-store")),
        ("/sign-out", Some("no-store")),
    ] {
        let response = visitor.get(path).await;
        assert_eq!(response.headers()[VARY], "cookie", "{path}");
        let found = response.headers().get(CACHE_CONTROL);
        assert_eq!(
            found.map(|value| value.to_str().unwrap()),
            control,
            "{path}"
        );
    }
}

#[tokio::test]
async fn a_cache_control_of_the_handler_stays_unless_it_would_share_the_cookie() {
    let cached = |request: Request<Body>| async move {
        let control = request.headers()["x-control"].clone();
        let mut response = site(request).await?;
        response.headers_mut().insert(CACHE_CONTROL, control);
        response.headers_mut().insert(VARY, "accept".parse()?);
        Ok(response)
    };
    let app = app(SessionLayer::new(MemoryStore::new()), cached);
    for (path, set, expected) in [
        ("/user", "public, max-age=60", "public, max-age=60"),
        ("/cart", "public, max-age=60", "private, max-age=60"),
        ("/cart", "private, max-age=60", "private, max-age=60"),
    ] {
        let visitor = Visitor::new(&app).header("x-control", set);
        let response = visitor.get(path).await;
        assert_eq!(response.headers()[CACHE_CONTROL], expected, "{path}");
        let vary: Vec<_> = response.headers().get_all(VARY).iter().collect();
        assert_eq!(vary, ["accept", "cookie"]);
    }
}

#[tokio::test]
async fn a_change_while_the_body_streams_is_refused() {
    let (send, receive) = std::sync::mpsc::channel();
    let app = app(
        SessionLayer::new(MemoryStore::new()),
        move |request: Request<Body>| {
            send.send(Session::of(&request).unwrap().clone()).unwrap();
            async { Ok(answer("streaming")) }
        },
    );
    let visitor = Visitor::new(&app);
    visitor.get("/").await;
    let error = receive.recv().unwrap().insert("late", 1).unwrap_err();
    assert_eq!(error.kind(), SessionErrorKind::Closed);
}

#[tokio::test]
async fn an_empty_answer_and_a_stream_with_trailers_pass() {
    let app = app(
        SessionLayer::new(MemoryStore::new()),
        |request: Request<Body>| async move {
            Session::of(&request)?.insert("a", 1)?;
            Ok(if request.uri().path() == "/none" {
                let mut response = Response::new(Body::empty());
                *response.status_mut() = StatusCode::NO_CONTENT;
                response
            } else {
                let mut trailers = HeaderMap::new();
                trailers.insert("grpc-status", "0".parse()?);
                let body = Full::from("frames");
                let body = BodyExt::with_trailers(body, async { Some(Ok(trailers)) });
                Response::new(Body::new(body))
            })
        },
    );
    let visitor = Visitor::new(&app);
    let response = visitor.get("/none").await;
    assert_eq!(response.status(), StatusCode::NO_CONTENT);
    assert!(response.headers().contains_key(SET_COOKIE));
    assert_eq!(visitor::text(response).await, "");

    let body = visitor.get("/").await.into_body();
    let collected = BodyExt::collect(body).await.unwrap();
    assert_eq!(collected.trailers().unwrap()["grpc-status"], "0");
    assert_eq!(collected.to_bytes(), "frames");
}
