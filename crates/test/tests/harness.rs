//! What goes wrong, one after the other.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    cell::RefCell,
    convert::Infallible,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError};
use plywood_lint::LintLayer;
use plywood_test::{
    Client, Clock,
    harness::{Failing, Nth, RoughBody, drop_at_every_poll, drop_everywhere, fail_every_call},
};
use proptest::prelude::*;
use tokio::{sync::oneshot, task::yield_now};
use tower::{Layer, ServiceExt, limit::ConcurrencyLimit, service_fn};

fn request() -> Request<Body> {
    let request = Request::builder().uri("/").header("host", "localhost");
    request.body(Body::empty()).unwrap()
}

#[tokio::test]
async fn a_future_is_dropped_before_each_of_its_polls() {
    let polls = AtomicUsize::new(0);
    let three = || async {
        for _ in 0..2 {
            polls.fetch_add(1, Ordering::Relaxed);
            yield_now().await;
        }
        polls.fetch_add(1, Ordering::Relaxed);
        "done"
    };
    let seen = RefCell::new(Vec::new());
    let output = drop_at_every_poll(three, async |n| {
        seen.borrow_mut()
            .push((n, polls.swap(0, Ordering::Relaxed)));
    });
    assert_eq!(output.await, "done");
    assert_eq!(*seen.borrow(), [(0, 0), (1, 1), (2, 2), (3, 3)]);
}

#[tokio::test]
async fn a_future_is_polled_when_it_was_woken_and_not_before() {
    let polls = AtomicUsize::new(0);
    let waiting = || {
        let (sender, receiver) = oneshot::channel();
        tokio::spawn(async move {
            for _ in 0..5 {
                yield_now().await;
            }
            let _gone = sender.send("late");
        });
        let mut receiver = Box::pin(receiver);
        let polls = &polls;
        std::future::poll_fn(move |cx| {
            polls.fetch_add(1, Ordering::Relaxed);
            receiver.poll_unpin(cx)
        })
    };
    assert_eq!(
        drop_at_every_poll(waiting, async |_| ()).await.unwrap(),
        "late"
    );
    // None, one, and the two that it takes.
    assert_eq!(polls.load(Ordering::Relaxed), 3);
}

/// A service that takes its time, and a body that does.
async fn slow(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    yield_now().await;
    Ok(Response::new(
        RoughBody::new("slow").pieces(1).delays(1).into(),
    ))
}

#[tokio::test]
async fn nothing_is_left_of_a_request_that_was_dropped() {
    let limited = LintLayer::new().layer(ConcurrencyLimit::new(service_fn(slow), 1));
    let dropped = AtomicUsize::new(0);
    let after = async |_| {
        dropped.fetch_add(1, Ordering::Relaxed);
        // The one permit has come back.
        let next = limited.clone().oneshot(request()).await.unwrap();
        assert_eq!(next.status(), 200);
    };
    let response = drop_everywhere(limited.clone(), request, after)
        .await
        .unwrap();
    assert_eq!(response.body(), "slow");
    // Head and body wait more than once each.
    assert!(dropped.load(Ordering::Relaxed) > 5);
}

#[tokio::test]
async fn what_leaks_is_found() {
    let count = Arc::new(AtomicUsize::new(0));
    let inside = Arc::clone(&count);
    // It counts those who are within, and forgets who goes away.
    let leaky = service_fn(move |_: Request<Body>| {
        let inside = Arc::clone(&inside);
        async move {
            inside.fetch_add(1, Ordering::Relaxed);
            yield_now().await;
            inside.fetch_sub(1, Ordering::Relaxed);
            Ok::<_, Infallible>(Response::new(Body::empty()))
        }
    });
    let check = drop_everywhere(leaky, request, async |n| {
        assert_eq!(count.load(Ordering::Relaxed), 0, "after {n} polls");
    });
    let panic = AssertUnwindSafe(check).catch_unwind().await.unwrap_err();
    assert!(
        panic
            .downcast_ref::<String>()
            .unwrap()
            .contains("after 1 polls")
    );
}

#[tokio::test]
#[should_panic(expected = "not done after 1000 polls")]
async fn what_never_ends_is_given_up() {
    let spins = || {
        std::future::poll_fn(|cx| {
            cx.waker().wake_by_ref();
            std::task::Poll::<()>::Pending
        })
    };
    drop_at_every_poll(spins, async |_| ()).await;
}

#[tokio::test]
async fn every_call_fails_once() {
    let runs = Mutex::new(Vec::new());
    let failed = fail_every_call(async |nth| {
        let answers = service_fn(|(): ()| async { Ok::<_, Infallible>(()) });
        let mut service = Failing::new(answers, nth.clone());
        let mut run = String::new();
        for _ in 0..3 {
            // Each by a clone, as each connection has one.
            let answer = service.clone().oneshot(()).await;
            run.push(if answer.is_ok() { '.' } else { 'F' });
        }
        assert_eq!(nth.calls(), 3);
        assert!(service.ready().await.is_ok());
        runs.lock().unwrap().push(run);
    });
    assert_eq!(failed.await, 3);
    assert_eq!(*runs.lock().unwrap(), ["F..", ".F.", "..F", "..."]);

    let error = Nth::new(0).call().unwrap_err();
    assert_eq!(
        error.to_string(),
        "the call of number 0 fails, as it was asked to"
    );
}

/// The frames as they come: `-` for nothing yet, `!` for an error.
fn frames(body: RoughBody) -> String {
    let mut body = Box::pin(body);
    let mut seen = Vec::new();
    for _ in 0..100 {
        match body.frame().now_or_never() {
            None => seen.push("-".to_owned()),
            Some(None) => return seen.join(" "),
            Some(Some(Err(_))) => seen.push("!".to_owned()),
            Some(Some(Ok(frame))) => match frame.into_data() {
                Ok(data) => seen.push(String::from_utf8_lossy(&data).into_owned()),
                Err(_) => seen.push("(trailers)".to_owned()),
            },
        }
    }
    panic!("a body without an end: {seen:?}");
}

fn two_frames() -> Body {
    let frames = [
        Frame::data(Bytes::from("abc")),
        Frame::data("def".into()),
        Frame::trailers(HeaderMap::new()),
    ];
    let frames = frames.map(Ok::<_, BoxError>);
    Body::new(StreamBody::new(futures_util::stream::iter(frames)))
}

#[test]
fn a_body_comes_with_the_troubles_that_were_asked_for() {
    let body = || RoughBody::new(two_frames());
    for (body, expected) in [
        (body(), "abc def (trailers)"),
        (body().pieces(2), "ab c de f (trailers)"),
        (body().pieces(0), "a b c d e f (trailers)"),
        (body().delays(2), "- - abc - - def - - (trailers) - -"),
        (body().cut_after(0), ""),
        (body().cut_after(3), "abc"),
        (body().cut_after(4), "abc d"),
        (body().cut_after(6), "abc def"),
        (body().cut_after(7), "abc def (trailers)"),
        (body().fails_after(0), "!"),
        (body().fails_after(4), "abc d !"),
        (body().flips(0), "`bc def (trailers)"),
        (body().flips(5), "abc deg (trailers)"),
        (body().flips(6), "abc def (trailers)"),
        (
            body().pieces(2).delays(1).fails_after(3).flips(2),
            "- ab - b - !",
        ),
        (RoughBody::new(""), ""),
    ] {
        assert_eq!(frames(body), expected);
    }
}

proptest! {
    #[test]
    fn pieces_and_delays_lose_nothing(text in ".{0,40}", piece in 0_usize..9, delays in 0_usize..2) {
        let body = RoughBody::new(text.clone()).pieces(piece).delays(delays);
        let body = body.collect();
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        prop_assert_eq!(runtime.block_on(body).unwrap().to_bytes(), text);
    }
}

#[tokio::test]
async fn a_cookie_ends_when_the_clock_says_so() {
    let clock = Clock::at(std::time::UNIX_EPOCH + Duration::from_secs(1_000_000_000));
    let app = service_fn(|_: Request<Body>| async {
        let response = Response::builder().header("set-cookie", "a=1; Max-Age=60");
        response.body(Body::empty())
    });
    let client = Client::new(app).clock(&clock);
    let reply = client.get("/").await;
    assert!(!reply.cookie("a").unwrap().is_removal());
    clock.step(Duration::from_secs(59));
    assert_eq!(
        client.cookie("a").unwrap().expires(),
        Some(clock.now() + Duration::from_secs(1))
    );
    assert!(client.get("/").as_curl().contains("a=1"));
    clock.step(Duration::from_secs(1));
    assert_eq!(client.cookie("a"), None);
    assert!(!client.get("/").as_curl().contains("a=1"));
}
