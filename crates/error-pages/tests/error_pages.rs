//! The error pages through their public API, between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{FutureExt, stream};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Frame;
use http_body_util::{BodyExt, Full, StreamBody};
use plywood_core::{Body, BoxError, BoxFuture, Failure, HttpBody, Mount, RequestId};
use plywood_error_pages::{ErrorPagesLayer, Form};
use plywood_lint::LintLayer;
use proptest::prelude::*;
use serde_json::{Value, json};
use tower::{Service, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

fn around<S, B>(layer: ErrorPagesLayer, inner: S) -> App
where
    S: Service<Request<Body>, Response = Response<B>, Error: Into<BoxError>>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send + 'static,
    B: HttpBody,
{
    let service = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service(inner);
    BoxCloneSyncService::new(service)
}

fn answering(
    layer: ErrorPagesLayer,
    answer: impl Fn() -> Result<Response<Body>, BoxError> + Clone + Send + Sync + 'static,
) -> App {
    let inner = service_fn(move |_: Request<Body>| std::future::ready(answer()));
    around(layer, inner)
}

/// An answer with this status and these fields, and nothing in it.
fn empty(
    status: u16,
    fields: &'static [(&'static str, &'static str)],
) -> impl Fn() -> Result<Response<Body>, BoxError> + Clone + Send + Sync + 'static {
    move || {
        let response = fields.iter().fold(
            Response::builder().status(status),
            |response, (name, value)| response.header(*name, *value),
        );
        Ok(response.body(Body::empty())?)
    }
}

fn get(target: &str, accept: &str) -> Request<Body> {
    let request = Request::get(target).header("accept", accept);
    request.body(Body::empty()).unwrap()
}

struct Answer {
    status: u16,
    headers: HeaderMap,
    failure: Option<String>,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }
}

async fn ask(app: App, request: Request<Body>) -> Answer {
    let Ok(response) = app.oneshot(request).await;
    let (head, body) = response.into_parts();
    let bytes = body.collect().await.unwrap().to_bytes();
    Answer {
        status: head.status.as_u16(),
        failure: Failure::of(&head).map(ToString::to_string),
        headers: head.headers,
        text: String::from_utf8(bytes.to_vec()).unwrap(),
    }
}

/// The answer to an error that is empty inside.
async fn filled(
    status: u16,
    fields: &'static [(&'static str, &'static str)],
    request: Request<Body>,
) -> Answer {
    ask(
        answering(ErrorPagesLayer::new(), empty(status, fields)),
        request,
    )
    .await
}

#[tokio::test]
async fn an_empty_error_gets_a_page_in_the_form_that_the_client_reads() {
    for (accept, content_type, beginning) in [
        (
            "text/html",
            "text/html; charset=utf-8",
            "<!doctype html>\n<html lang=\"en\" dir=\"ltr\">",
        ),
        (
            "application/json",
            "application/problem+json",
            "{\"type\":\"about:blank\"",
        ),
        (
            "application/problem+json",
            "application/problem+json",
            "{\"type\":\"about:blank\"",
        ),
        (
            "text/plain",
            "text/plain; charset=utf-8",
            "404 Not Found\n\n",
        ),
        (
            "image/png",
            "text/plain; charset=utf-8",
            "404 Not Found\n\n",
        ),
    ] {
        let answer = filled(404, &[], get("/", accept)).await;
        assert_eq!(answer.status, 404);
        assert_eq!(answer.header("content-type"), Some(content_type));
        assert_eq!(
            answer.header("content-length"),
            Some(&*answer.text.len().to_string())
        );
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
        assert_eq!(vary, ["accept", "accept-language"]);
        assert!(answer.text.starts_with(beginning), "{}", answer.text);
    }
    let silent = Request::get("/").body(Body::empty()).unwrap();
    let answer = filled(404, &[], silent).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
}

#[tokio::test]
async fn several_lines_of_accept_are_one_field() {
    let mut request = get("/", "text/plain;q=0.5");
    request
        .headers_mut()
        .append("accept", HeaderValue::from_static("text/html"));
    let answer = filled(404, &[], request).await;
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8")
    );
}

#[tokio::test]
async fn the_problem_says_what_the_status_line_says() {
    let mut request = get("/a%20b?token=secret", "application/json");
    let id = RequestId::new(HeaderValue::from_static("4f\"2a"));
    request.extensions_mut().insert(id);
    let answer = filled(503, &[("retry-after", "30")], request).await;
    assert_eq!(
        answer.json(),
        json!({
            "type": "about:blank",
            "title": "Service Unavailable",
            "status": 503,
            "detail": "This is not available at the moment. Please try again later.",
            "instance": "/a%20b",
            "request_id": "4f\"2a",
        })
    );
}

#[tokio::test]
async fn the_instance_is_the_path_that_the_client_sent() {
    let mut mounted = get("/shop/cart", "application/json");
    assert!(Mount::enter(&mut mounted, "/shop").unwrap());
    assert_eq!(
        filled(404, &[], mounted).await.json()["instance"],
        "/shop/cart"
    );

    let elsewhere = filled(404, &[], get("//example.com/", "application/json")).await;
    assert_eq!(elsewhere.json().get("instance"), None);
}

#[tokio::test]
async fn the_html_is_inert_whatever_the_request_says() {
    let mut request = get("/%3Cscript%3E'\"", "text/html");
    let id = RequestId::new(HeaderValue::from_static("</code><script>alert(1)</script>"));
    request.extensions_mut().insert(id);
    let answer = filled(404, &[], request).await;
    assert!(!answer.text.contains("<script"), "{}", answer.text);
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'sha256-"),
        "{policy}"
    );
    assert!(!policy.contains("unsafe"));
}

#[tokio::test]
async fn fields_of_the_status_stay_and_fields_of_the_body_go() {
    for (status, fields) in [
        (401, &[("www-authenticate", "Basic realm=\"x\"")][..]),
        (405, &[("allow", "GET, HEAD")]),
        (416, &[("content-range", "bytes */10")]),
        (426, &[("upgrade", "h2c"), ("connection", "upgrade")]),
        (429, &[("retry-after", "30")]),
        (503, &[("retry-after", "30")]),
    ] {
        let answer = filled(status, fields, get("/", "text/plain")).await;
        let (name, value) = fields[0];
        assert_eq!((answer.status, answer.header(name)), (status, Some(value)));
        assert!(!answer.text.is_empty());
    }

    let fields = &[
        ("etag", "\"v1\""),
        ("last-modified", "Sat, 21 Nov 2026 14:49:43 GMT"),
        ("content-encoding", "gzip"),
        ("content-language", "de"),
        ("content-length", "0"),
        ("set-cookie", "a=b"),
        ("vary", "cookie"),
        ("cache-control", "max-age=5"),
    ];
    let answer = filled(404, fields, get("/", "text/plain")).await;
    for gone in ["etag", "last-modified", "content-encoding"] {
        assert_eq!(answer.header(gone), None);
    }
    assert_eq!(answer.header("content-language"), Some("en"));
    assert_eq!(answer.header("set-cookie"), Some("a=b"));
    assert_eq!(answer.header("cache-control"), Some("max-age=5"));
    let vary: Vec<_> = answer.headers.get_all("vary").iter().collect();
    assert_eq!(vary, ["cookie", "accept", "accept-language"]);
}

#[tokio::test]
async fn a_body_that_the_service_wrote_is_kept() {
    let written = || {
        let response = Response::builder()
            .status(404)
            .header("content-type", "text/css");
        Ok(response.body(Body::from("mine"))?)
    };
    let answer = ask(
        answering(ErrorPagesLayer::new(), written),
        get("/", "text/html"),
    )
    .await;
    assert_eq!((answer.status, &*answer.text), (404, "mine"));
    assert_eq!(answer.header("cache-control"), None);

    // The service says what its nothing is.
    let described = filled(404, &[("content-type", "text/css")], get("/", "text/html")).await;
    assert_eq!((described.status, &*described.text), (404, ""));
}

#[tokio::test]
async fn an_answer_that_is_no_error_is_left_alone() {
    for (status, fields) in [
        (200, &[][..]),
        (204, &[]),
        (302, &[("location", "/")]),
        (304, &[]),
    ] {
        let mut request = get("/", "text/html");
        request
            .headers_mut()
            .insert("if-none-match", HeaderValue::from_static("*"));
        let answer = ask(
            answering(ErrorPagesLayer::new(), empty(status, fields)),
            request,
        );
        let answer = answer.await;
        assert_eq!((answer.status, &*answer.text), (status, ""));
        assert_eq!(answer.headers.len(), fields.len());
    }
}

#[tokio::test]
async fn head_is_answered_as_get_would_be_without_the_body() {
    for accept in ["text/html", "application/json", "text/plain"] {
        let of_get = filled(404, &[], get("/", accept)).await;
        let mut request = get("/", accept);
        *request.method_mut() = Method::HEAD;
        let of_head = filled(404, &[], request).await;
        assert_eq!(of_head.headers, of_get.headers);
        assert_eq!(of_head.text, "");
    }
}

#[tokio::test]
async fn what_head_has_cut_off_is_not_taken_for_empty() {
    let mut request = get("/", "text/html");
    *request.method_mut() = Method::HEAD;
    let answer = filled(404, &[("content-length", "9")], request).await;
    assert_eq!(answer.header("content-length"), Some("9"));
    assert_eq!(answer.header("content-type"), None);
}

#[tokio::test]
async fn an_error_becomes_a_500_that_does_not_say_why() {
    for accept in ["text/html", "application/json", "text/plain"] {
        let failing = answering(ErrorPagesLayer::new(), || Err("the secret cause".into()));
        let answer = ask(failing, get("/", accept)).await;
        assert_eq!(answer.status, 500);
        assert_eq!(answer.failure.as_deref(), Some("the secret cause"));
        assert!(!answer.text.contains("secret") && answer.text.contains("500"));
    }
}

#[tokio::test]
async fn a_panic_becomes_a_500_that_does_not_say_why() {
    let early = service_fn(
        |_: Request<Body>| -> BoxFuture<Result<Response<Body>, Infallible>> {
            panic!("the secret cause")
        },
    );
    let late = service_fn(|_: Request<Body>| async {
        tokio::task::yield_now().await;
        let cause = String::from("the secret cause");
        std::panic::panic_any(cause) as Result<Response<Body>, Infallible>
    });
    let early = around(ErrorPagesLayer::new(), early);
    let late = around(ErrorPagesLayer::new(), late);
    for app in [early, late] {
        // The second call shows that the service still serves.
        for _ in 0..2 {
            let answer = ask(app.clone(), get("/", "text/html")).await;
            assert_eq!(answer.status, 500);
            assert_eq!(
                answer.failure.as_deref(),
                Some("panicked: the secret cause")
            );
            assert!(!answer.text.contains("secret"));
        }
    }
}

/// A service that becomes ready, or fails to, or panics, as it is told.
#[derive(Clone)]
struct Readiness(fn() -> Poll<Result<(), BoxError>>);

impl Service<Request<Body>> for Readiness {
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = std::future::Ready<Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        (self.0)()
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        std::future::ready(Ok(Response::new("ready".into())))
    }
}

#[tokio::test]
async fn a_service_that_cannot_become_ready_is_answered_for() {
    for (readiness, status, failure) in [
        (Readiness(|| Poll::Ready(Ok(()))), 200, None),
        (
            Readiness(|| Poll::Ready(Err("closed".into()))),
            500,
            Some("closed"),
        ),
        (
            Readiness(|| panic!("unwell")),
            500,
            Some("panicked: unwell"),
        ),
    ] {
        let app = around(ErrorPagesLayer::new(), readiness);
        let answer = ask(app, get("/", "text/plain")).await;
        assert_eq!(
            (answer.status, answer.failure.as_deref()),
            (status, failure)
        );
    }
    let waiting = around(ErrorPagesLayer::new(), Readiness(|| Poll::Pending));
    assert!(waiting.oneshot(get("/", "*/*")).now_or_never().is_none());
}

/// A body that panics after its first frame.
struct Bomb(bool);

impl http_body::Body for Bomb {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        assert!(!self.0, "the fuse is burnt");
        self.0 = true;
        Poll::Ready(Some(Ok(Frame::data(Bytes::from("tick")))))
    }
}

#[tokio::test]
async fn a_panic_while_the_body_streams_breaks_the_answer_off() {
    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|_: Request<Body>| async { Ok::<_, Infallible>(Response::new(Bomb(false))) }),
    );
    let Ok(response) = app.oneshot(get("/", "*/*")).await;
    assert_eq!(response.status(), 200);
    let mut body = response.into_body();
    let first = body.frame().await.unwrap().unwrap();
    assert_eq!(first.into_data().unwrap(), "tick");
    let error = body.frame().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "panicked: the fuse is burnt");
}

#[tokio::test]
async fn frames_trailers_and_errors_of_a_body_pass() {
    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|request: Request<Body>| async move {
            let mut trailers = HeaderMap::new();
            trailers.insert("x-sum", HeaderValue::from_static("2"));
            let last = match request.uri().path() {
                "/whole" => Ok(Frame::trailers(trailers)),
                _ => Err(BoxError::from("broken")),
            };
            let frames = [Ok(Frame::data(Bytes::from("hi"))), last];
            Ok::<_, Infallible>(Response::new(StreamBody::new(stream::iter(frames))))
        }),
    );
    let Ok(whole) = app.clone().oneshot(get("/whole", "*/*")).await;
    let whole = whole.into_body().collect().await.unwrap();
    assert_eq!(whole.trailers().unwrap()["x-sum"], "2");
    assert_eq!(whole.to_bytes(), "hi");
    let Ok(broken) = app.oneshot(get("/broken", "*/*")).await;
    let error = broken.into_body().collect().await.unwrap_err();
    assert_eq!(error.to_string(), "broken");
}

#[tokio::test]
async fn applied_twice_the_inner_one_makes_the_page() {
    let twice = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(ErrorPagesLayer::new().page(|_| Some(Response::new("outer".into()))))
        .layer(ErrorPagesLayer::new())
        .layer(LintLayer::new())
        .service(service_fn(|_: Request<Body>| {
            std::future::ready(empty(404, &[])())
        }));
    let Ok(response) = twice.oneshot(get("/", "text/plain")).await;
    assert_eq!(response.headers().get_all("vary").iter().count(), 2);
    let text = response.into_body().collect().await.unwrap().to_bytes();
    assert!(text.starts_with(b"404 Not Found"));
}

#[tokio::test]
async fn an_own_page_keeps_the_status_and_the_fields_that_belong_to_it() {
    let layer = ErrorPagesLayer::new().page(|blank| {
        assert_eq!(blank.path(), Some("/lost"));
        assert_eq!(blank.title(), "Method Not Allowed");
        assert_eq!(blank.head().headers["allow"], "GET");
        (blank.form() == Form::Html).then(|| {
            let page = Response::builder()
                .status(200)
                .header("set-cookie", "lost=1");
            let page = page.header("vary", "cookie").header("x-page", "own");
            page.body(Body::from("<h1>Lost?</h1>")).unwrap()
        })
    });
    let fields = &[("allow", "GET"), ("set-cookie", "a=b"), ("x-page", "inner")];
    let app = answering(layer, empty(405, fields));

    let own = ask(app.clone(), get("/lost?q", "text/html")).await;
    assert_eq!((own.status, &*own.text), (405, "<h1>Lost?</h1>"));
    assert_eq!(own.header("allow"), Some("GET"));
    assert_eq!(own.header("content-type"), Some("text/html; charset=utf-8"));
    assert_eq!(own.header("content-length"), Some("14"));
    assert_eq!(own.header("content-security-policy"), None);
    assert_eq!(own.header("x-page"), Some("own"));
    let all = |name| own.headers.get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(all("set-cookie"), ["a=b", "lost=1"]);
    assert_eq!(all("vary"), ["cookie", "accept", "accept-language"]);

    let other = ask(app, get("/lost?q", "text/plain")).await;
    assert!(other.text.starts_with("405 Method Not Allowed"));
}

#[tokio::test]
async fn an_own_page_that_panics_is_replaced() {
    let layer = ErrorPagesLayer::new().page(|_| panic!("no ink"));
    let answer = ask(answering(layer, empty(404, &[])), get("/", "text/plain")).await;
    assert_eq!(answer.status, 404);
    assert!(answer.text.starts_with("404 Not Found"));
}

#[tokio::test]
async fn an_own_page_may_stream() {
    let layer = ErrorPagesLayer::new().page(|_| {
        let frames = ["a", "b"].map(|text| Ok::<_, BoxError>(Frame::data(Bytes::from(text))));
        Some(Response::new(Body::new(StreamBody::new(stream::iter(
            frames,
        )))))
    });
    let answer = ask(answering(layer, empty(404, &[])), get("/", "text/plain")).await;
    assert_eq!(
        (&*answer.text, answer.header("content-length")),
        ("ab", None)
    );
}

#[tokio::test]
async fn a_full_body_with_nothing_in_it_is_empty_too() {
    let app = around(
        ErrorPagesLayer::new(),
        service_fn(|_: Request<Body>| async {
            let response = Response::builder().status(StatusCode::GONE);
            response.body(Full::<Bytes>::default())
        }),
    );
    let answer = ask(app, get("/", "text/plain")).await;
    assert!(answer.text.starts_with("410 Gone"));
}

proptest! {
    #[test]
    fn the_status_stays_and_the_length_is_right(
        status in 400_u16..600,
        accept in "[a-z*/;,=q.0-9+ -]{0,40}|text/html|application/json",
        path in "/[ -~]{0,20}",
        head: bool,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let path = if path.parse::<http::Uri>().is_ok() { path } else { "/".to_owned() };
        let mut request = get(&path, &accept);
        if head {
            *request.method_mut() = Method::HEAD;
        }
        let app = ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(service_fn(
            move |_: Request<Body>| std::future::ready(empty(status, &[("allow", "GET")])()),
        ));
        let Ok(response) = runtime.block_on(app.oneshot(request));
        prop_assert_eq!(response.status().as_u16(), status);
        prop_assert_eq!(&response.headers()["allow"], "GET");
        let length: usize = response.headers()[header::CONTENT_LENGTH].to_str().unwrap().parse().unwrap();
        let is_json = response.headers()["content-type"] == "application/problem+json";
        let text = runtime.block_on(response.into_body().collect()).unwrap().to_bytes();
        prop_assert_eq!(text.len(), if head { 0 } else { length });
        prop_assert!(length > 0);
        if is_json && !head {
            let problem: Value = serde_json::from_slice(&text).unwrap();
            prop_assert_eq!(&problem["status"], &json!(status));
        }
    }
}
