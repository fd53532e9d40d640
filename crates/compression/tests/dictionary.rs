//! Answers that become dictionaries, and answers that travel as the difference.

#![cfg(all(
    feature = "dictionary",
    feature = "zstd",
    feature = "br",
    feature = "gzip"
))]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod stage;

use std::io::Read;

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{Request, Response};
use plywood_compression::{Coding, CompressionLayer, Dictionaries, EntityTags};
use plywood_core::{Body, Mount, NoCompress};
use proptest::{collection::vec, prelude::*};
use sha2::{Digest, Sha256};

use crate::stage::{Script, Step, bare, call, decode, gunzip, html, read};

const BROWSER: &str = "gzip, deflate, br, zstd, dcb, dcz";

fn hash(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

/// The name under which the browser keeps it.
fn id(bytes: &[u8]) -> String {
    let digits = hash(bytes)[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect::<Vec<_>>();
    digits.concat()
}

fn named(bytes: &[u8]) -> String {
    format!(":{}:", STANDARD.encode(hash(bytes)))
}

/// What a browser that holds `dictionary` asks.
fn asks(path: &str, accepts: &str, dictionary: Option<&[u8]>) -> Request<Body> {
    let mut request = Request::get(path).header("accept-encoding", accepts);
    if let Some(dictionary) = dictionary {
        request = request.header("available-dictionary", named(dictionary));
    }
    request.body(Body::empty()).unwrap()
}

fn cacheable(body: impl Into<Body>) -> Response<Body> {
    let mut response = html(body.into());
    let headers = response.headers_mut();
    headers.insert("cache-control", "max-age=3600".parse().unwrap());
    headers.insert("etag", "\"v\"".parse().unwrap());
    response
}

/// A page of a thousand lines; of another version, `changed` of them are other ones.
fn page(version: u32, changed: usize) -> String {
    let noise = |seed: u32| {
        seed.wrapping_mul(2_654_435_761)
            .rotate_left(7)
            .wrapping_mul(2_246_822_519)
    };
    let line = |at: u32| {
        let is_changed = changed > 0 && at.is_multiple_of(1000 / u32::try_from(changed).unwrap());
        let seed = if is_changed { at + 1000 * version } else { at };
        format!(
            "<li id=\"entry-{at}\" class=\"row\"><a href=\"/item/{:x}\">item {:x}</a>, stock {}, price {}</li>\n",
            noise(seed),
            noise(seed + 7_919),
            noise(seed + 104_729) % 997,
            noise(seed + 1_299_709) % 9973,
        )
    };
    (0..1000).map(line).collect::<Vec<_>>().concat()
}

/// Decodes by the rules of RFC 9842: the header must name the dictionary.
fn decode_difference(coding: &str, coded: &[u8], dictionary: &[u8]) -> Vec<u8> {
    let magic: &[u8] = match coding {
        "dcz" => &[0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0],
        _ => &[0xff, 0x44, 0x43, 0x42],
    };
    let rest = coded.strip_prefix(magic).expect("the magic number");
    let rest = rest.strip_prefix(&hash(dictionary)).expect("the hash");
    let mut plain = Vec::new();
    if coding == "dcz" {
        let decoder = zstd::stream::read::Decoder::with_ref_prefix(rest, dictionary);
        decoder.unwrap().read_to_end(&mut plain).unwrap();
    } else {
        let dictionary = dictionary.to_vec().into();
        let mut decoder = brotli::Decompressor::new_with_custom_dict(rest, 4096, dictionary);
        decoder.read_to_end(&mut plain).unwrap();
    }
    plain
}

fn layer() -> CompressionLayer {
    let dictionaries = Dictionaries::new().answers("/page/*", "/page/*");
    CompressionLayer::new().dictionaries(dictionaries)
}

/// A layer that has answered this already to a browser that keeps it.
fn after(first: &str) -> CompressionLayer {
    let layer = layer();
    let answer = call(
        &layer,
        asks("/page/1", BROWSER, None),
        cacheable(first.to_owned()),
    );
    let id = id(first.as_bytes());
    assert_eq!(
        answer.headers()["use-as-dictionary"],
        format!("match=\"/page/*\", id=\"{id}\"")
    );
    assert_eq!(answer.headers()["content-encoding"], "zstd");
    layer
}

fn vary(response: &Response<Body>) -> Vec<&str> {
    let lines = response.headers().get_all("vary").iter();
    lines.map(|line| line.to_str().unwrap()).collect()
}

#[test]
fn a_page_that_changed_a_little_travels_as_the_difference() {
    let (first, second) = (page(0, 50), page(1, 50));
    assert!(second.len() > 85_000);
    let layer = after(&first);
    for (accepts, coding) in [
        (BROWSER, "dcz"),
        ("gzip, br, dcb", "dcb"),
        ("gzip, dcz;q=0, dcb", "dcb"),
        ("gzip;q=0.5, dcz;q=0.4, dcb;q=0.6", "dcb"),
        ("dcz", "dcz"),
    ] {
        let request = asks("/page/2", accepts, Some(first.as_bytes()));
        let answer = call(&layer, request, cacheable(second.clone()));
        assert_eq!(answer.headers()["content-encoding"], coding);
        assert_eq!(answer.headers()["etag"], "W/\"v\"");
        assert_eq!(vary(&answer), ["accept-encoding", "available-dictionary"]);
        let length = answer.headers()["content-length"]
            .to_str()
            .unwrap()
            .to_owned();
        let coded = read(answer.into_body()).data;
        assert_eq!(length, coded.len().to_string());
        assert_eq!(
            decode_difference(coding, &coded, first.as_bytes()),
            second.as_bytes()
        );

        let gzip = CompressionLayer::new().level(Coding::Gzip, 6);
        let gzip = call(
            &gzip,
            asks("/", "gzip", None),
            html(Body::from(second.clone())),
        );
        let gzip = read(gzip.into_body()).data.len();
        assert!(
            coded.len() * 1000 <= gzip * 75,
            "{coding}: {} of {gzip}",
            coded.len()
        );
    }
}

#[test]
fn a_long_body_comes_out_smaller_than_without_a_dictionary() {
    // Longer than the window that the library would choose by itself.
    let dictionary = page(0, 0);
    let second: Vec<_> = (100..112).map(|version| page(version, 200)).collect();
    let second = second.concat();
    let known = Dictionaries::new().known(dictionary.clone(), "/*");
    let layer = CompressionLayer::new().dictionaries(known);
    let plain = CompressionLayer::new();
    for (accepts, coding, without) in [("dcz", "dcz", "zstd"), ("dcb", "dcb", "br")] {
        let request = asks("/long", accepts, Some(dictionary.as_bytes()));
        let answer = call(&layer, request, cacheable(second.clone()));
        assert_eq!(answer.headers()["content-encoding"], coding);
        let coded = read(answer.into_body()).data;
        assert_eq!(
            decode_difference(coding, &coded, dictionary.as_bytes()),
            second.as_bytes()
        );
        let other = call(
            &plain,
            asks("/long", without, None),
            html(Body::from(second.clone())),
        );
        let other = read(other.into_body()).data.len();
        assert!(coded.len() < other, "{coding}: {} of {other}", coded.len());
    }
}

#[test]
fn whoever_holds_no_dictionary_of_ours_gets_the_whole() {
    let (first, second) = (page(0, 50), page(1, 50));
    let layer = after(&first);
    let holds = first.as_bytes();
    let plain = |request: Request<Body>| {
        let said = format!("{:?}", request.headers());
        let covered = request.uri().path().starts_with("/page/");
        let answer = call(&layer, request, cacheable(second.clone()));
        let coding = answer.headers()["content-encoding"]
            .to_str()
            .unwrap()
            .to_owned();
        assert_eq!(
            vary(&answer).contains(&"available-dictionary"),
            covered,
            "{said}"
        );
        assert!(coding == "zstd" || coding == "gzip", "{said} {coding}");
        decode(
            if coding == "zstd" {
                Coding::Zstd
            } else {
                Coding::Gzip
            },
            &read(answer.into_body()).data,
        )
        .unwrap();
    };
    plain(asks("/page/2", BROWSER, None));
    plain(asks("/page/2", BROWSER, Some(b"never sent")));
    plain(asks("/page/2", "gzip", Some(holds)));
    plain(asks("/page/2", "*", Some(holds)));
    plain(asks("/page/2", "gzip, dcz;q=0.9", Some(holds)));
    plain(asks("/other/2", BROWSER, Some(holds)));
    for (name, value) in [
        ("dictionary-id", "\"another\""),
        ("available-dictionary", ":AAAA:"),
    ] {
        let mut request = asks("/page/2", BROWSER, Some(holds));
        request.headers_mut().insert(name, value.parse().unwrap());
        plain(request);
    }
    let mut request = asks("/page/2", BROWSER, Some(holds));
    for (name, value) in [
        ("sec-fetch-mode", "no-cors"),
        ("sec-fetch-site", "cross-site"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    plain(request);
}

#[test]
fn the_right_id_and_the_same_origin_are_no_hindrance() {
    let (first, second) = (page(0, 50), page(1, 50));
    let layer = after(&first);
    let mut request = asks("/page/2", BROWSER, Some(first.as_bytes()));
    for (name, value) in [
        ("dictionary-id", format!("\"{}\"", id(first.as_bytes()))),
        ("sec-fetch-mode", "no-cors".into()),
        ("sec-fetch-site", "same-origin".into()),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let answer = call(&layer, request, cacheable(second));
    assert_eq!(answer.headers()["content-encoding"], "dcz");
}

#[test]
fn what_must_not_be_kept_is_not_kept() {
    let text = page(0, 50);
    let becomes = |path: &str, accepts: &str, status: u16, field: (&'static str, &str)| {
        let mut response = cacheable(text.clone());
        *response.status_mut() = status.try_into().unwrap();
        response
            .headers_mut()
            .insert(field.0, field.1.parse().unwrap());
        let answer = call(&layer(), asks(path, accepts, None), response);
        answer.headers().contains_key("use-as-dictionary")
    };
    let harmless = ("x-other", "1");
    assert!(becomes("/page/1", BROWSER, 200, harmless));
    assert!(!becomes("/other", BROWSER, 200, harmless));
    // Whoever holds no dictionary yet does not speak of them.
    assert!(becomes("/page/1", "gzip, br, zstd", 200, harmless));
    assert!(!becomes("/page/1", BROWSER, 404, harmless));
    assert!(!becomes(
        "/page/1",
        BROWSER,
        200,
        ("cache-control", "no-store")
    ));
    assert!(!becomes(
        "/page/1",
        BROWSER,
        200,
        ("cache-control", "private, max-age=60")
    ));
    assert!(!becomes("/page/1", BROWSER, 200, ("set-cookie", "a=b")));

    for fields in ["cookie", "Accept-Language, Authorization", "*"] {
        assert!(!becomes("/page/1", BROWSER, 200, ("vary", fields)));
    }
    assert!(becomes("/page/1", BROWSER, 200, ("vary", "origin")));

    let mut request = asks("/page/1", BROWSER, None);
    request
        .headers_mut()
        .insert("authorization", "Bearer x".parse().unwrap());
    let answer = call(&layer(), request, cacheable(text.clone()));
    assert!(!answer.headers().contains_key("use-as-dictionary"));

    let mut secret = cacheable(text);
    secret.extensions_mut().insert(NoCompress::KeepVary);
    let answer = call(&layer(), asks("/page/1", BROWSER, None), secret);
    assert!(!answer.headers().contains_key("use-as-dictionary"));
}

#[test]
fn below_a_mount_a_pattern_covers_the_path_that_was_sent() {
    let text = page(0, 50);
    let becomes = |pattern: &str| {
        let dictionaries = Dictionaries::new().answers(pattern, pattern);
        let layer = CompressionLayer::new().dictionaries(dictionaries);
        let mut request = asks("/shop/page/1", BROWSER, None);
        assert!(Mount::enter(&mut request, "/shop").unwrap());
        let answer = call(&layer, request, cacheable(text.clone()));
        answer.headers().contains_key("use-as-dictionary")
    };
    assert!(becomes("/shop/page/*"));
    assert!(!becomes("/page/*"));
}

#[test]
fn an_answer_from_the_cache_becomes_a_dictionary_too() {
    let long = page(0, 50).repeat(3);
    for text in [page(0, 50), long] {
        let layer = layer().cache(1 << 20);
        let get = |body: Body| {
            let answer = bare(&layer, asks("/page/1", "gzip", None), cacheable(body));
            let field = answer.headers().get("use-as-dictionary").cloned();
            assert_eq!(
                gunzip(&read(answer.into_body()).data).unwrap(),
                text.as_bytes()
            );
            field
        };
        let first = get(text.clone().into());
        assert!(first.is_some());
        assert_eq!(get(text.clone().into()), first);
    }
    // The lint hides in a wrapper that the bytes are at hand.
    let (text, layer) = (page(0, 50), layer().cache(1 << 20));
    for _ in 0..2 {
        let request = asks("/page/1", "gzip", None);
        let answer = call(&layer, request, cacheable(text.clone()));
        assert!(answer.headers().contains_key("use-as-dictionary"));
    }
}

#[test]
fn a_browser_keeps_only_what_the_server_keeps() {
    let text = page(0, 50);
    for (most, expected) in [(text.len() - 1, false), (text.len(), true)] {
        let dictionaries = Dictionaries::new()
            .answers("/page/*", "/page/*")
            .max_bytes(most);
        let layer = CompressionLayer::new().dictionaries(dictionaries);
        for _ in 0..2 {
            let answer = call(
                &layer,
                asks("/page/1", BROWSER, None),
                cacheable(text.clone()),
            );
            let is_told = answer.headers().contains_key("use-as-dictionary");
            assert_eq!(is_told, expected, "{most}");
        }
    }
}

#[test]
fn the_same_bytes_are_a_dictionary_for_each_pattern() {
    let (first, second) = (page(0, 50), page(1, 50));
    let dictionaries = Dictionaries::new()
        .answers("/a/*", "/a/*")
        .answers("/b/*", "/b/*");
    let layer = CompressionLayer::new().dictionaries(dictionaries);
    for path in ["/a/1", "/b/1"] {
        let answer = call(&layer, asks(path, BROWSER, None), cacheable(first.clone()));
        assert!(answer.headers().contains_key("use-as-dictionary"));
    }
    for path in ["/a/2", "/b/2"] {
        let request = asks(path, BROWSER, Some(first.as_bytes()));
        let answer = call(&layer, request, cacheable(second.clone()));
        assert_eq!(answer.headers()["content-encoding"], "dcz", "{path}");
    }
}

#[test]
fn two_dictionaries_never_share_a_strong_tag() {
    let (first, second) = (page(0, 50), page(1, 50));
    let layer = after(&first).entity_tags(EntityTags::Suffixed);
    let request = asks("/page/2", BROWSER, Some(first.as_bytes()));
    let answer = call(&layer, request, cacheable(second));
    assert_eq!(answer.headers()["etag"], "W/\"v\"");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn however_a_body_is_cut_it_comes_back(
        dictionary in vec(any::<u8>(), 16..3000),
        pieces in vec((vec(any::<u8>(), 0..300), any::<bool>()), 0..12),
    ) {
        let known = Dictionaries::new().known(dictionary.clone(), "/*");
        let layer = CompressionLayer::new().dictionaries(known);
        // Half of it is what the dictionary holds, shifted.
        let pieces: Vec<_> = pieces
            .into_iter()
            .map(|(bytes, is_known)| if is_known { dictionary[dictionary.len() / 3..].to_vec() } else { bytes })
            .collect();
        let steps = pieces.iter().flat_map(|piece| [Step::Data(Bytes::from(piece.clone())), Step::Wait]);
        let request = asks("/", "dcz", Some(&dictionary));
        let answer = call(&layer, request, cacheable(Body::new(Script::new(steps))));
        prop_assert_eq!(&answer.headers()["content-encoding"], "dcz");
        let coded = read(answer.into_body()).data;
        prop_assert_eq!(decode_difference("dcz", &coded, &dictionary), pieces.concat());

        let plain = pieces.concat().repeat(4);
        for coding in ["dcz", "dcb"] {
            let request = asks("/", coding, Some(&dictionary));
            let answer = call(&layer, request, cacheable(plain.clone()));
            let is_coded = answer.headers().contains_key("content-encoding");
            let data = read(answer.into_body()).data;
            let back = if is_coded { decode_difference(coding, &data, &dictionary) } else { data };
            prop_assert_eq!(&back, &plain);
        }
    }
}
