//! Credentials, long values, and whatever a client may think of.

use futures_util::FutureExt;
use http::{Request, Response, StatusCode, Version};
use plywood_access_log::Format;
use plywood_core::{Body, BoxError, Identity};
use proptest::prelude::*;
use serde_json::Value;
use tower::{ServiceExt, service_fn};

use crate::{Log, answer, exchange, full, get, logged};

#[test]
fn whoever_insists_sees_credentials() {
    let pattern = "%{Authorization}i %{theme}C %{sid}C %{X-Private}i %{Accept}i";
    let log = Log::default();
    let layer = log
        .layer()
        .format(Format::apache(pattern).unwrap())
        .cookies(["theme"])
        .insecure_fields([http::header::AUTHORIZATION])
        .redact_fields([http::header::ACCEPT]);
    assert_eq!(
        logged(layer, &log, full()),
        "Basic hunter2 dark [redacted] - [redacted]"
    );
}

#[test]
fn one_long_value_does_not_make_a_long_line() {
    let log = Log::default();
    let mut request = get(&format!("/{}", "a".repeat(40_000)));
    let agent = "b".repeat(40_000).parse().unwrap();
    request.headers_mut().insert("user-agent", agent);
    exchange(log.layer(), request, answer);
    let line = log.one();
    assert!(line.len() < 2 * 16 * 1024 + 200, "{}", line.len());
    assert!(line.contains("aaa... HTTP/1.1\""));
    assert!(line.ends_with("bbb...\""));

    let log = Log::default();
    let layer = log
        .layer()
        .field_limit(4)
        .format(Format::apache("%r|%{User-Agent}i").unwrap());
    assert_eq!(logged(layer, &log, full()), "POST /a%2... HTTP/1.1|curl...");
}

#[test]
fn it_is_said_how_it_ended() {
    let pattern = "%s %B %X %{ending}n %{Content-Type}o";
    let log = Log::default();
    let layer = log.layer().format(Format::apache(pattern).unwrap());
    exchange(layer.clone(), get("/"), |_| Err("no".into()));
    let mut old = get("/");
    *old.version_mut() = Version::HTTP_10;
    exchange(layer.clone(), old, |_| Ok(Response::new("hello".into())));
    let waiting = tower::Layer::layer(
        &layer.clone().dropped_status(StatusCode::REQUEST_TIMEOUT),
        service_fn(|_: Request<Body>| std::future::pending::<Result<Response<Body>, BoxError>>()),
    );
    assert!(waiting.oneshot(get("/")).now_or_never().is_none());
    let head = {
        let mut head = get("/");
        *head.method_mut() = http::Method::HEAD;
        head
    };
    let unread = tower::Layer::layer(
        &layer,
        service_fn(|_: Request<Body>| async {
            Ok::<_, BoxError>(Response::new(Body::from("hello")))
        }),
    );
    drop(unread.clone().oneshot(head).now_or_never());
    drop(unread.oneshot(get("/")).now_or_never());
    assert_eq!(
        log.lines(),
        [
            "500 0 X service_failed -",
            "200 5 - complete -",
            "408 0 X client_gone -",
            "200 0 + complete -",
            "200 0 X client_gone -",
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_format_lets_a_client_forge_a_line(agent: Vec<u8>, referer: Vec<u8>, name: String) {
        for format in [
            Format::common(),
            Format::combined(),
            Format::vhost_combined(),
            Format::json(),
            Format::ecs(),
            Format::open_telemetry(),
            Format::development(false),
            Format::w3c("c-ip cs-username cs(User-Agent) cs(Referer)").unwrap(),
            Format::nginx("$remote_user $http_user_agent $http_referer").unwrap(),
            Format::nginx("escape=none $remote_user $http_user_agent $http_referer").unwrap(),
            Format::nginx("escape=json $remote_user $http_user_agent $http_referer").unwrap(),
        ] {
            let is_json = ["json", "ecs", "open_telemetry"].iter().any(|name| format!("{format:?}").ends_with(name));
            let mut request = get("/");
            for (field, value) in [("user-agent", &agent), ("referer", &referer)] {
                if let Ok(value) = value.as_slice().try_into() {
                    request.headers_mut().insert(field, value);
                }
            }
            request.extensions_mut().insert(Identity::new(name.as_str()));
            let log = Log::default();
            exchange(log.layer().format(format), request, |_| Ok(Response::new(Body::empty())));
            let line = log.lines().pop().unwrap();
            prop_assert!(!line.contains(char::is_control), "{:?}", line);
            prop_assert_eq!(line.lines().count(), 1);
            if is_json {
                let line: Result<Value, _> = serde_json::from_str(&line);
                prop_assert!(line.is_ok(), "{:?}", line);
            }
        }
    }
}
