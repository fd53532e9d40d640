//! Layers that lie, each in one way. Invariants that let one of them pass would let anything pass.

use futures_util::{StreamExt, TryStreamExt};
use http::{HeaderValue, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyDataStream, StreamBody};
use plywood::prelude::Body;

use crate::{
    faults, files, question,
    stack::{Lie, Sheet, Stack},
};

/// What each does to an answer, and what must be found.
const LIARS: [(Lie, &str); 14] = [
    (
        |answer| without(answer, header::VARY),
        "two codings without vary",
    ),
    (
        |answer| without(answer, header::SET_COOKIE),
        "the page's own cookies are lost",
    ),
    (
        |answer| without(answer, header::CONTENT_ENCODING),
        "the plain page has changed",
    ),
    (
        |answer| without(answer, header::ALLOW),
        "a 405 Method Not Allowed without allow",
    ),
    (
        |answer| without(answer, header::WWW_AUTHENTICATE),
        "a 401 Unauthorized without www-authenticate",
    ),
    (
        |answer| without(answer, header::RETRY_AFTER),
        "Retry-After is lost",
    ),
    (
        |answer| without(answer, header::CONTENT_RANGE),
        "without content-range",
    ),
    (all_cookies_twice, "set-cookie: ["),
    (all_tags_strong, "etag: "),
    (a_wrong_length, "content-length: 3 with"),
    (no_vary_in_304, "vary differs in the 304"),
    (no_trailers, "the trailers are lost"),
    (a_body_for_204, "a body of 5 bytes"),
    (always_well, "200 and not 404"),
];

fn without(mut answer: Response<Body>, name: header::HeaderName) -> Response<Body> {
    answer.headers_mut().remove(name);
    answer
}

fn no_vary_in_304(answer: Response<Body>) -> Response<Body> {
    match answer.status() {
        StatusCode::NOT_MODIFIED => without(answer, header::VARY),
        _ => answer,
    }
}

fn all_cookies_twice(mut answer: Response<Body>) -> Response<Body> {
    let set: Vec<_> = answer
        .headers()
        .get_all(header::SET_COOKIE)
        .iter()
        .cloned()
        .collect();
    for cookie in set {
        answer.headers_mut().append(header::SET_COOKIE, cookie);
    }
    answer
}

fn all_tags_strong(mut answer: Response<Body>) -> Response<Body> {
    if let Some(tag) = answer.headers_mut().get_mut(header::ETAG) {
        let strong = tag.to_str().unwrap().trim_start_matches("W/");
        *tag = HeaderValue::from_str(strong).unwrap();
    }
    answer
}

fn a_wrong_length(mut answer: Response<Body>) -> Response<Body> {
    let length = HeaderValue::from_static("3");
    answer.headers_mut().insert(header::CONTENT_LENGTH, length);
    answer
}

fn no_trailers(answer: Response<Body>) -> Response<Body> {
    answer.map(|body| {
        let data = BodyDataStream::new(body).map_ok(Frame::data);
        Body::new(StreamBody::new(data.boxed()))
    })
}

fn a_body_for_204(mut answer: Response<Body>) -> Response<Body> {
    if answer.status() == StatusCode::NO_CONTENT {
        *answer.body_mut() = "empty".into();
    }
    answer
}

fn always_well(mut answer: Response<Body>) -> Response<Body> {
    *answer.status_mut() = StatusCode::OK;
    answer
}

#[tokio::test]
async fn each_layer_that_lies_is_found_out() {
    let files = files();
    for (lie, expected) in LIARS {
        let sheets = [
            Sheet::ErrorPages,
            Sheet::Compression,
            Sheet::Session,
            Sheet::BasicAuth,
        ];
        let liar = Stack::new(&sheets, &files).lying(lie);
        let found = faults(&liar, &question::table("")).await;
        let mut told = found.iter().map(|(_, fault)| fault);
        assert!(
            told.any(|fault| fault.contains(expected)),
            "{expected}: {found:?}"
        );
    }
}
