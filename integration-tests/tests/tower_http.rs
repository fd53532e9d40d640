//! tower-http's layers outside ours and inside: both do their work, and three lints find nothing.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{
    convert::Infallible,
    io::Read,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use flate2::read::GzDecoder;
use futures_util::FutureExt;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood::{auth::digest::IntegrityLayer, csrf::CsrfLayer, prelude::*};
use plywood_lint::{LintLayer, rule::Severity};
use tower::{Service, util::Oneshot};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer as TheirCompressionLayer,
    cors::CorsLayer,
    limit::RequestBodyLimitLayer,
    normalize_path::NormalizePathLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, SetRequestIdLayer},
    sensitive_headers::SetSensitiveHeadersLayer,
    services::ServeDir,
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

const LINE: &str = "a line that compresses well\n";
const STYLE: &str = "body { color: red }\n";

/// An app that takes a request with any body, because some of these layers wrap that.
#[derive(Clone, Debug)]
struct Any(App);

impl<B: HttpBody> Service<Request<B>> for Any {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Oneshot<App, Request<Body>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        self.0.clone().oneshot(request.map(Body::new))
    }
}

/// What the lints have found.
#[derive(Clone, Default)]
struct Found(Arc<Mutex<Vec<String>>>);

impl Found {
    fn lint(&self, place: &'static str) -> LintLayer {
        let found = Arc::clone(&self.0);
        LintLayer::reporting(move |fault| {
            if fault.rule().severity >= Severity::Should {
                found.lock().unwrap().push(format!("{place}: {fault}"));
            }
        })
    }
}

async fn site(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let text = |body: Body| {
        let head = Response::builder().header("content-type", "text/plain");
        head.body(body).unwrap()
    };
    let empty = |status| {
        let head = Response::builder().status(status);
        head.body(Body::empty()).unwrap()
    };
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET | &Method::HEAD, "/hello") => text(LINE.repeat(200).into()),
        (&Method::GET, "/visit") => {
            Session::of(&request)
                .unwrap()
                .insert("visited", true)
                .unwrap();
            text("welcome".into())
        }
        (&Method::GET, "/nothing") => empty(204),
        (&Method::GET, "/panic") => panic!("a secret"),
        (&Method::POST, "/echo") => text(request.into_body()),
        _ => empty(404),
    })
}

/// Our layers around `inner`.
fn ours<S>(found: &Found, inner: S) -> App
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible> + Sync,
{
    let files = tempfile::tempdir().unwrap();
    std::fs::write(files.path().join("style.css"), STYLE.repeat(100)).unwrap();
    let check = |name: &str, _: &str| (name == "ada").then(|| Identity::new(name));
    let stack = ServiceBuilder::new()
        .layer(AccessLogLayer::new(|_: &[u8]| {}))
        .layer(ErrorPagesLayer::new())
        .layer(CompressionLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()))
        .layer(BasicAuthLayer::new(check).below("/members"))
        .layer(Files::new(files.keep()).unwrap().layer())
        .layer(found.lint("between"))
        .service(inner);
    plywood::app(stack)
}

/// Runs the requests with `theirs` outside our layers, then inside.
async fn both_ways<L>(theirs: L, mark: Option<&str>)
where
    L: Layer<Any>,
    L::Service: HttpService<Body, ResBody: HttpBody, Error = Infallible> + Sync,
{
    let found = Found::default();
    let inside = || {
        Any(plywood::app(
            found.lint("innermost").layer(service_fn(site)),
        ))
    };

    let outside = theirs.layer(Any(plywood::app(
        found.lint("between").layer(ours(&found, inside())),
    )));
    ask(
        plywood::app(found.lint("outermost").layer(outside)),
        mark,
        true,
    )
    .await;

    let stack = ours(&found, theirs.layer(inside()));
    ask(
        plywood::app(found.lint("outermost").layer(stack)),
        mark,
        false,
    )
    .await;

    let found = found.0.lock().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    text: String,
}

async fn answer(app: &App, method: Method, path: &str, fields: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in [("host", "a.example"), ("origin", "http://b.example")]
        .iter()
        .chain(fields)
    {
        request = request.header(*name, *value);
    }
    let body = if path == "/echo" { "ping" } else { "" };
    let request = request.body(Body::from(body)).unwrap();
    let Ok(response) = app.clone().oneshot(request).await;
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    let mut text = String::new();
    if head.headers.contains_key(header::CONTENT_ENCODING) && !bytes.is_empty() {
        GzDecoder::new(&bytes[..])
            .read_to_string(&mut text)
            .unwrap();
    } else {
        text = String::from_utf8(bytes.to_vec()).unwrap();
    }
    Answer {
        status: head.status.as_u16(),
        headers: head.headers,
        text,
    }
}

/// The requests. `mark` is the field that their layer leaves in what goes through it, which is everything where it stands outside.
async fn ask(app: App, mark: Option<&str>, marks_all: bool) {
    let marked = |answer: &Answer| mark.is_none_or(|mark| answer.headers.contains_key(mark));
    let gzip = ("accept-encoding", "gzip");
    for fields in [&[][..], &[gzip]] {
        let page = answer(&app, Method::GET, "/hello", fields).await;
        assert!(page.status == 200 && page.text == LINE.repeat(200));
        assert!(marked(&page), "{:?}", page.headers);
        assert_eq!(
            page.headers.contains_key("content-encoding"),
            !fields.is_empty()
        );

        let head = answer(&app, Method::HEAD, "/hello", fields).await;
        // The server drops what body it may have.
        assert_eq!(head.status, 200);
        assert_eq!(head.headers["content-type"], "text/plain");

        let style = answer(&app, Method::GET, "/style.css", fields).await;
        assert!(style.status == 200 && style.text == STYLE.repeat(100));
        let tag = style.headers["etag"].to_str().unwrap();
        let fields = [fields, &[("if-none-match", tag)]].concat();
        let again = answer(&app, Method::GET, "/style.css", &fields).await;
        assert_eq!((again.status, &*again.text), (304, ""));
        assert!(marked(&again) || !marks_all);
    }
    let visit = answer(&app, Method::GET, "/visit", &[]).await;
    assert_eq!((visit.status, &*visit.text), (200, "welcome"));
    assert!(visit.headers.contains_key("set-cookie"));

    let nothing = answer(&app, Method::GET, "/nothing", &[gzip]).await;
    assert_eq!((nothing.status, &*nothing.text), (204, ""));

    let echo = answer(
        &app,
        Method::POST,
        "/echo",
        &[("content-type", "text/plain")],
    )
    .await;
    assert_eq!((echo.status, &*echo.text), (200, "ping"));

    let missing = answer(
        &app,
        Method::GET,
        "/missing",
        &[("accept", "application/json")],
    )
    .await;
    assert_eq!(missing.status, 404);
    assert_eq!(missing.headers["content-type"], "application/problem+json");
    assert!(marked(&missing));

    let members = answer(&app, Method::GET, "/members", &[]).await;
    assert_eq!(members.status, 401);
    assert!(marked(&members) || !marks_all);

    let panic = answer(&app, Method::GET, "/panic", &[]).await;
    assert_eq!(panic.status, 500);
    assert!(!panic.text.contains("a secret"));
    assert!(marked(&panic) || !marks_all);
}

macro_rules! both_ways {
    ($($name:ident: $layer:expr, $mark:expr;)*) => {$(
        #[tokio::test]
        async fn $name() {
            both_ways($layer, $mark).await;
        }
    )*};
}

both_ways! {
    catch_panic: CatchPanicLayer::new(), None;
    compression: TheirCompressionLayer::new(), None;
    cors: CorsLayer::permissive(), Some("access-control-allow-origin");
    limit: RequestBodyLimitLayer::new(1 << 20), None;
    normalize_path: NormalizePathLayer::trim_trailing_slash(), None;
    request_id: ServiceBuilder::new()
        .layer(SetRequestIdLayer::x_request_id(MakeRequestUuid))
        .layer(PropagateRequestIdLayer::x_request_id()),
        Some("x-request-id");
    sensitive_headers: SetSensitiveHeadersLayer::new([header::AUTHORIZATION]), None;
    set_header: SetResponseHeaderLayer::if_not_present(
        header::HeaderName::from_static("x-frame-options"),
        HeaderValue::from_static("DENY"),
    ), Some("x-frame-options");
    timeout: TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(60)), None;
    trace: TraceLayer::new_for_http(), None;
}

#[tokio::test]
async fn their_files_inside_ours_and_ours_behind_theirs() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("notes.txt"), LINE.repeat(200)).unwrap();
    let found = Found::default();
    let theirs = ServeDir::new(folder.path()).call_fallback_on_method_not_allowed(true);
    let innermost = || {
        Any(plywood::app(
            found.lint("innermost").layer(service_fn(site)),
        ))
    };

    let inside = ours(&found, theirs.clone().fallback(innermost()));
    let behind = theirs.fallback(Any(ours(&found, innermost())));
    let behind = plywood::app(found.lint("outermost").layer(behind));
    let inside = plywood::app(found.lint("outermost").layer(inside));
    for app in [inside, behind] {
        let notes = answer(&app, Method::GET, "/notes.txt", &[]).await;
        assert!(notes.status == 200 && notes.text == LINE.repeat(200));
        let range = [("range", "bytes=2-5")];
        let part = answer(&app, Method::GET, "/notes.txt", &range).await;
        assert_eq!((part.status, &*part.text), (206, "line"));
        ask(app, None, false).await;
    }
    let found = found.0.lock().unwrap();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[tokio::test]
async fn what_their_layers_refuse_is_a_page_of_ours() {
    let slow = service_fn(async |_: Request<Body>| {
        std::future::pending::<()>().await;
        Ok::<_, Infallible>(Response::new(Body::empty()))
    });
    let found = Found::default();
    let soon = Duration::from_millis(1);
    let timeout = TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, soon);
    let app = ours(&found, timeout.layer(slow));
    let late = answer(&app, Method::GET, "/", &[("accept", "text/html")]).await;
    assert_eq!(late.status, 504);
    assert!(late.text.contains("<!doctype html>"), "{}", late.text);

    let limit = RequestBodyLimitLayer::new(3);
    let site = Any(plywood::app(service_fn(site)));
    let app = ours(&found, limit.layer(site));
    let large = answer(&app, Method::POST, "/echo", &[("content-length", "4")]).await;
    assert_eq!(large.status, 413);
    assert!(found.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_timeout_and_cors_stand_directly_outside_of_any_of_our_layers() {
    let soon = Duration::from_millis(1);
    let late = Duration::from_secs(600);
    for patience in [[soon, late, late], [late, soon, late], [late, late, soon]] {
        let [outside, between, inside] =
            patience.map(|time| TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, time));
        let stack = ServiceBuilder::new()
            .layer(CorsLayer::permissive())
            .layer(outside)
            .layer(AccessLogLayer::new(|_: &[u8]| {}))
            .layer(CorsLayer::permissive())
            .layer(between)
            .layer(ErrorPagesLayer::new())
            .layer(CorsLayer::permissive())
            .layer(inside)
            .layer(CompressionLayer::new())
            .service(service_fn(|_: Request<Body>| {
                std::future::pending::<Result<Response<Body>, BoxError>>()
            }));
        let client = plywood_test::Client::new(plywood::app(stack));
        let reply = client.get("/").await.expect_status(504);
        // Only the timeout inside of the error pages gets a page.
        assert_eq!(reply.bytes().is_empty(), patience[2] == late);
        let preflight = client.options("/").header("origin", "https://shop.example");
        let preflight = preflight.header("access-control-request-method", "POST");
        preflight.await.expect_status(200);
    }
}

/// A form of which nothing comes, as a client may send it over HTTP/2 for as long as it answers pings.
fn dawdling(path: &str, field: (&str, &str)) -> Request<Body> {
    let nothing = futures_util::stream::pending::<Result<Frame<Bytes>, Infallible>>();
    let request = Request::post(path)
        .header("host", "a.example")
        .header("content-type", "application/x-www-form-urlencoded")
        .header(field.0, field.1);
    request.body(Body::new(StreamBody::new(nothing))).unwrap()
}

#[tokio::test]
async fn what_waits_for_a_body_waits_no_longer_than_the_timeout_around_it() {
    let sessions = || SessionLayer::new(MemoryStore::new()).insecure_cookies();
    let nobody = FormLoginLayer::new(|_: &str, _: &str| None::<Identity>);
    let login = plywood::app(sessions().layer(nobody.layer(service_fn(site))));
    let tokens = plywood::app(sessions().layer(CsrfLayer::new().layer(service_fn(site))));
    let covered = plywood::app(IntegrityLayer::new().layer(service_fn(site)));
    let cookie = format!("session={}", "a".repeat(32));
    let digest = format!(
        r#"Digest username="a", realm="r", nonce="n", uri="/", algorithm=SHA-256, response="{}", qop=auth-int, nc=00000001, cnonce="c""#,
        "0".repeat(64)
    );
    for (app, path, field) in [
        (login, "/login", ("x-any", "")),
        (tokens, "/echo", ("cookie", cookie.as_str())),
        (covered, "/echo", ("authorization", digest.as_str())),
    ] {
        // By itself it would wait on.
        let waits = app.clone().oneshot(dawdling(path, field)).now_or_never();
        assert!(waits.is_none(), "{path}");
        let status = StatusCode::REQUEST_TIMEOUT;
        let late = TimeoutLayer::with_status_code(status, Duration::from_millis(10));
        let answer = late.layer(app).oneshot(dawdling(path, field)).await;
        assert_eq!(answer.unwrap().status(), status, "{path}");
    }
}
