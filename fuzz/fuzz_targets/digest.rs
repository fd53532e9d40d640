#![no_main]

use std::sync::LazyLock;

use futures_util::FutureExt;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::AUTHORIZATION};
use libfuzzer_sys::fuzz_target;
use plywood_auth::{
    DigestAuthLayer,
    digest::{Account, Asked, Credentials, MAX_AUTHORIZATION, User},
};
use plywood_core::{Body, BoxError, Identity};
use tower::{Layer, ServiceExt, service_fn};

static LAYER: LazyLock<DigestAuthLayer> = LazyLock::new(|| {
    DigestAuthLayer::new("shed", |asked: &Asked<'_>| {
        asked
            .is("ada")
            .then(|| Account::by_password(Identity::new("ada"), "ply"))
    })
});

// Whatever is sent: what is read has all that it must have, and nobody gets in by it.
fuzz_target!(|lines: &[u8]| {
    let values = lines
        .split(|byte| *byte == b'\n')
        .filter_map(|line| HeaderValue::from_bytes(line).ok());
    let headers: HeaderMap = values.map(|value| (AUTHORIZATION, value)).collect();
    let read = Credentials::read(&headers);
    if let Ok(Some(credentials)) = &read {
        let field = &headers[AUTHORIZATION];
        assert!(field.len() <= MAX_AUTHORIZATION && headers.len() == 1);
        assert_eq!(
            credentials.qop().is_some() && credentials.count().is_none(),
            false
        );
        let (User::Name(user) | User::Hash(user)) = credentials.user();
        for part in [
            user,
            credentials.realm(),
            credentials.nonce(),
            credentials.uri(),
        ] {
            assert!(part.len() < field.len());
        }
    }
    let is_malformed = read.is_err();
    let inner =
        service_fn(|_: Request<Body>| async { Ok::<_, BoxError>(Response::new(Body::empty())) });
    let mut request = Request::new(Body::empty());
    *request.headers_mut() = headers;
    let answer = LAYER.layer(inner).oneshot(request).now_or_never();
    let response = answer.expect("it does not wait").expect("it does not fail");
    let status = response.status();
    assert!(matches!(
        status,
        StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED | StatusCode::TOO_MANY_REQUESTS
    ));
    assert!(!is_malformed || status == StatusCode::BAD_REQUEST);
});
