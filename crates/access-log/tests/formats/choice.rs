//! Which requests are logged.

use std::sync::{Arc, Mutex};

use http::{HeaderName, Request, Response, StatusCode, Version};
use plywood_access_log::{Ending, Format};
use plywood_core::{Body, MatchedRoute};

use crate::{Log, exchange, get};

#[test]
fn what_is_logged_can_be_chosen() {
    let log = Log::default();
    let layer = log
        .layer()
        .format(Format::apache("%U %s").unwrap())
        .requests(|request| request.headers.get("x-quiet").is_none())
        .records(|record| record.status() != 304)
        .health_checks(["/healthz"]);
    let answer = |request: &mut Request<Body>| {
        let status = match request.uri().path() {
            "/304" => StatusCode::NOT_MODIFIED,
            "/%68ealthz" if request.uri().query() == Some("ill") => StatusCode::SERVICE_UNAVAILABLE,
            _ => StatusCode::OK,
        };
        Ok(Response::builder().status(status).body(Body::empty())?)
    };
    let mut quiet = get("/quiet");
    quiet
        .headers_mut()
        .insert(HeaderName::from_static("x-quiet"), "1".parse().unwrap());
    let mut conditional = get("/304");
    conditional
        .headers_mut()
        .insert("if-none-match", "*".parse().unwrap());
    for request in [
        quiet,
        conditional,
        get("/healthz"),
        get("/%68ealthz"),
        get("/%68ealthz?ill"),
        get("/200"),
    ] {
        exchange(layer.clone(), request, answer);
    }
    assert_eq!(log.lines(), ["/healthz 503", "/200 200"]);
}

#[test]
fn a_sample_is_a_part_and_errors_are_whole() {
    let log = Log::default();
    let seen = Arc::new(Mutex::new(0));
    let counter = Arc::clone(&seen);
    let layer = log
        .layer()
        .format(Format::apache("%s %{route}n").unwrap())
        .sample(
            |record| match record.route().and_then(MatchedRoute::endpoint_name) {
                Some("never") => 0,
                _ if record.status() >= 500 => 1,
                _ => 10,
            },
        )
        .observer(move |record| {
            assert_eq!(record.method(), http::Method::GET);
            assert_eq!(record.version(), Version::HTTP_11);
            assert!(record.client().is_none() && record.request_id().is_none());
            assert!(record.duration() >= record.first_byte().unwrap_or_default());
            assert!(record.uri().path().starts_with('/'));
            assert_eq!(record.identity(), None);
            assert!(record.ending() == Ending::Complete && record.bytes() == 0);
            *counter.lock().unwrap() += 1;
        });
    for _ in 0..500 {
        exchange(layer.clone(), get("/"), |_| {
            Ok(Response::new(Body::empty()))
        });
        exchange(layer.clone(), get("/never"), |request| {
            MatchedRoute::new("/never").endpoint("never").leave(request);
            Ok(Response::new(Body::empty()))
        });
    }
    for _ in 0..20 {
        exchange(layer.clone(), get("/broken"), |_| {
            Ok(Response::builder().status(500).body(Body::empty())?)
        });
    }
    let lines = log.lines();
    let of = |line: &str| lines.iter().filter(|other| *other == line).count();
    assert_eq!(of("500 -"), 20);
    assert!((25..=85).contains(&of("200 -")), "{}", of("200 -"));
    assert_eq!(of("200 /never"), 0);
    assert_eq!(*seen.lock().unwrap(), 1020);
}
