//! What a request costs in allocations, measured on the thread that makes it.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

use std::{convert::Infallible, future::ready, hint::black_box, pin::pin, sync::LazyLock};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderValue, Request, Response};
use http_body_util::BodyExt;
use plywood_compression::CompressionLayer;
use plywood_core::{Body, HttpBody};
use tower::{Layer, Service, service_fn};

use crate::stage::{CODINGS, get, html};

type Answer = Response<Body>;

static PAGE: [u8; 20_000] = [b'x'; 20_000];

fn png() -> Answer {
    let response = Response::builder().header("content-type", "image/png");
    response.body(Bytes::from_static(&PAGE).into()).unwrap()
}

fn coded() -> Answer {
    let mut response = html(Body::from(Bytes::from_static(&PAGE)));
    response
        .headers_mut()
        .insert("content-encoding", HeaderValue::from_static("br"));
    response
}

fn small() -> Answer {
    html("hello, world\n".into())
}

fn large() -> Answer {
    html(Body::from(Bytes::from_static(&PAGE)))
}

/// A megabyte that becomes 4 times smaller, more or less.
static LONG: LazyLock<Bytes> = LazyLock::new(|| {
    let words = ["a rose ", "is ", "\"id\": ", "<p>", "compressed ", "\n"];
    let mut text = String::new();
    let mut seed = 1_u32;
    while text.len() < 1_000_000 {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(words[(seed >> 24) as usize % words.len()]);
        text.push_str(&(seed >> 24).to_string());
    }
    text.into()
});

fn long() -> Answer {
    html(Body::from(LONG.clone()))
}

/// A request as a server makes it: the values of its fields share the buffer that was read from the socket.
fn request(line: &str) -> Request<Body> {
    let buffer = Bytes::from([line, "\r\n"].concat().into_bytes());
    let line = buffer.slice(..line.len());
    let mut request = get();
    let value = HeaderValue::from_maybe_shared(line).unwrap();
    request.headers_mut().insert("accept-encoding", value);
    request
}

/// Allocations and bytes of one call and its whole body.
fn count<S, B>(mut service: S, line: &str) -> (u64, u64)
where
    S: Service<Request<Body>, Response = Response<B>, Error = Infallible>,
    B: HttpBody,
{
    let mut request = Some(request(line));
    let seen = allocation_counter::measure(|| {
        let request = request.take().expect("measured once");
        let answer = service.call(request).now_or_never();
        let Ok(response) = answer.expect("the service answers at once");
        let mut body = pin!(response.into_body());
        // A long body gives others a turn now and then.
        for _ in 0..1000 {
            match body.frame().now_or_never() {
                Some(Some(frame)) => black_box(frame.is_ok()),
                Some(None) => return,
                None => continue,
            };
        }
        panic!("it never ends");
    });
    (seen.count_total, seen.bytes_total)
}

fn both(layer: &CompressionLayer, answer: fn() -> Answer, line: &str) -> [(u64, u64); 2] {
    let inner = || service_fn(move |_| ready(Ok::<_, Infallible>(answer())));
    // The first answers of a layer make its encoder, and the memory that this needs.
    for _ in 0..3 {
        count(layer.layer(inner()), line);
    }
    [count(inner(), line), count(layer.layer(inner()), line)]
}

const ALL: &str = "gzip, deflate, br, zstd";

#[test]
fn an_answer_that_is_left_alone_costs_none() {
    for (name, answer) in [
        ("a small page", small as fn() -> Answer),
        ("an image", png),
        ("a coded page", coded),
    ] {
        let [bare, layered] = both(&CompressionLayer::new(), answer, ALL);
        assert_eq!(bare, layered, "{name}");
    }
}

#[test]
fn a_compressed_answer_costs_four() {
    for coding in CODINGS {
        let [bare, layered] = both(&CompressionLayer::new(), large, coding.as_str());
        let added = (layered.0 - bare.0, layered.1 - bare.1);
        assert!(added.0 <= 4, "{coding:?} {added:?}");
        assert!(added.1 < 1024, "{coding:?} {added:?}");
    }
}

#[test]
fn a_megabyte_that_is_streamed_costs_as_few() {
    for coding in CODINGS {
        let [bare, layered] = both(&CompressionLayer::new(), long, coding.as_str());
        let added = (layered.0 - bare.0, layered.1 - bare.1);
        assert!(added.0 <= 4, "{coding:?} {added:?}");
        // Not even twice the result, which is a quarter of the text.
        assert!(added.1 < 500_000, "{coding:?} {added:?}");
    }
}
