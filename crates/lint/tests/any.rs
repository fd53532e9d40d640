//! Whatever is asked and answered, a lint that reports lets it pass as it is.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{convert::Infallible, sync::Arc};

use bytes::Bytes;
use futures_util::{FutureExt, stream::iter};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError};
use plywood_lint::LintLayer;
use proptest::{collection::vec, prelude::*, sample::select};
use tower::{Layer, ServiceExt, service_fn};

/// Lines as they come, of fields that have rules.
fn line() -> impl Strategy<Value = (HeaderName, HeaderValue)> {
    let names = [
        "accept",
        "accept-encoding",
        "access-control-allow-origin",
        "age",
        "allow",
        "cache-control",
        "connection",
        "content-digest",
        "content-encoding",
        "content-length",
        "content-range",
        "content-type",
        "date",
        "etag",
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
        "vary",
    ];
    let pieces = [
        "",
        " ",
        ",",
        ";",
        "=",
        ":",
        "\"",
        "\\",
        "*",
        "/",
        "//",
        "-",
        "0",
        "9",
        "18446744073709551615",
        "bytes ",
        "bytes=",
        "W/",
        "q=0",
        "gzip",
        "max-age",
        "sha-256",
        "Tue, 02 Jan 2024 03:04:05 GMT",
        "multipart/byteranges; boundary=b",
        "Expires",
        "Path",
        "https://",
        "example.com",
        "[::1]",
        "\u{e9}",
    ];
    let value = vec(select(pieces.to_vec()), 0..8).prop_map(|pieces| pieces.concat());
    let value = value.prop_map(|text| HeaderValue::from_bytes(text.as_bytes()).unwrap());
    (
        select(names.to_vec()).prop_map(HeaderName::from_static),
        value,
    )
}

fn headers() -> impl Strategy<Value = HeaderMap> {
    vec(line(), 0..8).prop_map(|lines| {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(name, value);
        }
        headers
    })
}

fn frames() -> impl Strategy<Value = Vec<&'static str>> {
    let pieces = [
        "",
        "a",
        "\r",
        "\n",
        "\r\n",
        "--b",
        "--",
        "--b--\r\n",
        "Content-Range: bytes 0-0/9\r\n\r\n",
        "content-range:",
        "bytes 0-18446744073709551615/*",
    ];
    vec(select(pieces.to_vec()), 0..8)
}

proptest! {
    #[test]
    fn a_lint_that_reports_changes_nothing_and_does_not_panic(
        method in select(vec![Method::GET, Method::HEAD, Method::POST, Method::CONNECT]),
        target in select(vec!["/", "*", "/x?y", "example.com:443", "http://example.com"]),
        status in select(vec![101u16, 103, 200, 204, 206, 301, 304, 405, 416, 426]),
        asked in headers(),
        answered in headers(),
        frames in frames(),
    ) {
        let whole = frames.concat();
        let frames: Arc<[&str]> = frames.into();
        let head = answered.clone();
        let service = service_fn(move |_: Request<Body>| {
            let frames: Vec<_> = frames
                .iter()
                .map(|frame| Ok::<_, BoxError>(Frame::data(Bytes::from_static(frame.as_bytes()))))
                .collect();
            let mut response = Response::new(StreamBody::new(iter(frames)));
            *response.status_mut() = StatusCode::from_u16(status).unwrap();
            *response.headers_mut() = head.clone();
            std::future::ready(Ok::<_, Infallible>(response))
        });
        let service = LintLayer::reporting(|fault| drop(fault.to_string()))
            .strict()
            .behind_gateway()
            .layer(service);
        // The second time it remembers the first.
        for _ in 0..2 {
            let mut request = Request::new(Body::from(whole.clone()));
            *request.method_mut() = method.clone();
            *request.uri_mut() = target.parse().unwrap();
            *request.headers_mut() = asked.clone();
            let response = service.clone().oneshot(request).now_or_never().unwrap().unwrap();
            prop_assert_eq!(response.headers(), &answered);
            let body = response.into_body().collect().now_or_never().unwrap().unwrap();
            prop_assert_eq!(body.to_bytes(), whole.as_bytes());
        }
    }
}
