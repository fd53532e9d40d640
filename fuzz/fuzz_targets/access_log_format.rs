#![no_main]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use arbitrary::Arbitrary;
use futures_util::FutureExt;
use http::{HeaderValue, Request, Response, header};
use libfuzzer_sys::fuzz_target;
use plywood_access_log::{AccessLogLayer, Format, FormatError};
use plywood_core::{Body, Connection, Identity, extensions::Secured};
use tower::{Layer, ServiceExt, service_fn};

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    pattern: &'a str,
    user: &'a str,
    agent: &'a [u8],
}

// Whatever the pattern: it is compiled or refused with a place in it, and its lines have no control character that is not its own.
fuzz_target!(|input: Input<'_>| {
    let languages: [fn(&str) -> Result<Format, FormatError>; 3] =
        [Format::apache, Format::nginx, Format::w3c];
    for language in languages {
        match language(input.pattern) {
            Ok(format) => follow(format, &input),
            Err(error) => {
                assert!(input.pattern.get(error.span()).is_some(), "{error}");
                assert!(!error.to_string().is_empty());
            }
        }
    }
});

fn follow(format: Format, input: &Input<'_>) {
    let mut request = Request::new(Body::empty());
    if let Ok(agent) = HeaderValue::from_bytes(input.agent) {
        request.headers_mut().insert(header::USER_AGENT, agent);
    }
    let tls = Secured::new("1.3", "TLS_AES_128_GCM_SHA256").server_name(input.user);
    let connection = Connection::new(1).secured(tls);
    request.extensions_mut().insert(connection.next_request());
    let lines = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&lines);
    let log = AccessLogLayer::new(move |line: &[u8]| {
        let line = String::from_utf8(line.to_vec()).expect("a line is text");
        sink.lock().expect("nothing panics with it").push(line);
    });
    let user = Identity::new(input.user);
    let service = log
        .utc()
        .format(format)
        .layer(service_fn(move |request: Request<Body>| {
            user.tell(&request);
            std::future::ready(Ok::<_, Infallible>(Response::new(Body::empty())))
        }));
    drop(
        service
            .oneshot(request)
            .now_or_never()
            .expect("it does not wait"),
    );
    let lines = lines.lock().expect("nothing panics with it");
    let line = lines.last().expect("a request has a line");
    // Those of the pattern are its own: as they stand, or as `\n` and `\t`.
    let has_own = input.pattern.contains(char::is_control)
        || input.pattern.contains("\\n")
        || input.pattern.contains("\\t");
    assert!(has_own || !line.contains(char::is_control), "{line:?}");
}
