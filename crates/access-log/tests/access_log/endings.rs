//! However it ends, there is one line, and it is true.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    task::{Context, Waker},
};

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError, HttpBody, Identity};
use plywood_lint::LintLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use crate::{Fields, Log, app, get, hello, logged};

fn frames(pieces: Vec<Result<&'static str, BoxError>>) -> impl HttpBody {
    let frames = pieces
        .into_iter()
        .map(|piece| piece.map(|text| Frame::data(Bytes::from(text))));
    StreamBody::new(stream::iter(frames.collect::<Vec<_>>()))
}

#[tokio::test]
async fn answers_without_a_body_log_a_dash() {
    let mut head = get("/");
    *head.method_mut() = Method::HEAD;
    let log = Log::default();
    // No server reads it, but if one did, it would not send it.
    let response = app(log.layer(), hello).oneshot(head).await.unwrap();
    drop(response.into_body().collect().await);
    assert_eq!(log.one().outcome(), ("200", "-"));

    for status in [StatusCode::NOT_MODIFIED, StatusCode::NO_CONTENT] {
        let mut conditional = get("/");
        conditional
            .headers_mut()
            .insert("if-none-match", "*".parse().unwrap());
        let fields = logged(conditional, move |_| {
            Ok(Response::builder().status(status).body(Body::empty())?)
        });
        assert_eq!(fields.await.outcome(), (status.as_str(), "-"));
    }
    let fields = logged(get("/"), |_| Ok(Response::new(Body::empty())));
    assert_eq!(fields.await.outcome(), ("200", "-"));
}

#[tokio::test]
async fn a_cut_off_body_logs_what_was_handed_on() {
    let log = Log::default();
    let cut = app(log.layer(), |_| {
        Ok(Response::new(frames(vec![Ok("hello"), Ok("world")])))
    });
    let mut body = Box::pin(cut.oneshot(get("/")).await.unwrap().into_body());
    body.frame().await.unwrap().unwrap();
    assert_eq!(log.lines(), [""; 0]);
    drop(body);
    assert_eq!(log.one().outcome(), ("200", "5"));
}

#[tokio::test]
async fn a_body_that_fails_logs_what_was_handed_on() {
    let log = Log::default();
    let failing = app(log.layer(), |_| {
        Ok(Response::new(frames(vec![
            Ok("hello"),
            Err("broken".into()),
        ])))
    });
    let body = failing.oneshot(get("/")).await.unwrap().into_body();
    assert!(body.collect().await.is_err());
    assert_eq!(log.one().outcome(), ("200", "5"));
}

#[tokio::test]
async fn trailers_pass_and_do_not_count() {
    let log = Log::default();
    let trailing = app(log.layer(), |_| {
        let mut trailers = http::HeaderMap::new();
        trailers.insert("x-sum", "5".parse().unwrap());
        let frames = [
            Ok(Frame::data(Bytes::from("hello"))),
            Ok(Frame::trailers(trailers)),
        ];
        Ok(Response::new(StreamBody::new(stream::iter(
            frames.map(|frame: Result<_, Infallible>| frame),
        ))))
    });
    let body = trailing.oneshot(get("/")).await.unwrap().into_body();
    let collected = body.collect().await.unwrap();
    assert_eq!(collected.trailers().unwrap()["x-sum"], "5");
    assert_eq!(log.one().outcome(), ("200", "5"));
}

#[tokio::test]
async fn a_service_that_fails_leaves_a_500_and_its_error() {
    let log = Log::default();
    let failing = app::<Body>(log.layer(), |_| Err("no".into()));
    let error = failing.oneshot(get("/")).await.err().unwrap();
    assert_eq!(error.to_string(), "no");
    assert_eq!(log.one().outcome(), ("500", "-"));
}

#[test]
fn a_call_that_is_dropped_leaves_a_499() {
    let log = Log::default();
    let waiting = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(log.layer())
        .layer(LintLayer::new())
        .service(service_fn(|_: Request<Body>| {
            std::future::pending::<Result<Response<Body>, Infallible>>()
        }));
    {
        let mut call = pin!(waiting.oneshot(get("/slow")));
        assert!(
            call.poll_unpin(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        assert_eq!(log.lines(), [""; 0]);
    }
    assert_eq!(log.one().outcome(), ("499", "-"));
    assert_eq!(log.one().request(), "GET /slow HTTP/1.1");
}

#[test]
fn a_panic_leaves_a_500() {
    let log = Log::default();
    let panicking = app::<Body>(log.layer(), |_| panic!("as intended"));
    let call = AssertUnwindSafe(|| panicking.oneshot(get("/")).now_or_never());
    assert!(catch_unwind(call).is_err());
    assert_eq!(log.one().outcome(), ("500", "-"));
}

#[test]
fn whoever_was_let_in_is_named_whatever_became_of_the_request() {
    let log = Log::default();
    let ada = |request: &Request<Body>| Identity::new("ada").tell(request);

    let failing = app::<Body>(log.layer(), move |request| {
        ada(request);
        Err("no".into())
    });
    assert!(failing.oneshot(get("/")).now_or_never().unwrap().is_err());

    let panicking = app::<Body>(log.layer(), move |request| {
        ada(request);
        panic!("as intended")
    });
    let call = AssertUnwindSafe(|| panicking.oneshot(get("/")).now_or_never());
    assert!(catch_unwind(call).is_err());

    let waiting = log.layer().layer(service_fn(move |request: Request<Body>| {
        ada(&request);
        std::future::pending::<Result<Response<Body>, Infallible>>()
    }));
    assert!(waiting.oneshot(get("/")).now_or_never().is_none());

    let lines = log.lines();
    let fields: Vec<_> = lines
        .iter()
        .filter_map(|line| Fields::parse(line))
        .collect();
    let told = fields.iter().map(|line| (&*line.user, &*line.status));
    assert!(
        told.eq([("ada", "500"), ("ada", "500"), ("ada", "499")]),
        "{lines:?}"
    );
}
