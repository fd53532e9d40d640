//! Which coding an answer is in, and what its tag and the requests that name it say.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

use std::{
    convert::Infallible,
    future::ready,
    sync::{Arc, Mutex},
};

use futures_util::FutureExt;
use http::{HeaderMap, Request, Response, StatusCode};
use plywood_compression::{Coding, CompressionLayer, EntityTags, NotAcceptable};
use plywood_core::{Body, Failure};
use plywood_lint::LintLayer;
use proptest::{collection::vec, prelude::*, sample::select};
use tower::{ServiceBuilder, ServiceExt, service_fn};

use crate::stage::{CODINGS, bare, call, decode, get_in, html, read};

fn page() -> String {
    "a rose is a rose. ".repeat(1000)
}

/// A request that says `Accept-Encoding`.
fn accepting(line: &str) -> Request<Body> {
    let request = Request::get("/").header("accept-encoding", line);
    request.body(Body::empty()).unwrap()
}

fn coding_of<B>(response: &Response<B>) -> Option<&str> {
    Some(
        response
            .headers()
            .get("content-encoding")?
            .to_str()
            .unwrap(),
    )
}

#[test]
fn every_coding_of_the_build_comes_back() {
    for coding in CODINGS {
        let answer = call(
            &CompressionLayer::new(),
            get_in(*coding),
            html(Body::from(page())),
        );
        assert_eq!(coding_of(&answer), Some(coding.as_str()));
        let length = answer.headers()["content-length"]
            .to_str()
            .unwrap()
            .to_owned();
        let coded = read(answer.into_body()).data;
        assert_eq!(length, coded.len().to_string());
        assert_eq!(decode(*coding, &coded).unwrap(), page().as_bytes());
    }
}

#[test]
fn between_equals_the_server_chooses() {
    let all = "gzip, deflate, br, zstd";
    let best = CODINGS.first().unwrap().as_str();
    let response = call(
        &CompressionLayer::new(),
        accepting(all),
        html(Body::from(page())),
    );
    assert_eq!(coding_of(&response), Some(best));

    let layer = CompressionLayer::new().codings([Coding::Deflate, Coding::Gzip]);
    for (line, expected) in [
        (all, Some("deflate")),
        ("gzip, deflate;q=0.9", Some("gzip")),
        ("br, zstd", None),
    ] {
        let response = call(&layer, accepting(line), html(Body::from(page())));
        assert_eq!(coding_of(&response), expected, "{line}");
        assert_eq!(response.headers()["vary"], "accept-encoding");
    }
}

#[test]
fn without_codings_nothing_is_compressed() {
    let layer = CompressionLayer::new().codings([]);
    let response = call(&layer, accepting("gzip, br"), html(Body::from(page())));
    assert_eq!(coding_of(&response), None);
}

/// What a strict layer, and one that is not, answer; and whether the inner service was called.
fn refusals(line: &str) -> [(StatusCode, bool); 2] {
    [true, false].map(|strict| {
        let called = Mutex::new(false);
        let service = ServiceBuilder::new()
            .layer(LintLayer::new())
            .layer(CompressionLayer::new().strict(strict))
            .service(service_fn(|_| {
                *called.lock().unwrap() = true;
                ready(Ok::<_, Infallible>(html(Body::from(page()))))
            }));
        let Ok(response) = service.oneshot(accepting(line)).now_or_never().unwrap();
        let status = response.status();
        if status == StatusCode::NOT_ACCEPTABLE {
            assert_eq!(response.headers()["vary"], "accept-encoding");
            let failure = Failure::of(&response).unwrap();
            assert!(failure.reason().is::<NotAcceptable>());
            assert!(!read(response.into_body()).data.is_empty());
        }
        (status, *called.lock().unwrap())
    })
}

#[test]
fn a_strict_layer_refuses_before_anything_is_done() {
    const OK: (StatusCode, bool) = (StatusCode::OK, true);
    const REFUSED: (StatusCode, bool) = (StatusCode::NOT_ACCEPTABLE, false);
    for line in [
        "identity;q=0",
        "*;q=0",
        "identity;q=0, compress",
        "identity;q=0, *;q=0",
    ] {
        assert_eq!(refusals(line), [REFUSED, OK], "{line}");
    }
    for line in [
        "",
        "gzip",
        "identity",
        "identity;q=0, gzip;q=0.1",
        "compress",
        "gzip;q=0",
    ] {
        assert_eq!(refusals(line), [OK, OK], "{line}");
    }
}

/// The request fields that the inner service saw, and its answer's head, through a layer that suffixes tags.
fn suffixed(fields: &[(&'static str, &str)], answer: Response<Body>) -> (HeaderMap, HeaderMap) {
    let seen = Arc::new(Mutex::new(HeaderMap::new()));
    let mut answer = Some(answer);
    let inner = Arc::clone(&seen);
    let service = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(
            CompressionLayer::new()
                .codings([Coding::Gzip])
                .entity_tags(EntityTags::Suffixed),
        )
        .service(service_fn(move |request: Request<_>| {
            *inner.lock().unwrap() = request.headers().clone();
            ready(Ok::<_, Infallible>(answer.take().unwrap()))
        }));
    let mut request = Request::get("/");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let Ok(response) = service.oneshot(request).now_or_never().unwrap();
    let head = response.headers().clone();
    read(response.into_body());
    (std::mem::take(&mut seen.lock().unwrap()), head)
}

fn tagged(status: u16) -> Response<Body> {
    let body = if status == 304 { String::new() } else { page() };
    let mut response = html(Body::from(body));
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    response
        .headers_mut()
        .insert("etag", "\"abc\"".parse().unwrap());
    response
}

#[test]
fn a_suffixed_tag_comes_back_to_the_inner_service_as_its_own() {
    let gzip = ("accept-encoding", "gzip");
    let (_, first) = suffixed(&[gzip], tagged(200));
    assert_eq!(first["etag"], "\"abc-gzip\"");

    for field in ["if-none-match", "if-match"] {
        let (seen, _) = suffixed(&[gzip, (field, "\"abc-gzip\"")], tagged(200));
        assert_eq!(seen[field], r#""abc-gzip", "abc""#);
    }
    let (seen, _) = suffixed(&[gzip, ("if-range", "\"abc-gzip\"")], tagged(200));
    assert_eq!(
        seen["if-range"], "\"abc-gzip\"",
        "no range of coded bytes can be had"
    );

    for (line, expected) in [
        (Some(r#""abc-gzip""#), r#""abc-gzip""#),
        (Some(r#""x", "abc-gzip""#), r#""abc-gzip""#),
        (Some(r#""abc""#), r#""abc""#),
        (Some("*"), r#""abc-gzip""#),
    ] {
        let fields: Vec<_> = [gzip]
            .into_iter()
            .chain(line.map(|line| ("if-none-match", line)))
            .collect();
        let (_, head) = suffixed(&fields, tagged(304));
        assert_eq!(head["etag"], expected, "{line:?}");
        assert_eq!(head["vary"], "accept-encoding");
    }
}

#[test]
fn a_level_can_depend_on_the_answer() {
    let sizes = |layer: &CompressionLayer, media_type: &'static str| {
        // Text in which it pays to look around.
        let words = (0..4000u32).map(|at| at.wrapping_mul(2_654_435_761) % 977);
        let words: Vec<_> = words.map(|word| word.to_string()).collect();
        let text = words.join(" ");
        let mut response = html(Body::from(text));
        response
            .headers_mut()
            .insert("content-type", media_type.parse().unwrap());
        let answer = call(layer, get_in(Coding::Gzip), response);
        read(answer.into_body()).data.len()
    };
    let layer = CompressionLayer::new().level_by(|coding, head, size| {
        assert_eq!((coding, size.is_some()), (Coding::Gzip, true));
        (head.headers["content-type"] == "text/css").then_some(-7)
    });
    let plain = CompressionLayer::new();
    let fast = CompressionLayer::new().level(Coding::Gzip, 1);
    assert_eq!(sizes(&layer, "text/html"), sizes(&plain, "text/html"));
    assert_eq!(sizes(&layer, "text/css"), sizes(&fast, "text/css"));
    assert_ne!(sizes(&fast, "text/css"), sizes(&plain, "text/css"));
}

#[test]
fn two_layers_compress_once() {
    let service = ServiceBuilder::new()
        .layer(CompressionLayer::new())
        .layer(CompressionLayer::new())
        .service(service_fn(|_| {
            ready(Ok::<_, Infallible>(html(Body::from(page()))))
        }));
    let request = get_in(Coding::Gzip);
    let Ok(response) = service.oneshot(request).now_or_never().unwrap();
    assert_eq!(coding_of(&response), Some("gzip"));
    assert_eq!(response.headers().get_all("vary").iter().count(), 1);
    let data = read(response.into_body()).data;
    assert_eq!(decode(Coding::Gzip, &data).unwrap(), page().as_bytes());
}

/// The pieces that a parser stumbles over.
const PIECES: &[&str] = &[
    "gzip",
    "br",
    "zstd",
    "deflate",
    "identity",
    "*",
    "x-gzip",
    ",",
    ",,,,",
    ";",
    ";q=",
    ";q=0",
    ";q=1.0000",
    ";q=0.5",
    "=",
    " ",
    "\t",
    "\"",
    "\\",
    "é",
    "\u{a0}",
    "q",
    "0",
    ".",
    "-",
    "gzip;q=0.9;level=1",
    "dcb",
    "dcz",
    "\u{7f}",
];

proptest! {
    // 100,000 values; debug assertions and overflow checks are on.
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_field_says_the_answer_can_be_read(
        lines in vec(vec(select(PIECES), 0..24), 100),
        strict: bool,
    ) {
        let layer = CompressionLayer::new().strict(strict);
        for line in lines {
            let Ok(value) = http::HeaderValue::from_bytes(line.concat().as_bytes()) else { continue };
            let mut request = get_in(Coding::Gzip);
            request.headers_mut().insert("accept-encoding", value);
            let response = bare(&layer, request, html(Body::from("x".repeat(1100))));
            let coding = coding_of(&response).map(str::to_owned);
            let refused = response.status() == StatusCode::NOT_ACCEPTABLE;
            prop_assert!(strict || !refused);
            let data = read(response.into_body()).data;
            let chosen = coding.as_deref().map(|name| CODINGS.iter().find(|coding| coding.as_str() == name).unwrap());
            let plain = chosen.map_or(data.clone(), |coding| decode(*coding, &data).unwrap());
            prop_assert!(refused || plain == "x".repeat(1100).as_bytes());
        }
    }
}
