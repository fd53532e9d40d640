//! What each format says of the same exchange, through the public API and between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

mod choice;
mod connection;
mod patterns;
mod programs;
mod safety;

use std::sync::{Arc, Mutex};

use futures_util::FutureExt;
use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_access_log::{AccessLogLayer, Format};
use plywood_core::{Body, BoxError, Client, Identity, MatchedRoute, RequestId, Scheme};
use plywood_lint::LintLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn layer(&self) -> AccessLogLayer {
        let lines = Arc::clone(&self.0);
        AccessLogLayer::new(move |line: &[u8]| {
            let line = String::from_utf8(line.to_vec()).expect("a line is text");
            lines.lock().unwrap().push(line);
        })
        .utc()
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn one(&self) -> String {
        let lines = self.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        lines[0].clone()
    }
}

fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

/// A request with everything that a line may say.
fn full() -> Request<Body> {
    let mut request = Request::post("/a%20b/c?page=2&token=hunter2")
        .header("host", "Shop.Example:8443")
        .header("user-agent", "curl/8 \"x\"")
        .header("referer", "https://ada:hunter2@a.example/?code=hunter2")
        .header("authorization", "Basic hunter2")
        .header("cookie", "theme=dark; sid=hunter2")
        .header("accept", "text/html")
        .header("accept", "image/png")
        .header("content-length", "7")
        .body(Body::from("request"))
        .unwrap();
    let peer = Client::tcp(([192, 0, 2, 7], 40312).into());
    let extensions = request.extensions_mut();
    extensions.insert(peer.proven([198, 51, 100, 1].into()));
    extensions.insert(Scheme::Https);
    extensions.insert(RequestId::new("id-1".parse().unwrap()));
    request
}

#[allow(clippy::unnecessary_wraps, reason = "an answer may be an error")]
fn answer(request: &mut Request<Body>) -> Result<Response<Body>, BoxError> {
    Identity::new("ada lovelace").scheme("Basic").tell(request);
    MatchedRoute::new("/a b/<name>")
        .endpoint("item")
        .leave(request);
    let response = Response::builder()
        .header("content-type", "text/plain")
        .header("set-cookie", "sid=hunter2")
        .header("location", "/next?token=hunter2");
    Ok(response.body("hello".into())?)
}

/// The line about one request, its answer read to the end.
fn logged(layer: AccessLogLayer, log: &Log, request: Request<Body>) -> String {
    exchange(layer, request, answer);
    log.one()
}

fn exchange(
    layer: AccessLogLayer,
    request: Request<Body>,
    answer: fn(&mut Request<Body>) -> Result<Response<Body>, BoxError>,
) {
    let app = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service(service_fn(move |mut request| {
            std::future::ready(answer(&mut request))
        }));
    let response = app.oneshot(request).now_or_never().unwrap();
    if let Ok(response) = response {
        let _ = response.into_body().collect().now_or_never().unwrap();
    }
}

fn apache(pattern: &str) -> String {
    let log = Log::default();
    let layer = log.layer().format(Format::apache(pattern).unwrap());
    logged(layer, &log, full())
}

fn nginx(pattern: &str) -> String {
    let log = Log::default();
    let layer = log.layer().format(Format::nginx(pattern).unwrap());
    logged(layer, &log, full())
}

/// A regular expression in the few words that are needed here: classes, `\d` with counts, `+`, and the rest as it stands.
fn matches(form: &str, text: &str) -> bool {
    use regex::Regex;
    Regex::new(form).unwrap().is_match(text)
}
