//! The body: every byte comes through, at once, and the end is told from an abort.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

use std::{
    collections::VecDeque,
    future::ready,
    pin::{Pin, pin},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll, Wake, Waker},
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt, Full};
use plywood_compression::{Coding, CompressionLayer};
use plywood_core::{Body, BoxError};
use proptest::{collection::vec, prelude::*, sample::select};

use crate::stage::{CODINGS, Reader, Script, Step, call, decode, get, get_in, gunzip, html, read};

fn stream(steps: impl IntoIterator<Item = Step>) -> Body {
    stream_in(Coding::Gzip, steps)
}

fn stream_in(coding: Coding, steps: impl IntoIterator<Item = Step>) -> Body {
    let response = html(Script::new(steps));
    let response = call(&CompressionLayer::new(), get_in(coding), response);
    assert_eq!(response.headers()["content-encoding"], coding.as_str());
    response.into_body()
}

fn data(text: &'static str) -> Step {
    Step::Data(Bytes::from_static(text.as_bytes()))
}

/// Bytes that hold both what compresses and what does not.
fn piece() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..3000),
        (any::<u8>(), 0..100_000usize).prop_map(|(byte, times)| vec![byte; times]),
        (vec(any::<u8>(), 1..40), 1..200usize).prop_map(|(bytes, times)| bytes.repeat(times)),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => piece().prop_map(|bytes| Step::Data(bytes.into())),
        1 => Just(Step::Wait),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn however_a_body_is_cut_it_comes_back(coding in select(CODINGS), steps in vec(step(), 0..12), with_trailers: bool) {
        let plain: Vec<u8> = steps
            .iter()
            .flat_map(|step| match step {
                Step::Data(bytes) => bytes.to_vec(),
                _ => Vec::new(),
            })
            .collect();
        let mut trailers = HeaderMap::new();
        trailers.insert("x-checksum", "17".parse().unwrap());
        let trailers = with_trailers.then_some(trailers);
        let last = trailers.clone().map(Step::Trailers);
        let seen = read(stream_in(coding, steps.into_iter().chain(last)));
        prop_assert_eq!(decode(coding, &seen.data).unwrap(), plain);
        prop_assert_eq!(seen.trailers, trailers);
        prop_assert!(seen.longest_frame <= 32 * 1024);
    }

    #[test]
    fn a_body_that_breaks_or_is_left_leaves_no_valid_end(
        coding in select(CODINGS),
        steps in vec(step(), 0..6),
        frames in 0..6usize,
    ) {
        let broken = steps.iter().cloned().chain([Step::Fail]);
        let seen = read(stream_in(coding, broken));
        prop_assert!(seen.error.is_some());
        prop_assert!(decode(coding, &seen.data).is_err());

        let mut left = pin!(stream_in(coding, steps));
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..frames {
            if let Poll::Ready(None) = left.as_mut().poll_frame(&mut cx) {
                break;
            }
        }
    }

    #[test]
    fn a_body_at_hand_comes_back(coding in select(CODINGS), plain in vec(piece(), 0..8)) {
        let plain = plain.concat();
        let body = Body::from(plain.clone());
        let response = call(&CompressionLayer::new(), get_in(coding), html(body));
        let compressed = response.headers().contains_key("content-encoding");
        let seen = read(response.into_body());
        let back = if compressed { decode(coding, &seen.data).unwrap() } else { seen.data };
        prop_assert_eq!(back, plain);
    }
}

/// Reads until the body has nothing more for now, and decodes what came.
fn read_on(body: &mut Pin<&mut Body>, reader: &mut Reader) -> Vec<u8> {
    let mut cx = Context::from_waker(Waker::noop());
    let mut plain = Vec::new();
    while let Poll::Ready(Some(frame)) = body.as_mut().poll_frame(&mut cx) {
        plain.extend(reader.read(&frame.unwrap().into_data().unwrap()));
    }
    plain
}

/// A body whose frames are put in while it is read.
#[derive(Clone, Default)]
struct Queue(Arc<Mutex<VecDeque<Bytes>>>);

impl Queue {
    fn put(&self, data: impl Into<Bytes>) {
        self.0.lock().unwrap().push_back(data.into());
    }
}

impl http_body::Body for Queue {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let data = self.0.lock().unwrap().pop_front();
        data.map_or(Poll::Pending, |data| {
            Poll::Ready(Some(Ok(Frame::data(data))))
        })
    }
}

#[test]
fn nothing_is_held_back_while_the_inner_body_waits() {
    CODINGS.iter().copied().for_each(nothing_is_held_back_in);
}

fn nothing_is_held_back_in(coding: Coding) {
    let queue = Queue::default();
    let response = Response::builder().header("content-type", "text/event-stream");
    let response = response.body(queue.clone()).unwrap();
    let mut body = pin!(call(&CompressionLayer::new(), get_in(coding), response).into_body());
    let mut reader = Reader::of(coding);
    let mut next = || read_on(&mut body, &mut reader);

    assert_eq!(next(), b"");
    queue.put("data: one\n\n");
    assert_eq!(next(), b"data: one\n\n");
    assert_eq!(next(), b"");
    queue.put("data: two\n\n");
    queue.put("");
    queue.put("data: three\n\n");
    assert_eq!(next(), b"data: two\n\ndata: three\n\n");
    queue.put("");
    assert_eq!(next(), b"");

    // Every length, so that a flush fills a frame to its last byte too.
    let mut state = 1u32;
    let mut noise = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    for length in 32_700..32_800 {
        let event: Bytes = (0..length).map(|_| noise()).collect();
        queue.put(event.clone());
        let mut came = Vec::new();
        while came.len() < event.len() {
            let more = next();
            assert!(!more.is_empty(), "{} of {length} bytes came", came.len());
            came.extend(more);
        }
        assert_eq!(came, event);
    }
}

#[test]
fn an_error_leaves_no_valid_end() {
    let seen = read(stream([
        data("half of it"),
        Step::Wait,
        data("lost"),
        Step::Fail,
    ]));
    assert_eq!(seen.error.unwrap().to_string(), "the disk is on fire");
    assert!(!seen.data.is_empty());
    assert!(gunzip(&seen.data).is_err());
}

#[test]
fn after_the_end_and_after_an_error_there_is_nothing_more() {
    let trailers = Step::Trailers(HeaderMap::new());
    for steps in [
        vec![data("all of it")],
        vec![],
        vec![data("all of it"), trailers],
        vec![data("half of it"), Step::Fail, data("more")],
    ] {
        let said = format!("{steps:?}");
        // Without a lint outside: it forbids to ask again.
        let response = Response::builder().header("content-type", "text/plain");
        let response = response.body(Script::new(steps)).unwrap();
        let mut body = pin!(stage::bare(&CompressionLayer::new(), get(), response).into_body());
        let mut cx = Context::from_waker(Waker::noop());
        while let Poll::Ready(Some(_)) = body.as_mut().poll_frame(&mut cx) {}
        assert!(body.is_end_stream(), "{said}");
        assert_eq!(body.size_hint().exact(), Some(0), "{said}");
        for _ in 0..2 {
            let again = body.as_mut().poll_frame(&mut cx);
            assert!(matches!(again, Poll::Ready(None)), "{said}");
        }
    }
}

#[test]
fn the_end_is_known_with_the_last_frame() {
    let mut body = pin!(stream([data("all of it")]));
    let mut cx = Context::from_waker(Waker::noop());
    assert!(!body.is_end_stream());
    let frame = body.as_mut().poll_frame(&mut cx);
    assert!(matches!(frame, Poll::Ready(Some(Ok(_)))));
    assert!(body.is_end_stream());
}

#[test]
fn trailers_pass_though_the_data_before_them_is_at_hand() {
    let plain = "x".repeat(5000);
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", "17".parse().unwrap());
    let full = Full::new(Bytes::from(plain.clone()));
    let body = Body::new(full.with_trailers(ready(Some(Ok(trailers.clone())))));
    assert_eq!(body.size_hint().exact(), Some(5000));
    let seen = read(call(&CompressionLayer::new(), get(), html(body)).into_body());
    assert_eq!(gunzip(&seen.data).unwrap(), plain.as_bytes());
    assert_eq!(seen.trailers, Some(trailers));
}

struct Count(AtomicUsize);

impl Wake for Count {
    fn wake(self: Arc<Self>) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_long_body_at_hand_gives_others_a_turn() {
    CODINGS.iter().copied().for_each(a_long_body_gives_turns_in);
}

fn a_long_body_gives_turns_in(coding: Coding) {
    let plain = vec![b'x'; 2 << 20];
    let response = call(
        &CompressionLayer::new(),
        get_in(coding),
        html(Body::from(plain.clone())),
    );
    let mut body = pin!(response.into_body());
    let count = Arc::new(Count(AtomicUsize::new(0)));
    let waker = Waker::from(Arc::clone(&count));
    let mut cx = Context::from_waker(&waker);
    let mut coded = Vec::new();
    let mut waits = 0;
    loop {
        match body.as_mut().poll_frame(&mut cx) {
            Poll::Pending => waits += 1,
            Poll::Ready(Some(frame)) => coded.extend(frame.unwrap().into_data().unwrap()),
            Poll::Ready(None) => break,
        }
        assert_eq!(
            count.0.load(Ordering::Relaxed),
            waits,
            "whoever waits is woken"
        );
    }
    assert_eq!(waits, 7, "one for each 256 KiB but the last");
    assert_eq!(decode(coding, &coded).unwrap(), plain);
}
