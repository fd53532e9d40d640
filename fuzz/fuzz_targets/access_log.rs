#![no_main]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use arbitrary::Arbitrary;
use futures_util::FutureExt;
use http::{HeaderValue, Request, Response, header};
use libfuzzer_sys::fuzz_target;
use plywood_access_log::AccessLogLayer;
use plywood_core::{Body, Identity};
use tower::{Layer, ServiceExt, service_fn};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    user: &'a str,
    target: &'a str,
    agent: &'a [u8],
    referer: &'a str,
}

const SECRET: &str = "k3pt-t0-1tself";

// Whatever a client sends: one line of visible text, of as many fields as ever, without the secret.
fuzz_target!(|input: Input<'_>| {
    if [input.user, input.target, input.referer]
        .concat()
        .contains("k3pt")
        || input.agent.windows(4).any(|window| window == b"k3pt")
    {
        return;
    }
    let with_secret = |url: &str| format!("{url}?a&token={SECRET}");
    let request = Request::get(with_secret(&format!("/{}", input.target)));
    let Ok(mut request) = request.body(Body::empty()) else {
        return;
    };
    let fields = [
        (header::USER_AGENT, HeaderValue::from_bytes(input.agent)),
        (header::REFERER, with_secret(input.referer).try_into()),
    ];
    for (name, value) in fields {
        if let Ok(value) = value {
            request.headers_mut().insert(name, value);
        }
    }

    let written = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&written);
    let user = input.user.to_owned();
    let log = AccessLogLayer::new(move |line: &[u8]| {
        sink.lock()
            .expect("nothing panics with it")
            .push(line.to_vec());
    });
    let service = log
        .utc()
        .layer(service_fn(move |mut request: Request<Body>| {
            Identity::new(user.as_str()).leave(&mut request);
            std::future::ready(Ok::<_, Infallible>(Response::new(Body::empty())))
        }));
    let answer = service.oneshot(request).now_or_never();
    drop(answer.expect("it does not wait"));

    let written = written.lock().expect("nothing panics with it");
    let [line] = &written[..] else {
        panic!("a request has one line: {written:?}");
    };
    let line = std::str::from_utf8(line).expect("it is ASCII");
    assert!(
        line.bytes().all(|byte| (b' '..=b'~').contains(&byte)),
        "{line}"
    );
    assert!(!line.contains(SECRET), "{line}");
    let bare = line.replace("\\\\", "").replace("\\\"", "");
    assert!(!bare.trim_end_matches('"').ends_with('\\'), "{line}");
    let quoted: Vec<_> = bare.split('"').collect();
    if !input.user.is_empty() {
        assert_eq!(quoted.len(), 7, "{line}");
        assert_eq!(quoted[0].split(' ').count(), 6, "{line}");
        assert_eq!(quoted[2], " 200 - ", "{line}");
    }
});
