#![no_main]

use std::{convert::Infallible, sync::Arc};

use arbitrary::Arbitrary;
use bytes::Bytes;
use futures_util::{FutureExt, stream::iter};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use libfuzzer_sys::fuzz_target;
use plywood_core::{Body, BoxError};
use plywood_lint::LintLayer;
use tower::{Layer, ServiceExt, service_fn};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    method: u8,
    target: &'a str,
    asked: Vec<(u8, &'a [u8])>,
    status: u16,
    answered: Vec<(u8, &'a [u8])>,
    frames: Vec<&'a [u8]>,
}

/// The fields that the rules of a lint read.
const FIELDS: [&str; 32] = [
    "accept",
    "accept-encoding",
    "access-control-allow-credentials",
    "access-control-allow-origin",
    "age",
    "allow",
    "cache-control",
    "connection",
    "content-digest",
    "content-encoding",
    "content-length",
    "content-location",
    "content-range",
    "content-type",
    "date",
    "etag",
    "expires",
    "host",
    "if-modified-since",
    "if-none-match",
    "if-range",
    "last-modified",
    "location",
    "range",
    "repr-digest",
    "retry-after",
    "set-cookie",
    "te",
    "transfer-encoding",
    "upgrade",
    "vary",
    "www-authenticate",
];

fn headers(lines: &[(u8, &[u8])]) -> HeaderMap {
    let line = |(field, value): &(u8, &[u8])| {
        let name = FIELDS[usize::from(*field) % FIELDS.len()];
        let value = HeaderValue::from_bytes(value).ok()?;
        Some((HeaderName::from_static(name), value))
    };
    let mut headers = HeaderMap::new();
    for (name, value) in lines.iter().filter_map(line) {
        headers.append(name, value);
    }
    headers
}

// Whatever is asked and answered, a lint that reports lets it pass as it is, twice: the second time it remembers the first.
fuzz_target!(|input: Input<'_>| {
    let methods = [Method::GET, Method::HEAD, Method::POST, Method::CONNECT];
    let method = &methods[usize::from(input.method) % methods.len()];
    let Ok(status) = StatusCode::from_u16(input.status) else {
        return;
    };
    let (asked, answered) = (headers(&input.asked), headers(&input.answered));
    let frames: Arc<[Vec<u8>]> = input.frames.iter().map(|frame| frame.to_vec()).collect();
    let whole = frames.concat();

    let service = service_fn(move |_: Request<Body>| {
        let frames: Vec<_> = frames
            .iter()
            .map(|frame| Ok::<_, BoxError>(Frame::data(Bytes::copy_from_slice(frame))))
            .collect();
        let mut response = Response::new(StreamBody::new(iter(frames)));
        *response.status_mut() = status;
        *response.headers_mut() = answered.clone();
        std::future::ready(Ok::<_, Infallible>(response))
    });
    let service = LintLayer::reporting(|fault| drop(fault.to_string()))
        .strict()
        .layer(service);
    for _ in 0..2 {
        let request = Request::builder().method(method).uri(input.target);
        let Ok(mut request) = request.body(Body::from(whole.clone())) else {
            return;
        };
        *request.headers_mut() = asked.clone();
        let answer = service.clone().oneshot(request).now_or_never();
        let Ok(response) = answer.expect("it does not wait");
        let body = response.into_body().collect().now_or_never();
        let body = body.expect("it does not wait");
        assert_eq!(body.expect("it does not fail").to_bytes(), whole);
    }
});
