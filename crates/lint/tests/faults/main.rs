//! Each rule finds the fault that was seeded for it, and no other rule sees one there.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod broken;
mod script;
mod sound;

use std::{
    collections::BTreeSet,
    convert::Infallible,
    future::{Ready, ready},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, Version, request};
use http_body::{Body as _, Frame, SizeHint};
use plywood_core::{Body, Client, HttpBody, Scheme, take_ready};
use plywood_lint::{LintLayer, rule::Severity, rules};
use tower::{Layer, Service, ServiceExt, service_fn};

use self::{
    broken::{bodies, heads},
    script::*,
    sound::{sound, sound_bodies},
};

type Found = Arc<Mutex<Vec<&'static str>>>;

fn lint() -> (LintLayer, Found) {
    let found = Found::default();
    let sink = Arc::clone(&found);
    let lint = LintLayer::reporting(move |fault| sink.lock().unwrap().push(fault.rule().id));
    (lint, found)
}

fn taken(found: &Found) -> Vec<&'static str> {
    std::mem::take(&mut *found.lock().unwrap())
}

/// The rules that break when `response` answers `request`, and its body is read to the end.
async fn exchange<B: HttpBody>(request: Request<Body>, response: Response<B>) -> Vec<&'static str> {
    let (lint, found) = lint();
    asked(lint, request, response).await;
    taken(&found)
}

/// The same, of a lint that takes advice for a fault.
async fn strict_exchange<B: HttpBody>(
    request: Request<Body>,
    response: Response<B>,
) -> Vec<&'static str> {
    let (lint, found) = lint();
    asked(lint.strict(), request, response).await;
    taken(&found)
}

async fn asked<B: HttpBody>(lint: LintLayer, request: Request<Body>, response: Response<B>) {
    let response = Mutex::new(Some(response));
    let response = Arc::new(response);
    let service = lint.layer(service_fn(move |request: Request<Body>| {
        let response = response.lock().unwrap().take().expect("one call");
        async move {
            drain(request.into_body());
            Ok::<_, Infallible>(response)
        }
    }));
    let response = service.oneshot(request).await.unwrap();
    drain(response.into_body());
}

/// Reads a body to its end or its error.
fn drain<B: HttpBody>(body: B) {
    let mut body = Box::pin(body);
    while let Some(Ok(_)) = frame(body.as_mut()) {}
}

fn frame<B: http_body::Body>(body: Pin<&mut B>) -> Option<Result<Frame<B::Data>, B::Error>> {
    match body.poll_frame(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(frame) => frame,
        Poll::Pending => panic!("these bodies do not wait"),
    }
}

#[tokio::test]
async fn bodies_that_nearly_break_a_rule_break_none() {
    for (rule, body) in sound_bodies() {
        let request = get().body(Body::empty()).unwrap();
        let response = ok().header("content-type", "text/plain").body(body);
        let found = strict_exchange(request, response.unwrap()).await;
        assert_eq!(found, [""; 0], "{rule}");
    }
}

#[tokio::test]
async fn what_nearly_breaks_a_rule_breaks_none() {
    for (rule, request, response, body) in sound() {
        let request = request.body(Body::empty()).unwrap();
        let response = response.body(Body::from(body)).unwrap();
        let case = format!("{rule} {request:?}\n{response:?}");
        assert_eq!(strict_exchange(request, response).await, [""; 0], "{case}");
    }
}

fn is_advice(id: &str) -> bool {
    let rule = rules().iter().find(|rule| rule.id == id).unwrap();
    rule.severity == Severity::Advice
}

#[tokio::test]
async fn heads_that_break_a_rule_are_found() {
    for (rule, request, response) in heads() {
        let request = request.body(Body::empty()).unwrap();
        let response = response.body(Body::empty()).unwrap();
        let case = format!("{request:?}\n{response:?}");
        let found = if is_advice(rule) {
            strict_exchange(request, response).await
        } else {
            exchange(request, response).await
        };
        assert_eq!(found, [rule], "{case}");
    }
}

#[tokio::test]
async fn bodies_that_break_a_rule_are_found() {
    for (index, (rule, head, body)) in bodies().into_iter().enumerate() {
        let request = get().body(Body::empty()).unwrap();
        let response = head.body(body).unwrap();
        assert_eq!(exchange(request, response).await, [rule], "case {index}");
    }
}

#[tokio::test]
async fn the_same_faults_are_found_in_the_bodies_of_requests() {
    let framing = |(rule, ..): &(&str, _, _)| ["B1", "B4", "B5", "B7", "B9"].contains(rule);
    for (index, (rule, head, body)) in bodies().into_iter().filter(framing).enumerate() {
        let mut request = Request::post("/x");
        *request.headers_mut().unwrap() = head.body(()).unwrap().headers().clone();
        let request = request.body(Body::new(body)).unwrap();
        assert_eq!(
            exchange(request, Response::new(Body::empty())).await,
            [rule],
            "case {index}"
        );
    }
}

#[tokio::test]
async fn content_in_a_304_is_found_before_it_is_sent() {
    let (lint, found) = lint();
    let service = lint.layer(service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(status(304).body(Body::from("page")).unwrap())
    }));
    let request = get()
        .header("if-none-match", "\"a\"")
        .body(Body::empty())
        .unwrap();
    let response = service.oneshot(request).await.unwrap();
    assert_eq!(taken(&found), ["B6"]);
    drop(response);
    assert_eq!(taken(&found), [""; 0]);
}

#[tokio::test]
async fn a_target_without_a_slash_is_found() {
    let mut request = get().body(Body::empty()).unwrap();
    let mut parts = http::uri::Parts::default();
    parts.path_and_query = Some("?item=3".parse().unwrap());
    *request.uri_mut() = http::Uri::from_parts(parts).unwrap();
    assert_eq!(
        exchange(request, Response::new(Body::empty())).await,
        ["Q1"]
    );
}

#[tokio::test]
async fn a_body_that_is_polled_after_its_error_is_found() {
    let (lint, found) = lint();
    let service = lint.layer(service_fn(|_: Request<Body>| async {
        let frames = vec![Some(Err("broken".into())), Some(Ok(data("a")))];
        Ok::<_, Infallible>(Response::new(Script {
            frames,
            ..script([])
        }))
    }));
    let response = service.oneshot(Request::new(Body::empty())).await.unwrap();
    let mut body = Box::pin(response.into_body());
    assert!(frame(body.as_mut()).unwrap().is_err());
    assert_eq!(taken(&found), [""; 0]);
    let _ = frame(body.as_mut());
    assert_eq!(taken(&found), ["E2"]);
}

#[tokio::test]
async fn a_body_that_begins_again_after_its_end_is_found() {
    let (lint, found) = lint();
    let service = lint.layer(service_fn(|_: Request<Body>| async {
        let frames = vec![Some(Ok(data("a"))), None, Some(Ok(data("b")))];
        Ok::<_, Infallible>(Response::new(Script {
            frames,
            ..script([])
        }))
    }));
    let response = service.oneshot(Request::new(Body::empty())).await.unwrap();
    let mut body = Box::pin(response.into_body());
    assert!(frame(body.as_mut()).is_some());
    assert!(frame(body.as_mut()).is_none());
    assert_eq!(taken(&found), [""; 0]);
    assert!(frame(body.as_mut()).is_some());
    assert_eq!(taken(&found), ["B3"]);
}

/// Ready, waiting, or failed, as it is told.
#[derive(Clone)]
struct Mood(Poll<Result<(), &'static str>>);

impl Service<Request<Body>> for Mood {
    type Response = Response<Body>;
    type Error = &'static str;
    type Future = Ready<Result<Response<Body>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.0
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        ready(Ok(Response::new(Body::empty())))
    }
}

const READY: Mood = Mood(Poll::Ready(Ok(())));

fn poll_ready<S: Service<Request<Body>>>(service: &mut S) {
    let _ = service.poll_ready(&mut Context::from_waker(Waker::noop()));
}

fn call<S: Service<Request<Body>>>(service: &mut S) {
    drop(service.call(Request::new(Body::empty())));
}

#[test]
fn a_call_that_was_not_announced_is_found() {
    for (mood, polls, calls, expected) in [
        (READY, 0, 1, &["R1"][..]),
        (READY, 1, 1, &[]),
        (READY, 3, 1, &[]),
        (READY, 1, 2, &["R1"]),
        (Mood(Poll::Pending), 1, 1, &["R1"]),
        (Mood(Poll::Ready(Err("no"))), 1, 1, &["E1"]),
    ] {
        let (lint, found) = lint();
        let mut service = lint.layer(mood);
        (0..polls).for_each(|_| poll_ready(&mut service));
        (0..calls).for_each(|_| call(&mut service));
        assert_eq!(taken(&found), expected, "{polls} polls, {calls} calls");
    }
}

#[test]
fn the_clone_trap_is_found() {
    let (lint, found) = lint();
    let mut service = lint.layer(READY);
    poll_ready(&mut service);
    call(&mut service.clone());
    assert_eq!(taken(&found), ["R2"]);

    call(&mut take_ready(&mut service));
    assert_eq!(taken(&found), [""; 0]);

    // What stays behind is a fresh clone too, and is asked before its own call.
    poll_ready(&mut service);
    call(&mut service);
    assert_eq!(taken(&found), [""; 0]);
}

#[test]
fn a_future_that_is_polled_again_panics_with_the_rule() {
    let mut service = LintLayer::new().layer(READY);
    poll_ready(&mut service);
    let mut future = Box::pin(service.call(Request::new(Body::empty())));
    let mut context = Context::from_waker(Waker::noop());
    assert!(future.as_mut().poll(&mut context).is_ready());
    let payload = catch_unwind(AssertUnwindSafe(|| {
        future.as_mut().poll(&mut context).is_ready()
    }));
    let payload = payload.unwrap_err();
    let message = payload.downcast_ref::<String>().unwrap();
    assert!(
        message.contains(&plywood_lint::rule::FUTURE_ONCE.to_string()),
        "{message}"
    );
}

#[test]
fn a_call_that_is_dropped_is_told_of() {
    #[derive(Clone)]
    struct Stuck(bool);

    impl Service<Request<Body>> for Stuck {
        type Response = Response<Body>;
        type Error = &'static str;
        type Future = plywood_core::BoxFuture<Result<Response<Body>, &'static str>>;

        fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            Poll::Ready(Ok(()))
        }

        fn call(&mut self, _: Request<Body>) -> Self::Future {
            if self.0 {
                Box::pin(std::future::pending())
            } else {
                Box::pin(ready(Err("no")))
            }
        }
    }

    for (stuck, expected) in [(true, &["T2"][..]), (false, &[])] {
        let (lint, found) = lint();
        let mut service = lint.strict().layer(Stuck(stuck));
        poll_ready(&mut service);
        let mut future = Box::pin(service.call(get().body(Body::empty()).unwrap()));
        let poll = future
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()));
        assert_eq!(poll.is_pending(), stuck);
        assert_eq!(taken(&found), [""; 0]);
        drop(future);
        assert_eq!(taken(&found), expected);
    }
}

#[tokio::test]
async fn a_gateway_that_leaves_nothing_is_found() {
    for (lint, expected) in [(lint(), &[][..]), {
        let (lint, found) = lint();
        ((lint.behind_gateway(), found), &["X1"][..])
    }] {
        let (lint, found) = lint;
        lint.layer(READY)
            .oneshot(get().header("host", "a").body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(taken(&found), expected);
    }
}

#[tokio::test]
async fn behind_a_gateway_a_request_of_http_1_1_has_a_host() {
    for (version, host, expected) in [
        (Version::HTTP_11, None, &["Q11"][..]),
        (Version::HTTP_11, Some("example.com"), &[]),
        (Version::HTTP_10, None, &[]),
        (Version::HTTP_2, None, &[]),
    ] {
        let (lint, found) = lint();
        let mut request = get()
            .version(version)
            .extension(Client::unix())
            .extension(Scheme::Http);
        if let Some(host) = host {
            request = request.header("host", host);
        }
        let request = request.body(Body::empty()).unwrap();
        lint.behind_gateway()
            .layer(READY)
            .oneshot(request)
            .await
            .unwrap();
        assert_eq!(taken(&found), expected, "{version:?} {host:?}");
    }
}

#[tokio::test]
async fn a_body_that_is_dropped_half_way_is_told_of() {
    // How many frames are read of two, of a body of known length or not, and what is told.
    for (read, length, expected) in [
        (0, None, &[][..]),
        (1, None, &["B8"]),
        (2, None, &["B8"]),
        (3, None, &[]),
        (1, Some("2"), &["B8"]),
        (2, Some("2"), &[]),
    ] {
        let (lint, found) = lint();
        let service = lint
            .strict()
            .layer(service_fn(move |_: Request<Body>| async move {
                let mut response = ok().header("content-type", "text/plain");
                if let Some(length) = length {
                    response = response.header("content-length", length);
                }
                let body = script([data("a"), data("b")]);
                Ok::<_, Infallible>(response.body(body).unwrap())
            }));
        let response = service.oneshot(Request::new(Body::empty())).await.unwrap();
        let mut body = Box::pin(response.into_body());
        for _ in 0..read {
            let _ = frame(body.as_mut());
        }
        drop(body);
        assert_eq!(taken(&found), expected, "{read} frames of {length:?}");
    }
}

#[tokio::test]
async fn parts_that_are_framed_wrongly_are_found() {
    for (from, to) in [
        ("", ""),
        ("ef", "efg"),
        ("4-5/9", "4-6/9"),
        ("4-5/9", "5-4/9"),
        ("--b--", "--c--"),
        ("--b--", ""),
        ("Content-Range: bytes 4-5/9\r\n", ""),
    ] {
        let request = get().header("range", "bytes=0-0,4-5").body(Body::empty());
        let head = status(206).header("content-type", "multipart/byteranges; boundary=b");
        let body = PARTS.replace(from, to);
        let pieces = body.as_bytes().chunks(5).map(Bytes::copy_from_slice);
        let frames = pieces.map(|piece| Some(Ok(Frame::data(piece)))).collect();
        let body = Script {
            frames,
            ..script([])
        };
        let found = exchange(request.unwrap(), head.body(body).unwrap()).await;
        let expected: &[_] = if from.is_empty() { &[] } else { &["B10"] };
        assert_eq!(found, expected, "{from:?} became {to:?}");
    }
}

#[tokio::test]
async fn content_without_a_type_is_told_of() {
    for (body, expected) in [("", &[][..]), ("a", &["H27"])] {
        let request = get().body(Body::empty()).unwrap();
        let response = Response::new(Body::from(body));
        assert_eq!(strict_exchange(request, response).await, expected);
        let request = get().body(Body::empty()).unwrap();
        let response = Response::new(Body::from(body));
        assert_eq!(exchange(request, response).await, [""; 0], "it is advice");
    }
}

#[tokio::test]
async fn a_contradiction_between_the_end_and_the_size_is_found() {
    let mut body = script([]);
    body.says_end = true;
    body.hint = SizeHint::with_exact(3);
    let request = get().body(Body::empty()).unwrap();
    assert_eq!(exchange(request, Response::new(body)).await, ["B2", "B4"]);
}

#[tokio::test]
async fn the_digest_of_a_request_at_hand_is_checked() {
    for (body, expected) in [("abc", &[][..]), ("abd", &["B9"])] {
        let request = Request::post("/x").header("content-digest", DIGEST);
        let request = request.body(Body::from(body)).unwrap();
        let response = Response::new(Body::empty());
        assert_eq!(exchange(request, response).await, expected, "{body}");
    }
}

/// What is found when each request gets the answer that `answer` makes of it.
async fn conversation(
    requests: impl IntoIterator<Item = request::Builder>,
    answer: impl Fn(&HeaderMap) -> Response<Body> + Clone,
) -> Vec<&'static str> {
    let (lint, found) = lint();
    let service = lint.layer(service_fn(move |request: Request<Body>| {
        ready(Ok::<_, Infallible>(answer(request.headers())))
    }));
    for request in requests {
        let request = request.body(Body::empty()).unwrap();
        let response = service.clone().oneshot(request).await.unwrap();
        drain(response.into_body());
    }
    taken(&found)
}

#[tokio::test]
async fn a_304_that_lost_what_its_200_had_is_found() {
    let fields = [
        ("cache-control", "no-cache"),
        ("content-location", "/y"),
        ("etag", "\"a\""),
        ("expires", "0"),
    ];
    let answer = |headers: &HeaderMap, lost: Option<&str>| {
        let conditional = headers.contains_key("if-none-match");
        let mut response = status(if conditional { 304 } else { 200 });
        for (name, value) in fields {
            if !conditional || lost != Some(name) {
                response = response.header(name, value);
            }
        }
        response.body(Body::empty()).unwrap()
    };
    let requests = || [get(), get().header("if-none-match", "\"a\"")];
    for (name, _) in fields {
        let found = conversation(requests(), move |headers| answer(headers, Some(name))).await;
        assert_eq!(found, ["H30"], "without {name}");
    }
    let found = conversation(requests(), move |headers| answer(headers, None)).await;
    assert_eq!(found, [""; 0]);
}

#[tokio::test]
async fn a_type_that_is_negotiated_has_a_vary() {
    for (vary, expected) in [
        (None, &["H47"][..]),
        (Some("accept-encoding"), &["H47"]),
        (Some("Accept"), &[]),
        (Some("*"), &[]),
    ] {
        let requests = ["application/json", "text/html"];
        let requests = requests.map(|kind| get().header("accept", kind));
        let found = conversation(requests, move |headers| {
            let mut response = ok().header("content-type", &headers["accept"]);
            if let Some(vary) = vary {
                response = response.header("vary", vary);
            }
            response.body(Body::empty()).unwrap()
        });
        assert_eq!(found.await, expected, "vary: {vary:?}");
    }
}

#[tokio::test]
async fn a_strong_etag_on_other_bytes_is_found() {
    for (tag, second, expected) in [
        ("\"a\"", "one", &[][..]),
        ("\"a\"", "two", &["O2"]),
        ("\"a\"", "one more", &["O2"]),
        ("W/\"a\"", "two", &[]),
    ] {
        let requests = ["one", second].map(|body| get().header("x-body", body));
        let found = conversation(requests, move |headers| {
            let body = headers["x-body"].to_str().unwrap().to_owned();
            ok().header("etag", tag).body(body.into()).unwrap()
        });
        assert_eq!(found.await, expected, "{tag} {second}");
    }
}

/// A service that compresses for those who accept it, and says `fields` of it.
async fn negotiated(fields: &'static [(&'static str, &'static str)]) -> Vec<&'static str> {
    let (lint, found) = lint();
    let service = lint.layer(service_fn(move |request: Request<Body>| {
        let mut response = ok();
        for (name, value) in fields {
            response = response.header(*name, *value);
        }
        if request.headers().contains_key("accept-encoding") {
            response = response.header("content-encoding", "gzip");
        }
        ready(Ok::<_, Infallible>(response.body(Body::empty()).unwrap()))
    }));
    let gzip = |target| Request::get(target).header("accept-encoding", "gzip");
    for request in [get(), gzip("/y")] {
        let request = request.body(Body::empty()).unwrap();
        service.clone().oneshot(request).await.unwrap();
    }
    assert_eq!(taken(&found), [""; 0], "one answer of each resource");
    let gzip = gzip("/x").body(Body::empty()).unwrap();
    service.oneshot(gzip).await.unwrap();
    taken(&found)
}

#[tokio::test]
async fn two_codings_of_one_resource_are_compared() {
    let cases: [(&[_], &[_]); 5] = [
        (&[("vary", "accept-encoding")], &[]),
        (&[("vary", "*")], &[]),
        (&[("vary", "origin")], &["H9"]),
        (&[("vary", "accept-encoding"), ("etag", "\"v1\"")], &["O2"]),
        (&[("vary", "accept-encoding"), ("etag", "W/\"v1\"")], &[]),
    ];
    for (fields, expected) in cases {
        assert_eq!(negotiated(fields).await, expected, "{fields:?}");
    }
}

#[tokio::test]
async fn a_304_that_lost_its_vary_is_found() {
    for (vary, expected) in [(true, &[][..]), (false, &["H26"])] {
        let (lint, found) = lint();
        let service = lint.layer(service_fn(move |request: Request<Body>| {
            let conditional = request.headers().contains_key("if-none-match");
            let mut response = status(if conditional { 304 } else { 200 });
            if vary || !conditional {
                response = response.header("vary", "accept-encoding");
            }
            ready(Ok::<_, Infallible>(response.body(Body::empty()).unwrap()))
        }));
        for request in [get(), get().header("if-none-match", "\"a\"")] {
            let request = request.body(Body::empty()).unwrap();
            service.clone().oneshot(request).await.unwrap();
        }
        assert_eq!(taken(&found), expected);
    }
}

#[tokio::test]
async fn a_rule_that_is_switched_off_is_silent_and_the_others_are_not() {
    let (lint, found) = lint();
    let lint = lint.without(
        plywood_lint::rule::CHALLENGE,
        "the clients know how to sign in",
    );
    let service = lint.layer(service_fn(|_: Request<Body>| async {
        let response = status(401).header("etag", "bare");
        Ok::<_, Infallible>(response.body(Body::empty()).unwrap())
    }));
    service
        .oneshot(get().body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(taken(&found), ["H8"]);
}

#[tokio::test]
async fn what_a_status_owes_is_asked_for_by_the_outermost_lint_alone() {
    let (outer, outer_found) = lint();
    let (inner, inner_found) = lint();
    let service = outer.layer(inner.layer(service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(status(401).body(Body::empty()).unwrap())
    })));
    service
        .oneshot(get().body(Body::empty()).unwrap())
        .await
        .unwrap();
    assert_eq!(taken(&outer_found), ["H16"]);
    assert_eq!(taken(&inner_found), [""; 0]);
}

#[tokio::test]
#[should_panic(expected = "H16: A 401 has a WWW-Authenticate.")]
async fn a_panic_names_the_rule() {
    let service = LintLayer::new().layer(service_fn(|_: Request<Body>| async {
        Ok::<_, Infallible>(status(401).body(Body::empty()).unwrap())
    }));
    let _ = service.oneshot(get().body(Body::empty()).unwrap()).await;
}

#[tokio::test]
#[should_panic(expected = "B5: Content-Length is the number of bytes in the body.")]
async fn a_panic_inside_a_body_names_the_rule() {
    let service = LintLayer::new().layer(service_fn(|_: Request<Body>| async {
        let response = ok().header("content-length", "4");
        Ok::<_, Infallible>(response.body(script([data("abc")])).unwrap())
    }));
    let response = service
        .oneshot(get().body(Body::empty()).unwrap())
        .await
        .unwrap();
    drain(response.into_body());
}

/// The rules whose examples have a test of their own, which shows both what breaks them and what does not.
const APART: [&str; 16] = [
    "T1", "T2", "R1", "R2", "E1", "Q11", "X1", "B3", "B8", "B10", "H9", "H26", "H27", "H30", "H47",
    "O2",
];

fn known() -> BTreeSet<&'static str> {
    rules().iter().map(|rule| rule.id).collect()
}

#[test]
fn every_rule_has_a_seeded_fault() {
    let heads = heads().into_iter().map(|(rule, ..)| rule);
    let bodies = bodies().into_iter().map(|(rule, ..)| rule);
    let seeded = heads.chain(bodies).chain(["E2", "Q1"]).chain(APART);
    assert_eq!(seeded.collect::<BTreeSet<_>>(), known());
}

#[test]
fn every_rule_has_a_counter_example() {
    let heads = sound().into_iter().map(|(rule, ..)| rule);
    let bodies = sound_bodies().into_iter().map(|(rule, ..)| rule);
    let sound = heads.chain(bodies).chain(APART);
    assert_eq!(sound.collect::<BTreeSet<_>>(), known());
}

#[test]
fn a_body_passes_through_as_it_is() {
    let (lint, _) = lint();
    let mut service = lint.layer(service_fn(|_: Request<Body>| {
        ready(Ok::<_, Infallible>(Response::new(Body::from("abc"))))
    }));
    poll_ready(&mut service);
    let mut future = Box::pin(service.call(Request::new(Body::empty())));
    let Poll::Ready(Ok(response)) = future
        .as_mut()
        .poll(&mut Context::from_waker(Waker::noop()))
    else {
        panic!("it is ready at once")
    };
    assert_eq!(response.body().size_hint().exact(), Some(3));
    assert!(!response.body().is_end_stream());
}
