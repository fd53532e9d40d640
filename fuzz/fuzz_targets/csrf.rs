#![no_main]

use std::{convert::Infallible, sync::LazyLock};

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use libfuzzer_sys::fuzz_target;
use plywood_core::{Body, BoxError};
use plywood_csrf::{CsrfLayer, Token};
use plywood_session::{MemoryStore, SessionLayer};
use plywood_session_core::Session;
use tower::{Layer, ServiceExt, service_fn};

/// Where the token of the visitor's session is to stand.
const PLACE: &[u8] = b"TOKEN";

static SESSION: LazyLock<SessionLayer> =
    LazyLock::new(|| SessionLayer::new(MemoryStore::new()).insecure_cookies());

/// The cookie of a visitor, and a token of his.
static VISITOR: LazyLock<(HeaderValue, String)> = LazyLock::new(|| {
    let response = answer(Request::new(Body::empty()));
    let cookie = response.headers()[header::SET_COOKIE].clone();
    let (_, token) = read(response);
    let token = String::from_utf8(token.to_vec()).expect("it is text");
    (cookie, token)
});

/// A GET is answered with a token, anything else with what was sent.
async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    if request.method().is_safe() {
        let token = Token::of(Session::of(&request)?).await?;
        return Ok(Response::new(token.as_str().to_owned().into()));
    }
    Ok(Response::new(request.into_body()))
}

fn answer(request: Request<Body>) -> Response<Body> {
    let service = SESSION.layer(CsrfLayer::new().layer(service_fn(page)));
    let answer = service.oneshot(request).now_or_never();
    answer.expect("it does not wait").expect("it does not fail")
}

fn read(response: Response<Body>) -> (StatusCode, Bytes) {
    let status = response.status();
    let body = response.into_body().collect().now_or_never();
    let body = body.expect("it does not wait").expect("it does not fail");
    (status, body.to_bytes())
}

/// Posts a form in pieces of this size.
fn post(content_type: &HeaderValue, form: &Bytes, size: usize) -> (StatusCode, Bytes) {
    let pieces = form
        .chunks(size)
        .map(|piece| Ok::<_, Infallible>(Frame::data(form.slice_ref(piece))));
    let pieces: Vec<_> = pieces.collect();
    let request = Request::post("/")
        .header(header::CONTENT_TYPE, content_type)
        .header(header::COOKIE, &VISITOR.0)
        .body(Body::new(StreamBody::new(stream::iter(pieces))));
    read(answer(request.expect("it is one")))
}

fn position(text: &[u8], part: &[u8]) -> Option<usize> {
    text.windows(part.len()).position(|window| window == part)
}

// The first line is the media type, and the rest a form. However it is cut it is judged alike; it is let in whole, and not without its token.
fuzz_target!(|input: &[u8]| {
    let Some(end) = input.iter().position(|byte| *byte == b'\n') else {
        return;
    };
    let (content_type, form) = (&input[..end], &input[end + 1..]);
    let Ok(content_type) = HeaderValue::from_bytes(content_type) else {
        return;
    };
    let token = VISITOR.1.as_bytes();
    let form = match position(form, PLACE) {
        Some(place) => [&form[..place], token, &form[place + PLACE.len()..]].concat(),
        None => form.to_vec(),
    };
    let form = Bytes::from(form);
    let whole = post(&content_type, &form, usize::MAX);
    for size in [1, 7] {
        assert_eq!(whole, post(&content_type, &form, size));
    }
    match whole.0 {
        StatusCode::OK => {
            assert_eq!(whole.1, form);
            let is_multipart = content_type
                .as_bytes()
                .to_ascii_lowercase()
                .starts_with(b"multipart");
            assert!(!is_multipart || position(&form, token).is_some());
        }
        status => assert_eq!(status, StatusCode::FORBIDDEN),
    }
});
