#![no_main]

use std::{convert::Infallible, future::ready, io::Read};

use arbitrary::Arbitrary;
use base64::{Engine, engine::general_purpose::STANDARD};
use futures_util::FutureExt;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, Uri, header};
use libfuzzer_sys::fuzz_target;
use plywood_compression::{CompressionLayer, Dictionaries};
use plywood_core::{Body, Path};
use sha2::{Digest, Sha256};
use tower::{Layer, ServiceExt, service_fn};

const FIRST: &str =
    "the first page is what the browser holds, every word of it, and then some more";
const SECOND: &str =
    "the first page is what the browser holds, every word of it, and then the second";

#[derive(Arbitrary, Debug)]
struct Visit {
    pattern: Vec<u8>,
    path: String,
    accepted: Vec<u8>,
    available: Option<Vec<u8>>,
    id: Option<Vec<u8>>,
    mode: bool,
}

/// What a pattern may be made of, and nothing else.
fn pattern(bytes: &[u8]) -> String {
    let allowed = b"abc/*/*.-_~!$&',;=@<>[]^`|";
    let tail = bytes
        .iter()
        .map(|byte| char::from(allowed[usize::from(*byte) % allowed.len()]));
    std::iter::once('/').chain(tail).collect()
}

/// The slow and obvious way.
fn covers(pattern: &[u8], path: &[u8]) -> bool {
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for byte in pattern {
        if *byte == b'*' {
            let first = reached.iter().position(|at| *at).unwrap_or(reached.len());
            reached[first..].fill(true);
        } else {
            for at in (0..path.len()).rev() {
                reached[at + 1] = reached[at] && path[at] == *byte;
            }
            reached[0] = false;
        }
    }
    reached[path.len()]
}

fn ask(
    layer: &CompressionLayer,
    uri: Uri,
    headers: HeaderMap,
    text: &'static str,
) -> (HeaderMap, Vec<u8>) {
    let mut request = Request::get(uri).body(Body::empty()).expect("it is one");
    *request.headers_mut() = headers;
    let response = Response::builder()
        .header(header::CONTENT_TYPE, "text/plain")
        .body(Body::from(text))
        .expect("it is one");
    let mut response = Some(response);
    let service = layer.layer(service_fn(move |_: Request<Body>| {
        ready(Ok::<_, Infallible>(response.take().expect("called once")))
    }));
    let Ok(response) = service
        .oneshot(request)
        .now_or_never()
        .expect("it does not wait");
    let (head, body) = response.into_parts();
    let body = Body::new(body);
    let data = http_body_util::BodyExt::collect(body).now_or_never();
    let data = data
        .expect("it is at hand")
        .expect("nothing fails")
        .to_bytes();
    (head.headers, data.to_vec())
}

fn decoded(coding: &[u8], coded: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    let (magic, is_zstd): (&[u8], bool) = match coding {
        b"dcz" => (&[0x5e, 0x2a, 0x4d, 0x18, 0x20, 0, 0, 0], true),
        b"dcb" => (&[0xff, 0x44, 0x43, 0x42], false),
        other => panic!("{other:?}"),
    };
    let rest = coded.strip_prefix(magic).expect("the magic number");
    let rest = rest
        .strip_prefix(&Sha256::digest(FIRST)[..])
        .expect("the hash");
    if is_zstd {
        let decoder = zstd::stream::read::Decoder::with_ref_prefix(rest, FIRST.as_bytes());
        decoder
            .expect("a decoder")
            .read_to_end(&mut plain)
            .expect("it can be read");
    } else {
        let dictionary = FIRST.as_bytes().to_vec().into();
        let mut decoder = brotli::Decompressor::new_with_custom_dict(rest, 4096, dictionary);
        decoder.read_to_end(&mut plain).expect("it can be read");
    }
    plain
}

// A difference is sent only to whoever names the dictionary by its hash, for a path that the pattern covers, and can be read with it.
fuzz_target!(|visit: Visit| {
    let pattern = pattern(&visit.pattern);
    let Ok(uri) = ["/", visit.path.trim_start_matches('/')]
        .concat()
        .parse::<Uri>()
    else {
        return;
    };
    let dictionaries = Dictionaries::new().answers("/first", &pattern);
    let layer = CompressionLayer::new()
        .min_size(0)
        .dictionaries(dictionaries);

    let all = HeaderMap::from_iter([(
        header::ACCEPT_ENCODING,
        HeaderValue::from_static("zstd, br"),
    )]);
    let (learnt, _) = ask(&layer, Uri::from_static("/first"), all, FIRST);
    let hash = Sha256::digest(FIRST);
    let id = learnt["use-as-dictionary"].to_str().expect("it is ASCII");
    let id = id
        .strip_prefix(&format!("match=\"{pattern}\", id="))
        .expect("the pattern as it is");

    let mut headers = HeaderMap::new();
    let mut insert = |name, value: &[u8]| {
        if let Ok(value) = HeaderValue::from_bytes(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    let named = format!(":{}:", STANDARD.encode(hash));
    insert(
        "accept-encoding",
        &[&visit.accepted[..], b", dcz;q=0.9, dcb;q=0.8"].concat(),
    );
    insert(
        "available-dictionary",
        visit.available.as_deref().unwrap_or(named.as_bytes()),
    );
    if let Some(id) = &visit.id {
        insert("dictionary-id", id);
    }
    if visit.mode {
        insert("sec-fetch-mode", b"no-cors");
        insert("sec-fetch-site", b"cross-site");
    }
    let is_named = headers
        .get("available-dictionary")
        .is_some_and(|sent| sent.as_bytes().trim_ascii() == named.as_bytes());
    let is_meant = headers.get("dictionary-id").is_none_or(|sent| sent == id);
    let is_covered =
        Path::read(&uri).is_ok_and(|path| covers(pattern.as_bytes(), path.as_str().as_bytes()));

    let (answered, coded) = ask(&layer, uri, headers, SECOND);
    let coding = answered
        .get(header::CONTENT_ENCODING)
        .map(HeaderValue::as_bytes);
    let varies = answered
        .get_all(header::VARY)
        .iter()
        .any(|field| field == "available-dictionary");
    assert_eq!(varies, is_covered);
    match coding {
        Some(coding @ (b"dcz" | b"dcb")) => {
            assert!(is_named && is_meant && is_covered && !visit.mode);
            assert_eq!(decoded(coding, &coded), SECOND.as_bytes());
        }
        Some(_) => {}
        None => assert_eq!(coded, SECOND.as_bytes()),
    }
});
