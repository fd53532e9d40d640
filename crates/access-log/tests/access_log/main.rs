//! The access log through its public API, between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

mod endings;
mod fields;
mod stacks;

use std::sync::{Arc, Mutex};

use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_access_log::AccessLogLayer;
use plywood_core::{Body, BoxError, HttpBody};
use plywood_lint::LintLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn layer(&self) -> AccessLogLayer {
        let lines = Arc::clone(&self.0);
        AccessLogLayer::new(move |line: &[u8]| {
            let line = String::from_utf8(line.to_vec()).expect("a line is ASCII");
            lines.lock().unwrap().push(line);
        })
    }

    fn lines(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }

    fn one(&self) -> Fields {
        let lines = self.lines();
        assert_eq!(lines.len(), 1, "{lines:?}");
        Fields::parse(&lines[0]).unwrap_or_else(|| panic!("not a line: {}", lines[0]))
    }
}

/// A line as the tools of operators read it.
#[derive(Debug, Default)]
struct Fields {
    host: String,
    user: String,
    time: String,
    request: Vec<u8>,
    status: String,
    bytes: String,
    referer: Option<Vec<u8>>,
    user_agent: Option<Vec<u8>>,
}

impl Fields {
    fn parse(line: &str) -> Option<Self> {
        if !line.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return None;
        }
        let (host, rest) = line.split_once(' ')?;
        let (ident, rest) = rest.split_once(' ')?;
        let (user, rest) = rest.split_once(' ')?;
        let (time, rest) = rest.strip_prefix('[')?.split_once("] ")?;
        let (request, rest) = quoted(rest)?;
        let mut rest = rest.strip_prefix(' ')?.splitn(3, ' ');
        let (status, bytes) = (rest.next()?, rest.next()?);
        let numbers = [status, if bytes == "-" { "0" } else { bytes }];
        if ident != "-" || !numbers.iter().all(|number| number.parse::<u64>().is_ok()) {
            return None;
        }
        let (mut referer, mut user_agent) = (None, None);
        if let Some(rest) = rest.next() {
            let (first, rest) = quoted(rest)?;
            let (second, rest) = quoted(rest.strip_prefix(' ')?)?;
            if !rest.is_empty() {
                return None;
            }
            (referer, user_agent) = (Some(first), Some(second));
        }
        Some(Self {
            host: host.to_owned(),
            user: user.to_owned(),
            time: time.to_owned(),
            request,
            status: status.to_owned(),
            bytes: bytes.to_owned(),
            referer,
            user_agent,
        })
    }

    fn request(&self) -> &str {
        std::str::from_utf8(&self.request).unwrap()
    }

    fn outcome(&self) -> (&str, &str) {
        (&self.status, &self.bytes)
    }
}

/// The value of the quoted field at the front, un-escaped, and what follows it.
fn quoted(text: &str) -> Option<(Vec<u8>, &str)> {
    let text = text.strip_prefix('"')?;
    let mut end = 0;
    while *text.as_bytes().get(end)? != b'"' {
        end += if text.as_bytes()[end] == b'\\' { 2 } else { 1 };
    }
    Some((unescaped(&text[..end])?, &text[end + 1..]))
}

fn unescaped(text: &str) -> Option<Vec<u8>> {
    let mut value = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        value.extend_from_slice(before.as_bytes());
        if let Some(digits) = after.strip_prefix('x') {
            value.push(u8::from_str_radix(digits.get(..2)?, 16).ok()?);
            rest = &digits[2..];
        } else {
            value.push(match *after.as_bytes().first()? {
                b'b' => 0x08,
                b't' => b'\t',
                b'n' => b'\n',
                b'v' => 0x0b,
                b'r' => b'\r',
                other => other,
            });
            rest = &after[1..];
        }
    }
    value.extend_from_slice(rest.as_bytes());
    Some(value)
}

type App = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

fn app<B: HttpBody>(
    layer: AccessLogLayer,
    answer: impl Fn(&Request<Body>) -> Result<Response<B>, BoxError> + Clone + Send + Sync + 'static,
) -> App {
    let service = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service(service_fn(move |request| {
            std::future::ready(answer(&request))
        }));
    BoxCloneSyncService::new(service)
}

#[allow(clippy::unnecessary_wraps, reason = "an answer may be an error")]
fn hello(_: &Request<Body>) -> Result<Response<Body>, BoxError> {
    Ok(Response::new("hello".into()))
}

fn get(target: &str) -> Request<Body> {
    Request::get(target).body(Body::empty()).unwrap()
}

/// One request, its body read to the end, and its line.
async fn logged(
    request: Request<Body>,
    answer: impl Fn(&Request<Body>) -> Result<Response<Body>, BoxError> + Clone + Send + Sync + 'static,
) -> Fields {
    let log = Log::default();
    let response = app(log.layer(), answer).oneshot(request).await.unwrap();
    response.into_body().collect().await.unwrap();
    log.one()
}
