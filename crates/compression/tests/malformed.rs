//! 100,000 values of `Accept-Encoding` that nobody should send.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{convert::Infallible, future::ready};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use plywood_compression::CompressionLayer;
use plywood_core::Body;
use tower::{Layer, Service, service_fn};

const VALUES: usize = 100_000;

/// What the others are made of.
const BEGINNINGS: [&str; 6] = [
    "gzip, deflate, br, zstd",
    "gzip;q=1.0, identity; q=0.5, *;q=0",
    "br;q=0.001,zstd;Q=1.000,x-gzip",
    "identity;q=0, *;q=0",
    ";;;q==,,,,;q=9999999999999999999999",
    "gzip;q=\"0\";q=0;a=b, \t dcb, dcz",
];

/// What they are broken with.
const PIECES: [&[u8]; 12] = [
    b",",
    b";",
    b"q=",
    b"=",
    b"*",
    b"\"",
    b"\t",
    b" ",
    b"\x80\xff",
    b"0.",
    b"gzip",
    b"1e9",
];

struct Dice(u32);

impl Dice {
    fn throw(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (self.0 >> 8) as usize % sides
    }

    fn value(&mut self) -> HeaderValue {
        let mut value = BEGINNINGS[self.throw(BEGINNINGS.len())].as_bytes().to_vec();
        if self.throw(50) == 0 {
            value = value.repeat(self.throw(500) + 1);
        }
        for _ in 0..=self.throw(8) {
            let at = self.throw(value.len() + 1);
            match self.throw(3) {
                0 => value.truncate(at),
                1 => drop(value.splice(at..at, PIECES[self.throw(PIECES.len())].iter().copied())),
                _ if at < value.len() => value[at] = b"09=;,*\"~"[self.throw(8)],
                _ => value.push(b'.'),
            }
        }
        HeaderValue::from_bytes(&value).unwrap()
    }
}

/// A page for whoever asks, in whatever way.
fn page(request: &Request<Body>) -> Response<Body> {
    let head = Response::builder()
        .header("content-type", "text/html")
        .header("content-length", "5000");
    let body = match *request.method() {
        Method::HEAD => Body::empty(),
        _ => Body::from(Bytes::from_static(&[b'x'; 5000])),
    };
    head.body(body).unwrap()
}

#[test]
fn none_of_them_is_an_error_and_none_keeps_memory() {
    let mut dice = Dice(1);
    let inner = service_fn(|request| ready(Ok::<_, Infallible>(page(&request))));
    let services = [false, true].map(|strict| CompressionLayer::new().strict(strict).layer(inner));
    let (mut refused, mut coded) = (0, 0);
    let seen = allocation_counter::measure(|| {
        for number in 0..VALUES {
            let mut request = Request::new(Body::empty());
            // Now and then the page is made, too.
            if number % 100 > 0 {
                *request.method_mut() = Method::HEAD;
            }
            for _ in 0..=number % 2 {
                request
                    .headers_mut()
                    .append("accept-encoding", dice.value());
            }
            let is_strict = number % 3 == 0;
            let mut service = services[usize::from(is_strict)].clone();
            let Ok(response) = service.call(request).now_or_never().unwrap();
            let status = response.status();
            let is_refusal = status == StatusCode::NOT_ACCEPTABLE;
            assert!(
                status == StatusCode::OK || is_strict && is_refusal,
                "{status}"
            );
            refused += usize::from(is_refusal);
            coded += usize::from(response.headers().contains_key("content-encoding"));
        }
    });
    // The encoders are there until the end, and nothing else.
    assert!(seen.bytes_max < 8 << 20, "{seen:?}");
    assert!(refused > 100 && coded > 100, "{refused} {coded}");
}
