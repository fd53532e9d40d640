//! The head: what is compressed, and what the fields say of it.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, header};
use http_body::Body as _;
use http_body_util::{BodyExt, Full};
use plywood_compression::{Coding, CompressionLayer};
use plywood_core::{Body, BoxError, NoCompress};

use crate::stage::{Script, Step, call, get, gunzip, html, read};

const TEXT: &str = "text/html; charset=utf-8";

fn text(length: usize) -> Bytes {
    b"a rose is ".iter().copied().cycle().take(length).collect()
}

fn field<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).map(|value| value.to_str().unwrap())
}

fn is_compressed(headers: &HeaderMap) -> bool {
    field(headers, "content-encoding") == Some("gzip")
}

fn response(status: u16, fields: &[(&str, &str)], body: Body) -> Response<Body> {
    let mut response = Response::builder().status(status);
    for (name, value) in fields {
        response = response.header(*name, *value);
    }
    response.body(body).unwrap()
}

/// Most of these tests speak of one coding.
fn layer() -> CompressionLayer {
    CompressionLayer::new().codings([Coding::Gzip])
}

#[test]
fn a_body_at_hand_is_compressed_with_its_length() {
    let plain = text(20_000);
    for body in [
        Body::from(plain.clone()),
        Body::new(Full::new(plain.clone()).map_err(BoxError::from)),
    ] {
        let response = call(&layer(), get(), html(body));
        let headers = response.headers().clone();
        assert!(is_compressed(&headers));
        assert_eq!(field(&headers, "vary"), Some("accept-encoding"));
        let hint = response.body().size_hint().exact().unwrap();
        assert_eq!(field(&headers, "content-length"), Some(&*hint.to_string()));
        let seen = read(response.into_body());
        assert_eq!(seen.data.len() as u64, hint);
        assert_eq!(gunzip(&seen.data).unwrap(), plain);
    }
}

#[test]
fn a_stream_is_compressed_without_a_length() {
    let body = Body::new(Script::new([Step::Data(text(20_000))]));
    let response = call(&layer(), get(), html(body));
    assert!(is_compressed(response.headers()));
    assert_eq!(field(response.headers(), "content-length"), None);
    assert_eq!(response.body().size_hint().upper(), None);
    assert_eq!(
        gunzip(&read(response.into_body()).data).unwrap(),
        text(20_000)
    );
}

#[test]
fn every_rule_of_eligibility_holds() {
    const HTML: (&str, &str) = ("content-type", TEXT);
    const NEVER: (bool, bool) = (false, false);
    const OTHERS: (bool, bool) = (false, true);
    const YES: (bool, bool) = (true, true);
    for (status, fields, length, expected) in [
        (200, &[HTML][..], 20_000, YES),
        (200, &[("content-type", "application/json")], 20_000, YES),
        (
            200,
            &[("content-type", "application/problem+json")],
            20_000,
            YES,
        ),
        (200, &[("content-type", "image/svg+xml")], 20_000, YES),
        (404, &[HTML], 20_000, YES),
        (200, &[HTML], 1024, YES),
        (200, &[HTML], 1023, NEVER),
        (200, &[HTML], 0, NEVER),
        (200, &[], 20_000, NEVER),
        (200, &[("content-type", "image/png")], 20_000, NEVER),
        (200, &[("content-type", "video/mp4")], 20_000, NEVER),
        (200, &[("content-type", "application/zip")], 20_000, NEVER),
        (200, &[("content-type", "font/woff2")], 20_000, NEVER),
        (
            200,
            &[("content-type", "application/grpc+json")],
            20_000,
            NEVER,
        ),
        (
            200,
            &[
                HTML,
                ("content-encoding", "br"),
                ("vary", "accept-encoding"),
            ],
            20_000,
            OTHERS,
        ),
        (
            200,
            &[HTML, ("cache-control", "no-transform")],
            20_000,
            NEVER,
        ),
        (204, &[HTML], 0, NEVER),
        (205, &[HTML], 0, NEVER),
        (
            206,
            &[HTML, ("content-range", "bytes 0-19999/50000")],
            20_000,
            OTHERS,
        ),
        (
            416,
            &[HTML, ("content-range", "bytes */50000")],
            20_000,
            OTHERS,
        ),
    ] {
        let said = format!("{status} {fields:?} {length}");
        let body = Body::from(text(length));
        let mut request = get();
        if status == 206 || status == 416 {
            request
                .headers_mut()
                .insert(header::RANGE, "bytes=0-19999".parse().unwrap());
        }
        let response = call(&layer(), request, response(status, fields, body));
        let headers = response.headers().clone();
        assert_eq!(
            (is_compressed(&headers), headers.contains_key("vary")),
            expected,
            "{said}"
        );
        let data = read(response.into_body()).data;
        let plain = if expected.0 {
            gunzip(&data).unwrap()
        } else {
            data
        };
        assert_eq!(plain, text(length), "{said}");
    }
}

#[test]
fn the_client_chooses_and_vary_says_so_in_any_case() {
    for (lines, expected) in [
        (&[][..], false),
        (&["gzip"], true),
        (&["deflate, br", "x-gzip;q=0.1"], true),
        (&["*"], true),
        (&["br, zstd"], false),
        (&["gzip;q=0, *"], false),
        (&["identity, gzip;q=0.9"], false),
        (&["identity;q=0, *;q=0"], false),
        (&[",;=gzip\"\u{e9}"], false),
    ] {
        let mut request = Request::get("/");
        for line in lines {
            request = request.header("accept-encoding", line.as_bytes());
        }
        let request = request.body(Body::empty()).unwrap();
        let response = call(&layer(), request, html(Body::from(text(20_000))));
        assert_eq!(is_compressed(response.headers()), expected, "{lines:?}");
        assert_eq!(
            field(response.headers(), "vary"),
            Some("accept-encoding"),
            "{lines:?}"
        );
    }
}

#[test]
fn vary_is_said_once() {
    for before in ["Accept-Encoding", "Origin, ACCEPT-ENCODING", "*"] {
        let fields = [("content-type", TEXT), ("vary", before)];
        let response = response(200, &fields, Body::from(text(20_000)));
        let response = call(&layer(), get(), response);
        let lines: Vec<_> = response.headers().get_all("vary").iter().collect();
        assert_eq!(lines, [before]);
    }
}

#[test]
fn nothing_stays_that_is_true_of_the_plain_bytes_alone() {
    let fields = [
        ("content-type", TEXT),
        ("content-length", "20000"),
        ("etag", "\"abc\""),
        ("accept-ranges", "bytes"),
        ("content-md5", "x"),
        ("digest", "x"),
        ("content-digest", "unixsum=:AAAA:"),
        ("repr-digest", "unixsum=:AAAA:"),
    ];
    let response = response(200, &fields, Body::from(text(20_000)));
    let response = call(&layer(), get(), response);
    let headers = response.headers();
    assert_eq!(field(headers, "etag"), Some("W/\"abc\""));
    assert_ne!(field(headers, "content-length"), Some("20000"));
    for gone in [
        "accept-ranges",
        "content-md5",
        "digest",
        "content-digest",
        "repr-digest",
    ] {
        assert_eq!(field(headers, gone), None, "{gone}");
    }
}

#[test]
fn what_does_not_become_smaller_goes_out_as_it_is() {
    // A linear congruential generator: nothing for a compressor to find.
    let noise: Bytes = (0..4096u32)
        .scan(1u32, |state, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some(state.to_be_bytes()[0])
        })
        .collect();
    let fields = [
        ("content-type", TEXT),
        ("etag", "\"abc\""),
        ("content-length", "4096"),
    ];
    let response = response(200, &fields, Body::from(noise.clone()));
    let response = call(&layer(), get(), response);
    assert!(!is_compressed(response.headers()));
    assert_eq!(field(response.headers(), "etag"), Some("\"abc\""));
    assert_eq!(field(response.headers(), "content-length"), Some("4096"));
    assert_eq!(field(response.headers(), "vary"), Some("accept-encoding"));
    assert_eq!(read(response.into_body()).data, noise);
}

#[test]
fn an_answer_to_head_says_what_is_known_of_gets() {
    let head = |accept: &str| {
        let request = Request::head("/").header("accept-encoding", accept);
        request.body(Body::empty()).unwrap()
    };
    let fields = |length| {
        [
            ("content-type", TEXT),
            ("content-length", length),
            ("etag", "\"abc\""),
            ("accept-ranges", "bytes"),
        ]
    };
    let layer = layer();

    let answer = call(
        &layer,
        head("gzip"),
        response(200, &fields("20000"), Body::empty()),
    );
    for (name, expected) in [
        ("content-encoding", None),
        ("content-length", None),
        ("accept-ranges", None),
        ("etag", Some("W/\"abc\"")),
        ("vary", Some("accept-encoding")),
    ] {
        assert_eq!(field(answer.headers(), name), expected, "{name}");
    }

    let answer = call(
        &layer,
        head("br"),
        response(200, &fields("20000"), Body::empty()),
    );
    for (name, expected) in [
        ("content-length", Some("20000")),
        ("etag", Some("\"abc\"")),
        ("vary", Some("accept-encoding")),
    ] {
        assert_eq!(field(answer.headers(), name), expected, "{name}");
    }

    let small = fields("300");
    let answer = call(&layer, head("gzip"), response(200, &small, Body::empty()));
    assert_eq!(field(answer.headers(), "content-length"), Some("300"));
    assert_eq!(field(answer.headers(), "vary"), None);
}

#[test]
fn a_confirmation_has_the_tag_that_the_client_holds() {
    for (known, accept, tag) in [
        (Some(r#"W/"abc""#), "gzip", r#"W/"abc""#),
        (Some(r#""x", W/"abc""#), "gzip", r#"W/"abc""#),
        (None, "gzip", r#"W/"abc""#),
        (Some(r#""abc""#), "gzip", r#""abc""#),
        (Some(r#"W/"abc""#), "br", r#""abc""#),
    ] {
        let mut request = Request::get("/").header("accept-encoding", accept);
        request = match known {
            Some(known) => request.header("if-none-match", known),
            None => request.header("if-modified-since", "Sat, 21 Nov 2026 12:00:00 GMT"),
        };
        let request = request.body(Body::empty()).unwrap();
        let fields = [("etag", r#""abc""#)];
        let response = response(304, &fields, Body::empty());
        let response = call(&layer(), request, response);
        assert_eq!(
            field(response.headers(), "etag"),
            Some(tag),
            "{known:?} {accept}"
        );
        assert_eq!(field(response.headers(), "vary"), Some("accept-encoding"));
        assert_eq!(field(response.headers(), "content-encoding"), None);
    }
}

#[test]
fn a_handler_can_refuse() {
    for (no_compress, vary) in [
        (NoCompress::KeepVary, Some("accept-encoding")),
        (NoCompress::Entirely, None),
    ] {
        let mut response = html(Body::from(text(20_000)));
        response.extensions_mut().insert(no_compress);
        let response = call(&layer(), get(), response);
        assert!(!is_compressed(response.headers()));
        assert_eq!(field(response.headers(), "vary"), vary);
    }
}

#[test]
fn a_tunnel_is_left_alone() {
    let mut request = get();
    *request.method_mut() = Method::CONNECT;
    *request.uri_mut() = "example.com:443".parse().unwrap();
    let body = Body::new(Script::new([Step::Data(text(20_000))]));
    let response = call(&layer(), request, html(body));
    assert!(!is_compressed(response.headers()));
    assert_eq!(field(response.headers(), "vary"), None);
}

#[test]
fn applied_twice_it_compresses_once() {
    let layer = layer();
    let once = call(&layer, get(), html(Body::from(text(20_000))));
    let twice = call(&layer, get(), once);
    let headers = twice.headers();
    assert_eq!(headers.get_all("content-encoding").iter().count(), 1);
    assert_eq!(headers.get_all("vary").iter().count(), 1);
    assert_eq!(gunzip(&read(twice.into_body()).data).unwrap(), text(20_000));
}

#[test]
fn options_change_what_is_compressed() {
    let compressed = |layer: CompressionLayer, length| {
        let response = call(&layer, get(), html(Body::from(text(length))));
        let compressed = is_compressed(response.headers());
        compressed.then(|| read(response.into_body()).data.len())
    };
    let layer = layer();
    assert_eq!(compressed(layer.clone(), 600), None);
    assert!(compressed(layer.clone().min_size(500), 600).is_some());
    assert_eq!(compressed(layer.clone().min_size(500), 499), None);
    assert_eq!(
        compressed(layer.clone().when(|head| head.status == 404), 20_000),
        None
    );

    let fast = compressed(layer.clone().level(Coding::Gzip, 0), 100_000);
    let small = compressed(layer.clone().level(Coding::Gzip, 10), 100_000);
    assert!(small < fast, "{small:?} {fast:?}");
    assert_eq!(
        compressed(layer.clone().level(Coding::Gzip, 1), 100_000),
        fast
    );
    assert_eq!(compressed(layer.level(Coding::Gzip, 9), 100_000), small);
}
