//! Reports that are posted.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    convert::Infallible,
    future::pending,
    io,
    sync::mpsc::{self, Receiver},
    time::Duration,
};

use http::{HeaderMap, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError, HttpService};
use plywood_error::{Incident, IncidentKind, Report, Reporter, Reports};
use plywood_error_webhook::{Webhook, WebhookError, WebhookErrorKind};
use serde_json::Value;
use tower::service_fn;

const PATIENCE: Duration = Duration::from_secs(240);

type Posted = Receiver<(HeaderMap, Value)>;

/// Answers with these, one after another.
fn chat(
    statuses: Vec<StatusCode>,
) -> (
    impl HttpService<Body, ResBody = Body, Error = BoxError>,
    Posted,
) {
    let (sender, posted) = mpsc::channel();
    let statuses = std::sync::Arc::new(std::sync::Mutex::new(statuses));
    let client = service_fn(move |request: Request<Body>| {
        let (sender, statuses) = (sender.clone(), statuses.clone());
        async move {
            assert_eq!(
                (request.method().as_str(), request.uri().path()),
                ("POST", "/hook")
            );
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            sender.send((head.headers, serde_json::from_slice(&body)?))?;
            let mut response = Response::new(Body::empty());
            *response.status_mut() = statuses.lock().unwrap().pop().unwrap_or(StatusCode::OK);
            Ok::<_, BoxError>(response)
        }
    });
    (client, posted)
}

fn incident() -> Incident {
    Incident::new(IncidentKind::Failed, &io::Error::other("the disk is full"))
}

fn uri() -> http::Uri {
    "https://chat.example/hook".parse().unwrap()
}

#[test]
fn a_report_is_posted_with_its_fields() {
    let (client, posted) = chat(vec![]);
    let webhook = Webhook::new(uri(), client)
        .unwrap()
        .header(header::AUTHORIZATION, "Bearer secret".parse().unwrap());
    assert!(!format!("{webhook:?}").contains("hook\""));
    let reports = Reports::to(webhook).start().unwrap();
    reports.tell(&incident());
    assert!(reports.finish(PATIENCE));
    let (headers, body) = posted.recv().unwrap();
    assert_eq!(headers[header::CONTENT_TYPE], "application/json");
    assert_eq!(headers[header::AUTHORIZATION], "Bearer secret");
    assert_eq!(body["message"], "the disk is full");
    assert_eq!(body["count"], 1);
}

#[test]
fn what_was_refused_is_posted_again() {
    let (client, posted) = chat(vec![StatusCode::BAD_GATEWAY]);
    let webhook = Webhook::new(uri(), client)
        .unwrap()
        .body(|report| report.count().into());
    let reports = Reports::to(webhook).start().unwrap();
    for _ in 0..2 {
        reports.tell(&incident());
        assert!(reports.finish(PATIENCE));
    }
    let counts: Vec<_> = posted
        .try_iter()
        .map(|(_, body)| body.as_u64().unwrap())
        .collect();
    // One report or several, as the thread came to it.
    assert_eq!((counts[0], counts[1..].iter().sum::<u64>()), (1, 2));
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for() {
    let silent = service_fn(|_: Request<Body>| pending::<Result<Response<Body>, Infallible>>());
    let webhook = Webhook::new(uri(), silent)
        .unwrap()
        .timeout(Duration::from_millis(1));
    let reports = Reports::to(webhook).start().unwrap();
    reports.tell(&incident());
    assert!(reports.finish(PATIENCE));
}

#[test]
fn a_client_that_repeats_the_url_gives_no_secret_away() {
    for uri in [
        "https://chat.example/services/T000/hunter2",
        "https://chat.example/hook?key=hunter2",
        "https://ada:hunter2@chat.example/hook",
    ] {
        let uri: http::Uri = uri.parse().unwrap();
        let repeats = service_fn(|request: Request<Body>| async move {
            let uri = request.uri();
            let (path, query) = (uri.path(), uri.query());
            let authority = uri.authority().unwrap();
            let said = format!("cannot connect to {uri}, {path} {query:?} at {authority}");
            let wrapped = io::Error::other(io::Error::other(said));
            Err::<Response<Body>, _>(wrapped)
        });
        let (sender, said) = mpsc::channel();
        let mut webhook = Webhook::new(uri, repeats).unwrap();
        let reports = Reports::to(move |report: &Report| {
            let refused = webhook.report(report).unwrap_err();
            Ok(sender.send(refused.to_string())?)
        });
        let reports = reports.start().unwrap();
        reports.tell(&incident());
        assert!(reports.finish(PATIENCE));
        let said = said.recv().unwrap();
        assert!(said.starts_with("cannot connect to [url], "), "{said}");
        assert!(said.contains("chat.example"), "{said}");
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn what_could_be_read_on_its_way_is_refused_without_repeating_the_url() {
    use WebhookErrorKind::{NoHost, Open};
    for (uri, refused) in [
        ("https://chat.example/hunter2", None),
        ("HTTPS://chat.example/hunter2", None),
        ("http://localhost:9000/hunter2", None),
        ("http://LOCALHOST/hunter2", None),
        ("http://127.0.0.1/hunter2", None),
        ("http://127.8.0.1/hunter2", None),
        ("http://[::1]:9000/hunter2", None),
        ("http://chat.example/hunter2", Some(Open)),
        ("http://localhost.example/hunter2", Some(Open)),
        ("http://localhost@chat.example/hunter2", Some(Open)),
        ("http://127.0.0.1.example/hunter2", Some(Open)),
        ("http://192.168.0.7/hunter2", Some(Open)),
        ("http://[::2]/hunter2", Some(Open)),
        ("ftp://localhost/hunter2", Some(Open)),
        ("localhost:443", Some(Open)),
        ("/hunter2", Some(NoHost)),
    ] {
        let silent = service_fn(|_: Request<Body>| pending::<Result<Response<Body>, Infallible>>());
        let webhook = Webhook::new(uri.parse().unwrap(), silent);
        assert_eq!(
            webhook.as_ref().err().map(WebhookError::kind),
            refused,
            "{uri}"
        );
        let said = webhook
            .err()
            .map_or_else(String::new, |error| error.to_string());
        assert!(!said.contains("hunter2"), "{said}");
    }
}

#[test]
fn who_says_that_it_is_insecure_may_post_anywhere() {
    let (client, posted) = chat(vec![]);
    let open = Webhook::insecure("http://chat.example/hook".parse().unwrap(), client);
    let reports = Reports::to(open).start().unwrap();
    reports.tell(&incident());
    assert!(reports.finish(PATIENCE));
    assert!(posted.recv().is_ok());
}
