#![no_main]

use std::sync::LazyLock;

use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Request, Response, header};
use libfuzzer_sys::fuzz_target;
use plywood_core::{Body, BoxError};
use plywood_session::{Keys, MemoryStore, Session, SessionLayer};
use plywood_session_core::Id;
use tower::{Layer, ServiceExt, service_fn};

static KEYS: LazyLock<Keys> =
    LazyLock::new(|| Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").expect("it is a secret"));

/// New for each run: what a store keeps from one run to the next looks like a leak, for which libFuzzer would search after each.
fn layers() -> [SessionLayer; 3] {
    let store = || SessionLayer::new(MemoryStore::new());
    [
        store(),
        store().signed(KEYS.clone()),
        SessionLayer::sealed(KEYS.clone()),
    ]
}

/// Remembers what it was sent, and answers what it had remembered.
async fn remember(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let said = session.get::<String>("said").await?.unwrap_or_default();
    session.insert("said", request.uri().path())?;
    Ok(Response::new(said.into()))
}

fn ask(layer: &SessionLayer, cookies: HeaderMap) -> (HeaderMap, String) {
    let mut request = Request::get("/ada").body(Body::empty()).expect("it is one");
    *request.headers_mut() = cookies;
    let answer = layer
        .layer(service_fn(remember))
        .oneshot(request)
        .now_or_never();
    let response = answer.expect("it does not wait").expect("it does not fail");
    assert!(response.status().is_success());
    let (head, body) = response.into_parts();
    let body = body.try_into_bytes().expect("it is at hand");
    (
        head.headers,
        String::from_utf8(body.to_vec()).expect("it was text"),
    )
}

// No visitor is known by what a stranger made up, and one who was given a cookie is known by it.
fuzz_target!(|lines: &[u8]| {
    if let Some(id) = std::str::from_utf8(lines).ok().and_then(Id::parse) {
        assert_eq!(id.as_str().as_bytes(), lines);
    }
    let lines = lines.split(|byte| *byte == b'\n');
    let mut forged = HeaderMap::new();
    for line in lines {
        let named = [b"__Host-session=", line].concat();
        for line in [line, &named] {
            if let Ok(line) = HeaderValue::from_bytes(line) {
                forged.append(header::COOKIE, line);
            }
        }
    }
    for layer in &layers() {
        let (answered, said) = ask(layer, forged.clone());
        assert_eq!(said, "");
        let given = answered[header::SET_COOKIE].to_str().expect("it is ASCII");
        let (pair, _) = given.split_once(';').expect("a cookie has attributes");
        let pair = HeaderValue::from_str(pair).expect("it was a part of one");
        let (_, said) = ask(layer, HeaderMap::from_iter([(header::COOKIE, pair)]));
        assert_eq!(said, "/ada");
    }
});
