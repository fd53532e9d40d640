//! Answers that are compressed once, and answers whose length tells less.

#![cfg(feature = "gzip")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

#[cfg(unix)]
use std::{fs, path::Path};

use http::{Request, Response};
use plywood_compression::{Coding, CompressionLayer};
#[cfg(unix)]
use plywood_core::FileIdentity;
use plywood_core::{Body, Mount};

use crate::stage::{Script, Step, call, decode, get, get_in, html, read};

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

/// The page of this letter, as an answer that says it is this file.
#[cfg(unix)]
fn as_file(path: &Path, letter: &str, tag: Option<&str>) -> Response<Body> {
    let mut response = html(Body::from(page(letter)));
    let identity = FileIdentity::new(&fs::metadata(path).unwrap()).unwrap();
    assert_eq!(identity.length(), page(letter).len() as u64);
    response.extensions_mut().insert(identity);
    if let Some(tag) = tag {
        response.headers_mut().insert("etag", tag.parse().unwrap());
    }
    response
}

#[cfg(unix)]
#[test]
fn a_file_is_known_at_every_url_and_another_one_by_no_tag() {
    let directory = tempfile::tempdir().unwrap();
    let [one, two] = ["one", "two"].map(|name| directory.path().join(name));
    fs::write(&one, page("a")).unwrap();
    fs::write(&two, page("a")).unwrap();
    let get = |path| at(path, Coding::Gzip);
    for tag in [None, Some("W/\"1\""), Some("\"1\"")] {
        let first = || (get("/x"), as_file(&one, "a", tag));
        let same = (get("/y"), as_file(&one, "b", tag));
        assert!(is_kept(first(), same), "{tag:?}");
        let another = (get("/x"), as_file(&two, "b", tag));
        assert!(!is_kept(first(), another), "{tag:?}");
        let retagged = (get("/x"), as_file(&one, "b", Some("\"2\"")));
        assert!(!is_kept(first(), retagged), "{tag:?}");
        let coding = (at("/x", Coding::Deflate), as_file(&one, "b", tag));
        assert!(!is_kept(first(), coding), "{tag:?}");
    }

    // Whoever made the body longer forgot to say that it is no file's any more.
    let layer = CompressionLayer::new().cache(1 << 20);
    let longer = |letter: &str| {
        let response = as_file(&one, letter, None);
        response.map(|_| Body::from([&page(letter), "more"].concat()))
    };
    for letter in ["a", "b"] {
        let text = text(&layer, get("/x"), longer(letter));
        assert_eq!(text, [&page(letter), "more"].concat());
    }
}

#[cfg(unix)]
#[test]
fn what_is_compressed_is_no_file_any_more() {
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), page("a")).unwrap();
    let layer = CompressionLayer::new();
    let coded = call(&layer, get(), as_file(file.path(), "a", None));
    assert_eq!(FileIdentity::of(&coded), None);
    let mut request = get();
    request.headers_mut().remove("accept-encoding");
    let plain = call(&layer, request, as_file(file.path(), "a", None));
    assert!(FileIdentity::of(&plain).is_some());
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
