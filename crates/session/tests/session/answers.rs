//! What becomes of the handler's answer.

use http::{
    HeaderMap, Request, Response, StatusCode,
    header::{CACHE_CONTROL, SET_COOKIE, VARY},
};
use http_body_util::{BodyExt, Full};
use plywood_core::{Body, BoxError};
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

/// Counts each frame of its body in the session, and answers three.
async fn counting(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?.clone();
    if request.uri().path() == "/count" {
        let count: Option<u32> = session.get("count").await?;
        return Ok(answer(&format!("{count:?}")));
    }
    if request.uri().path() == "/sign-in" {
        session.insert("user", "ada")?;
        return Ok(answer("hello"));
    }
    session.late_save();
    let whole = request.uri().path() == "/whole";
    let frames = futures_util::stream::unfold(0, move |frame| {
        let session = session.clone();
        async move {
            if frame == 3 {
                return None;
            }
            let counted = session.update("count", crate::one_more).await;
            let frame_of = |_| http_body::Frame::data(bytes::Bytes::from_static(b"frame "));
            let result = counted.map(frame_of).map_err(BoxError::from);
            Some((result, frame + 1))
        }
    });
    if whole {
        return Ok(answer("whole"));
    }
    let mut response = answer("");
    *response.body_mut() = Body::new(http_body_util::StreamBody::new(Box::pin(frames)));
    Ok(response)
}

#[tokio::test]
async fn what_changes_while_the_body_streams_is_kept_when_it_was_announced() {
    let app = app(SessionLayer::new(MemoryStore::new()), counting);
    let visitor = Visitor::new(&app);
    visitor.get("/sign-in").await;
    let response = visitor.get("/stream").await;
    assert_eq!(visitor.text("/count").await, "None");
    assert_eq!(visitor::text(response).await, "frame frame frame ");
    assert_eq!(visitor.text("/count").await, "Some(3)");
    assert_eq!(visitor.text("/whole").await, "whole");
}

#[tokio::test]
async fn a_late_change_without_a_session_ends_the_body_with_an_error() {
    let app = app(SessionLayer::new(MemoryStore::new()), counting);
    let response = Visitor::new(&app).get("/stream").await;
    let error = response.into_body().collect().await.unwrap_err();
    assert!(error.to_string().contains("too late"), "{error}");
}
