//! Answers that are compressed once, and answers whose length tells less.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

use http::{Request, Response};
use plywood_compression::{Coding, CompressionLayer};
use plywood_core::{Body, Mount};

use crate::stage::{Script, Step, call, decode, get_in, html, read};

fn page(letter: &str) -> String {
    [letter, " rose is a rose. "].concat().repeat(1000)
}

fn tagged(body: impl Into<Body>, tag: &str) -> Response<Body> {
    let mut response = html(body.into());
    response.headers_mut().insert("etag", tag.parse().unwrap());
    response
}

fn at(path: &str, coding: Coding) -> Request<Body> {
    let mut request = get_in(coding);
    *request.uri_mut() = path.parse().unwrap();
    request
}

/// The text that comes of this answer.
fn text(layer: &CompressionLayer, request: Request<Body>, response: Response<Body>) -> String {
    let answer = call(layer, request, response);
    let coding = match answer
        .headers()
        .get("content-encoding")
        .map(http::HeaderValue::as_bytes)
    {
        Some(b"gzip") => Coding::Gzip,
        Some(b"deflate") => Coding::Deflate,
        other => panic!("{other:?}"),
    };
    let mut varies = answer.headers().get_all("vary").iter();
    assert!(varies.any(|field| field == "accept-encoding"));
    let length = answer.headers().get("content-length").cloned();
    let data = read(answer.into_body()).data;
    if let Some(length) = length {
        assert_eq!(length, data.len().to_string());
    }
    String::from_utf8(decode(coding, &data).unwrap()).unwrap()
}

/// Whether an answer like the first is given again instead of the second one, which has the same length.
fn is_kept(
    first: (Request<Body>, Response<Body>),
    second: (Request<Body>, Response<Body>),
) -> bool {
    let layer = CompressionLayer::new().cache(1 << 20);
    assert_eq!(text(&layer, first.0, first.1), page("a"));
    let text = text(&layer, second.0, second.1);
    assert!(text == page("a") || text == page("b"));
    text == page("a")
}

#[test]
fn what_has_the_same_url_tag_and_coding_is_compressed_once() {
    let get = || at("/x?q=1", Coding::Gzip);
    let a = || (get(), tagged(page("a"), "\"1\""));
    assert!(is_kept(a(), (get(), tagged(page("b"), "\"1\""))));
    for (second, why) in [
        ((get(), tagged(page("b"), "\"2\"")), "another tag"),
        (
            (at("/x?q=2", Coding::Gzip), tagged(page("b"), "\"1\"")),
            "another URL",
        ),
        (
            (at("/x?q=1", Coding::Deflate), tagged(page("b"), "\"1\"")),
            "another coding",
        ),
    ] {
        assert!(!is_kept(a(), second), "{why}");
    }
    let weak = |letter| (get(), tagged(page(letter), "W/\"1\""));
    assert!(!is_kept(weak("a"), weak("b")));
    let untagged = |letter| (get(), html(Body::from(page(letter))));
    assert!(!is_kept(untagged("a"), untagged("b")));
}

#[test]
fn what_is_one_visitors_own_is_not_kept() {
    for (name, value) in [
        ("cache-control", "private"),
        ("cache-control", "max-age=5, no-store"),
        ("set-cookie", "a=b"),
    ] {
        let answer = |letter| {
            let mut response = tagged(page(letter), "\"1\"");
            response.headers_mut().insert(name, value.parse().unwrap());
            (at("/x", Coding::Gzip), response)
        };
        assert!(!is_kept(answer("a"), answer("b")), "{name}: {value}");
    }
    let signed_in = |letter| {
        let mut request = at("/x", Coding::Gzip);
        request
            .headers_mut()
            .insert("authorization", "Bearer x".parse().unwrap());
        (request, tagged(page(letter), "\"1\""))
    };
    assert!(!is_kept(signed_in("a"), signed_in("b")));
    let other_host = |host: &str, letter| {
        let mut request = at("/x", Coding::Gzip);
        request.headers_mut().insert("host", host.parse().unwrap());
        (request, tagged(page(letter), "\"1\""))
    };
    assert!(!is_kept(
        other_host("one.example", "a"),
        other_host("two.example", "b")
    ));
}

#[test]
fn what_depends_on_who_asks_is_not_kept() {
    for (field, expected) in [
        ("Cookie", false),
        ("accept-language, authorization", false),
        ("origin", true),
    ] {
        let answer = |letter: &str| {
            let mut request = at("/x", Coding::Gzip);
            let cookie = ["session=", letter].concat().parse().unwrap();
            request.headers_mut().insert("cookie", cookie);
            let mut response = tagged(page(letter), "\"1\"");
            response
                .headers_mut()
                .insert("vary", field.parse().unwrap());
            (request, response)
        };
        assert_eq!(is_kept(answer("a"), answer("b")), expected, "{field}");
    }
}

#[test]
fn two_mounts_do_not_share_an_answer() {
    let below = |mount: &str, letter| {
        let mut request = at(&[mount, "/x"].concat(), Coding::Gzip);
        assert!(Mount::enter(&mut request, mount).unwrap());
        assert_eq!(request.uri(), "/x");
        (request, tagged(page(letter), "\"1\""))
    };
    assert!(is_kept(below("/a", "a"), below("/a", "b")));
    assert!(!is_kept(below("/a", "a"), below("/b", "b")));
}

fn stream(letter: &str, ends: bool) -> Response<Body> {
    let text = page(letter);
    let pieces = text
        .as_bytes()
        .chunks(999)
        .map(|piece| Step::Data(piece.to_vec().into()));
    let last = if ends { Step::Wait } else { Step::Fail };
    let steps: Vec<_> = pieces.chain([last]).collect();
    tagged(Body::new(Script::new(steps)), "\"1\"")
}

#[test]
fn a_stream_is_kept_when_it_has_come_to_its_end() {
    let get = || at("/x", Coding::Gzip);
    assert!(is_kept(
        (get(), stream("a", true)),
        (get(), stream("b", true))
    ));

    let layer = CompressionLayer::new().cache(1 << 20);
    let broken = call(&layer, get(), stream("b", false));
    assert!(read(broken.into_body()).error.is_some());
    drop(call(&layer, get(), stream("b", true)));
    assert_eq!(text(&layer, get(), stream("a", true)), page("a"));
}

#[test]
fn padding_makes_each_length_another_one() {
    let layer = CompressionLayer::new().random_padding(100).cache(1 << 20);
    let mut lengths: Vec<_> = (0..50)
        .map(|_| {
            let answer = call(&layer, at("/x", Coding::Gzip), tagged(page("a"), "\"1\""));
            let data = read(answer.into_body()).data;
            assert_eq!(decode(Coding::Gzip, &data).unwrap(), page("a").as_bytes());
            data.len()
        })
        .collect();
    lengths.sort_unstable();
    let spread = lengths.last().unwrap() - lengths.first().unwrap();
    lengths.dedup();
    assert!(lengths.len() > 10 && spread < 100, "{lengths:?}");

    // No other coding has room for it.
    let other = call(
        &layer,
        at("/x", Coding::Deflate),
        html(Body::from(page("a"))),
    );
    assert!(!other.headers().contains_key("content-encoding"));
    let streamed = call(&layer, at("/x", Coding::Gzip), stream("a", true));
    let data = read(streamed.into_body()).data;
    assert_eq!(decode(Coding::Gzip, &data).unwrap(), page("a").as_bytes());
}
