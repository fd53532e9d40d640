#![no_main]

use std::sync::LazyLock;

use arbitrary::Arbitrary;
use futures_util::FutureExt;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use plywood_auth::FormLoginLayer;
use plywood_core::{Body, BoxError, Identity};
use plywood_session::{MemoryStore, SessionLayer};
use tower::{Layer, ServiceExt, service_fn};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    origin: Option<&'a [u8]>,
    form: &'a [u8],
}

static SESSION: LazyLock<SessionLayer> =
    LazyLock::new(|| SessionLayer::new(MemoryStore::new()).insecure_cookies());

static LOGIN: LazyLock<FormLoginLayer> = LazyLock::new(|| {
    FormLoginLayer::new(|name: &str, password: &str| {
        assert!(!name.is_empty() && !password.is_empty());
        (name != "eve").then(|| Identity::new(name))
    })
});

// Whatever is posted: nobody signs in from another site, nobody is sent to one, and no markup comes back.
fuzz_target!(|input: Input<'_>| {
    let inner =
        service_fn(|_: Request<Body>| async { Ok::<_, BoxError>(Response::new(Body::empty())) });
    let service = SESSION.layer(LOGIN.layer(inner));
    let request = Request::post("/login")
        .header(header::HOST, "shop.example")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    let form = Body::from(input.form.to_vec());
    let mut request = request.body(form).expect("it is one");
    let origin = input
        .origin
        .map(HeaderValue::from_bytes)
        .and_then(Result::ok);
    let is_own = origin.as_ref().is_none_or(|origin| {
        let origin = origin.as_bytes().to_ascii_lowercase();
        matches!(
            &origin[..],
            b"https://shop.example" | b"http://shop.example"
        )
    });
    if let Some(origin) = origin {
        request.headers_mut().insert(header::ORIGIN, origin);
    }

    let answer = service.oneshot(request).now_or_never();
    let response = answer.expect("it does not wait").expect("it does not fail");
    let status = response.status();
    assert!(!status.is_server_error(), "{status}");
    assert!(is_own || status == StatusCode::FORBIDDEN, "{status}");
    if let Some(location) = response.headers().get(header::LOCATION) {
        let location = location.to_str().expect("it is ASCII");
        assert!(location.starts_with('/') && !location.starts_with("//"));
        assert!(!location.contains('\\'), "{location}");
    }
    let page = response.into_body().collect().now_or_never();
    let page = page.expect("it does not wait").expect("it does not fail");
    let page = String::from_utf8_lossy(&page.to_bytes()).to_ascii_lowercase();
    assert!(!page.contains("<script") && !page.contains("<img"));
});
