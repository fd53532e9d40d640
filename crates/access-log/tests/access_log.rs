//! The access log through its public API, between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{Method, Request, Response, StatusCode, Version};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_access_log::{AccessLogLayer, Lines};
use plywood_core::{Body, BoxError, Client, HttpBody, Identity, Mount};
use plywood_lint::LintLayer;
use proptest::prelude::*;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

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

fn frames(pieces: Vec<Result<&'static str, BoxError>>) -> impl HttpBody {
    let frames = pieces
        .into_iter()
        .map(|piece| piece.map(|text| Frame::data(Bytes::from(text))));
    StreamBody::new(stream::iter(frames.collect::<Vec<_>>()))
}

#[tokio::test]
async fn a_line_has_every_field_in_its_place() {
    let log = Log::default();
    let mut request = get("/a?b=c");
    request
        .headers_mut()
        .insert("referer", "https://example.com/".parse().unwrap());
    request
        .headers_mut()
        .insert("user-agent", "curl/8 \"x\"".parse().unwrap());
    let client = Client::tcp(([192, 0, 2, 250], 4000).into());
    request.extensions_mut().insert(client);
    let app = app(log.layer().utc(), |request| {
        Identity::new("ada").tell(request);
        hello(request)
    });
    let response = app.oneshot(request).await.unwrap();
    response.into_body().collect().await.unwrap();

    let line = &log.lines()[0];
    assert!(line.starts_with("192.0.2.250 - ada ["), "{line}");
    let end = r#" +0000] "GET /a?b=c HTTP/1.1" 200 5 "https://example.com/" "curl/8 \"x\"""#;
    assert!(line.ends_with(end), "{line}");
    let time = log.one().time;
    let shape = time.replace(|character: char| character.is_ascii_digit(), "0");
    assert_eq!(shape.len(), 26);
    assert!(shape.ends_with("/0000:00:00:00 +0000"), "{time}");
}

#[tokio::test]
async fn the_common_format_ends_with_the_bytes() {
    let log = Log::default();
    let app = app(log.layer().common(), hello);
    let mut request = get("/");
    request
        .headers_mut()
        .insert("user-agent", "curl/8".parse().unwrap());
    drop(
        app.oneshot(request)
            .await
            .unwrap()
            .into_body()
            .collect()
            .await,
    );
    assert!(log.lines()[0].ends_with(r#"] "GET / HTTP/1.1" 200 5"#));
}

#[tokio::test]
async fn the_client_is_who_the_gateway_says_and_no_header() {
    for (client, expected) in [
        (None, "-"),
        (Some(Client::unix()), "unix:"),
        (
            Some(Client::tcp("[2001:db8::1]:9".parse().unwrap())),
            "2001:db8::1",
        ),
        (
            Some(Client::tcp(([127, 0, 0, 1], 9).into()).proven([198, 51, 100, 7].into())),
            "198.51.100.7",
        ),
    ] {
        let mut request = get("/");
        request
            .headers_mut()
            .insert("x-forwarded-for", "203.0.113.5".parse().unwrap());
        request
            .headers_mut()
            .insert("forwarded", "for=203.0.113.5".parse().unwrap());
        request.extensions_mut().extend(
            client
                .map(|client| {
                    let mut extensions = http::Extensions::new();
                    extensions.insert(client);
                    extensions
                })
                .unwrap_or_default(),
        );
        assert_eq!(logged(request, hello).await.host, expected);
    }
}

#[tokio::test]
async fn the_user_is_whom_auth_let_in_inside_or_outside() {
    let mut request = get("/");
    request.extensions_mut().insert(Identity::new("outside"));
    assert_eq!(logged(request, hello).await.user, "outside");
    assert_eq!(logged(get("/"), hello).await.user, "-");
    let named = |name: &'static str| {
        move |request: &Request<Body>| {
            Identity::new(name).tell(request);
            hello(request)
        }
    };
    assert_eq!(logged(get("/"), named("ada")).await.user, "ada");
    assert_eq!(
        logged(get("/"), named("a b\r\n\"]")).await.user,
        r#"a\x20b\r\n\"\x5d"#
    );
    assert_eq!(logged(get("/"), named("-")).await.user, r"\x2d");
}

#[tokio::test]
async fn the_target_is_the_one_that_was_sent() {
    for (method, target, version, expected) in [
        (
            Method::GET,
            "//a/%2e?q#f",
            Version::HTTP_10,
            "GET //a/%2e?q HTTP/1.0",
        ),
        (Method::OPTIONS, "*", Version::HTTP_11, "OPTIONS * HTTP/1.1"),
        (
            Method::CONNECT,
            "a:443",
            Version::HTTP_11,
            "CONNECT a:443 HTTP/1.1",
        ),
        (
            Method::GET,
            "http://a/b",
            Version::HTTP_11,
            "GET http://a/b HTTP/1.1",
        ),
        (
            Method::GET,
            "http://u:p@a/b",
            Version::HTTP_11,
            "GET http://u:[redacted]@a/b HTTP/1.1",
        ),
        (
            Method::CONNECT,
            "u:p@a:443",
            Version::HTTP_11,
            "CONNECT a:443 HTTP/1.1",
        ),
        (
            Method::GET,
            "https://a/b?c",
            Version::HTTP_2,
            "GET /b?c HTTP/2.0",
        ),
        (
            Method::CONNECT,
            "a:443",
            Version::HTTP_2,
            "CONNECT a:443 HTTP/2.0",
        ),
    ] {
        let mut request = get(target);
        *request.method_mut() = method;
        *request.version_mut() = version;
        assert_eq!(logged(request, hello).await.request(), expected);
    }
    let mut request = get("/shop/cart?x=1");
    assert!(Mount::enter(&mut request, "/shop").unwrap());
    assert_eq!(
        logged(request, hello).await.request(),
        "GET /shop/cart?x=1 HTTP/1.1"
    );
}

#[tokio::test]
async fn no_credential_is_written() {
    let mut request = get("/?password=hunter2&q=1&ticket=hunter2");
    for (name, value) in [
        ("authorization", "Basic hunter2"),
        ("cookie", "sid=hunter2"),
        ("referer", "https://ada:hunter2@a/?reset_token=hunter2"),
    ] {
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    let log = Log::default();
    let app = app(log.layer(), |_| {
        let response = Response::builder().header("set-cookie", "sid=hunter2");
        Ok(response.body(Body::empty())?)
    });
    drop(app.oneshot(request).await.unwrap());
    assert!(!log.lines()[0].contains("hunter2"), "{:?}", log.lines());
    assert!(log.lines()[0].contains("q=1"));
}

#[tokio::test]
async fn what_is_redacted_can_be_chosen() {
    let log = Log::default();
    let more = app(log.layer().redact(["seat"]), hello);
    drop(more.oneshot(get("/?seat=1&pin=2&row=3")).await.unwrap());
    assert_eq!(
        log.one().request(),
        "GET /?seat=[redacted]&pin=[redacted]&row=3 HTTP/1.1"
    );

    let log = Log::default();
    let whole = app(log.layer().insecure_queries(), hello);
    drop(whole.oneshot(get("/?seat=1&pin=2")).await.unwrap());
    assert_eq!(log.one().request(), "GET /?seat=1&pin=2 HTTP/1.1");
}

#[tokio::test]
async fn answers_without_a_body_log_a_dash() {
    let mut head = get("/");
    *head.method_mut() = Method::HEAD;
    let log = Log::default();
    // No server reads it, but if one did, it would not send it.
    let response = app(log.layer(), hello).oneshot(head).await.unwrap();
    drop(response.into_body().collect().await);
    assert_eq!(log.one().outcome(), ("200", "-"));

    for status in [StatusCode::NOT_MODIFIED, StatusCode::NO_CONTENT] {
        let mut conditional = get("/");
        conditional
            .headers_mut()
            .insert("if-none-match", "*".parse().unwrap());
        let fields = logged(conditional, move |_| {
            Ok(Response::builder().status(status).body(Body::empty())?)
        });
        assert_eq!(fields.await.outcome(), (status.as_str(), "-"));
    }
    let fields = logged(get("/"), |_| Ok(Response::new(Body::empty())));
    assert_eq!(fields.await.outcome(), ("200", "-"));
}

#[tokio::test]
async fn a_cut_off_body_logs_what_was_handed_on() {
    let log = Log::default();
    let cut = app(log.layer(), |_| {
        Ok(Response::new(frames(vec![Ok("hello"), Ok("world")])))
    });
    let mut body = Box::pin(cut.oneshot(get("/")).await.unwrap().into_body());
    body.frame().await.unwrap().unwrap();
    assert_eq!(log.lines(), [""; 0]);
    drop(body);
    assert_eq!(log.one().outcome(), ("200", "5"));
}

#[tokio::test]
async fn a_body_that_fails_logs_what_was_handed_on() {
    let log = Log::default();
    let failing = app(log.layer(), |_| {
        Ok(Response::new(frames(vec![
            Ok("hello"),
            Err("broken".into()),
        ])))
    });
    let body = failing.oneshot(get("/")).await.unwrap().into_body();
    assert!(body.collect().await.is_err());
    assert_eq!(log.one().outcome(), ("200", "5"));
}

#[tokio::test]
async fn trailers_pass_and_do_not_count() {
    let log = Log::default();
    let trailing = app(log.layer(), |_| {
        let mut trailers = http::HeaderMap::new();
        trailers.insert("x-sum", "5".parse().unwrap());
        let frames = [
            Ok(Frame::data(Bytes::from("hello"))),
            Ok(Frame::trailers(trailers)),
        ];
        Ok(Response::new(StreamBody::new(stream::iter(
            frames.map(|frame: Result<_, Infallible>| frame),
        ))))
    });
    let body = trailing.oneshot(get("/")).await.unwrap().into_body();
    let collected = body.collect().await.unwrap();
    assert_eq!(collected.trailers().unwrap()["x-sum"], "5");
    assert_eq!(log.one().outcome(), ("200", "5"));
}

#[tokio::test]
async fn a_service_that_fails_leaves_a_500_and_its_error() {
    let log = Log::default();
    let failing = app::<Body>(log.layer(), |_| Err("no".into()));
    let error = failing.oneshot(get("/")).await.err().unwrap();
    assert_eq!(error.to_string(), "no");
    assert_eq!(log.one().outcome(), ("500", "-"));
}

#[test]
fn a_call_that_is_dropped_leaves_a_499() {
    let log = Log::default();
    let waiting = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(log.layer())
        .layer(LintLayer::new())
        .service(service_fn(|_: Request<Body>| {
            std::future::pending::<Result<Response<Body>, Infallible>>()
        }));
    {
        let mut call = pin!(waiting.oneshot(get("/slow")));
        assert!(
            call.poll_unpin(&mut Context::from_waker(Waker::noop()))
                .is_pending()
        );
        assert_eq!(log.lines(), [""; 0]);
    }
    assert_eq!(log.one().outcome(), ("499", "-"));
    assert_eq!(log.one().request(), "GET /slow HTTP/1.1");
}

#[test]
fn a_panic_leaves_a_500() {
    let log = Log::default();
    let panicking = app::<Body>(log.layer(), |_| panic!("as intended"));
    let call = AssertUnwindSafe(|| panicking.oneshot(get("/")).now_or_never());
    assert!(catch_unwind(call).is_err());
    assert_eq!(log.one().outcome(), ("500", "-"));
}

#[test]
fn whoever_was_let_in_is_named_whatever_became_of_the_request() {
    let log = Log::default();
    let ada = |request: &Request<Body>| Identity::new("ada").tell(request);

    let failing = app::<Body>(log.layer(), move |request| {
        ada(request);
        Err("no".into())
    });
    assert!(failing.oneshot(get("/")).now_or_never().unwrap().is_err());

    let panicking = app::<Body>(log.layer(), move |request| {
        ada(request);
        panic!("as intended")
    });
    let call = AssertUnwindSafe(|| panicking.oneshot(get("/")).now_or_never());
    assert!(catch_unwind(call).is_err());

    let waiting = log.layer().layer(service_fn(move |request: Request<Body>| {
        ada(&request);
        std::future::pending::<Result<Response<Body>, Infallible>>()
    }));
    assert!(waiting.oneshot(get("/")).now_or_never().is_none());

    let lines = log.lines();
    let fields: Vec<_> = lines
        .iter()
        .filter_map(|line| Fields::parse(line))
        .collect();
    let told = fields.iter().map(|line| (&*line.user, &*line.status));
    assert!(
        told.eq([("ada", "500"), ("ada", "500"), ("ada", "499")]),
        "{lines:?}"
    );
}

#[tokio::test]
async fn a_sink_that_panics_costs_its_line_alone() {
    let layer = AccessLogLayer::new(|_: &[u8]| panic!("as intended"));
    let response = app(layer.clone(), hello).oneshot(get("/")).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "hello");

    let panicking = app::<Body>(layer, |_| panic!("as intended"));
    let call = AssertUnwindSafe(|| panicking.oneshot(get("/")).now_or_never());
    assert!(
        catch_unwind(call).is_err(),
        "and not the end of the process"
    );
}

#[tokio::test]
async fn two_logs_write_a_line_each() {
    let log = Log::default();
    let twice = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(log.layer())
        .layer(log.layer())
        .layer(LintLayer::new())
        .service(service_fn(|request| {
            Identity::new("ada").tell(&request);
            std::future::ready(hello(&request))
        }));
    drop(
        twice
            .oneshot(get("/"))
            .await
            .unwrap()
            .into_body()
            .collect()
            .await,
    );
    assert_eq!(log.lines().len(), 2);
    assert_eq!(log.lines()[0], log.lines()[1]);
    assert!(log.lines()[0].starts_with("- - ada ["));
}

#[tokio::test]
async fn a_service_that_cannot_fail_still_cannot() {
    let log = Log::default();
    let sure = log.layer();
    let sure = tower::Layer::layer(
        &sure,
        service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Body::empty())) }),
    );
    let Ok(response) = sure.oneshot(get("/")).await;
    drop(response);
    assert_eq!(log.one().outcome(), ("200", "-"));
}

#[test]
fn threads_do_not_tear_each_others_lines() {
    const THREADS: usize = 8;
    const REQUESTS: usize = 400;
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("access.log");
    let lines = Lines::file(&path).unwrap();
    let layer = AccessLogLayer::new(lines.clone());
    std::thread::scope(|scope| {
        for thread in 0..THREADS {
            let app = app(layer.clone(), hello);
            scope.spawn(move || {
                for number in 0..REQUESTS {
                    let target = format!("/{thread}/{number}/{}", "x".repeat(number));
                    let response = app.clone().oneshot(get(&target)).now_or_never().unwrap();
                    drop(response.unwrap().into_body().collect().now_or_never());
                }
            });
        }
    });
    lines.flush();
    let written = std::fs::read_to_string(path).unwrap();
    let mut next = [0; THREADS];
    for line in written.lines() {
        let fields = Fields::parse(line).unwrap_or_else(|| panic!("torn: {line}"));
        let mut target = fields.request().split(['/', ' ']).skip(2);
        let mut number = || target.next().unwrap().parse::<usize>().unwrap();
        let (thread, number) = (number(), number());
        assert_eq!(number, next[thread], "a thread's lines keep their order");
        assert!(
            fields
                .request()
                .contains(&format!("/{} ", "x".repeat(number)))
        );
        next[thread] += 1;
    }
    assert_eq!((next, lines.dropped()), ([REQUESTS; THREADS], 0));
}

proptest! {
    #[test]
    fn every_line_parses_and_gives_back_what_was_sent(
        path in "/[!\"\\$-;=@-~é]{0,30}",
        referer: Vec<u8>,
        user_agent: Vec<u8>,
        name: String,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let mut request = Request::new(Body::empty());
        let expected = if let Ok(uri) = path.parse::<http::Uri>() {
            *request.uri_mut() = uri;
            path
        } else {
            "/".to_owned()
        };
        let mut expect_field = |field: &'static str, value: &[u8]| match value.try_into() {
            Ok::<http::HeaderValue, _>(header) => {
                request.headers_mut().insert(field, header);
                value.to_vec()
            }
            Err(_) => b"-".to_vec(),
        };
        // Without the marks that begin a query or a name, as redaction has a test of its own.
        let referer: Vec<u8> = referer.into_iter().filter(|byte| !b"?#@".contains(byte)).collect();
        let expected_referer = expect_field("referer", &referer);
        let expected_user_agent = expect_field("user-agent", &user_agent);
        let user = name.clone();
        let fields = runtime.block_on(logged(request, move |request| {
            Identity::new(user.clone()).tell(request);
            hello(request)
        }));
        prop_assert_eq!(fields.request(), format!("GET {expected} HTTP/1.1"));
        prop_assert_eq!(fields.referer.unwrap(), expected_referer);
        prop_assert_eq!(fields.user_agent.unwrap(), expected_user_agent);
        if !name.is_empty() {
            prop_assert_eq!(unescaped(&fields.user).unwrap(), name.into_bytes());
        }
        prop_assert_eq!((&*fields.status, &*fields.bytes), ("200", "5"));
    }
}
