//! The client against a small service.

#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

use std::{
    convert::Infallible,
    fmt::Write,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{HeaderMap, Method, Request, Response, StatusCode, response::Builder};
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use plywood_core::{Body, BoxError, BoxFuture, Scheme, take_ready};
use plywood_lint::{LintLayer, rule};
use plywood_test::{Client, Multipart, Reply, RequestBuilder};
use serde::{Deserialize, Serialize};
use tower::{Service, service_fn};

fn client() -> Client {
    Client::new(service_fn(app))
}

/// Tells what it was asked, or does what its path says.
async fn app(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let (head, body) = request.into_parts();
    let query = head.uri.query().unwrap_or_default().to_owned();
    let redirect =
        |status: u16, to: &str| Response::builder().status(status).header("location", to);
    let response = match head.uri.path() {
        "/echo" => {
            let body = body.collect().await?.to_bytes();
            let mut text = format!("{} {} {:?}\n", head.method, head.uri, head.version);
            let peer = head.extensions.get::<plywood_core::Client>();
            writeln!(text, "{peer:?} {:?}", Scheme::of(&head))?;
            writeln!(text, "{:?}", head.extensions.get::<Mark>())?;
            for (name, value) in &head.headers {
                writeln!(text, "{name}: {}", value.to_str()?)?;
            }
            return Ok(Response::new(Body::from(
                [text.into_bytes(), body.to_vec()].concat(),
            )));
        }
        "/set" => query
            .split('&')
            .fold(Response::builder(), |response, line| {
                response.header("set-cookie", line.replace("%20", " "))
            }),
        "/301" => redirect(301, "/echo"),
        "/302" => redirect(302, "/echo"),
        "/303" => redirect(303, "/echo"),
        "/307" => redirect(307, "/echo"),
        "/308" => redirect(308, "/echo"),
        "/loop" => redirect(302, "loop"),
        "/further" => redirect(302, &format!("/further?{query}x")),
        "/gate" if head.headers.contains_key("cookie") => return Ok(Response::new("in".into())),
        "/gate" => redirect(302, "/gate").header("set-cookie", "seen=1"),
        "/away" => redirect(302, "http://other.example/echo"),
        "/login" => redirect(303, "/echo").header("set-cookie", "sid=4f2a; Path=/"),
        "/wrong" => Response::builder().header("etag", "v1"),
        "/error" => return Err("the store does not answer".into()),
        "/whole" => return Ok(Response::new("a body".into())),
        "/stream" => return Ok(Response::new(Body::new(stream()))),
        "/bytes" => return Ok(Response::new(Body::from(vec![0xff, 0xfe]))),
        "/json" => return Ok(json(r#"{ "name": "ada", "age": 36 }"#)),
        _ => Response::builder().status(404),
    };
    empty(response)
}

fn empty(response: Builder) -> Result<Response<Body>, BoxError> {
    Ok(response.body(Body::empty())?)
}

fn json(text: &'static str) -> Response<Body> {
    let response = Response::builder().header("content-type", "application/json");
    response.body(text.into()).unwrap()
}

fn stream() -> impl http_body::Body<Data = Bytes, Error = BoxError> {
    let trailers = HeaderMap::from_iter([("x-sum".parse().unwrap(), "7".parse().unwrap())]);
    let frames: [Result<_, BoxError>; 3] = [
        Ok(Frame::data(Bytes::from("one "))),
        Ok(Frame::data(Bytes::from("two"))),
        Ok(Frame::trailers(trailers)),
    ];
    StreamBody::new(futures_util::stream::iter(frames))
}

#[derive(Clone, Debug)]
#[expect(dead_code, reason = "it is shown by `Debug`")]
struct Mark(u8);

/// The lines of an echo.
fn lines(reply: &Reply) -> Vec<&str> {
    reply.text().lines().collect()
}

#[tokio::test]
async fn a_request_comes_as_a_gateway_hands_it_on() {
    let reply = client().get("/echo?x=1").await.ok();
    let expected = [
        "GET /echo?x=1 HTTP/1.1",
        "Some(Client { peer: Some(127.0.0.1:49152), proven: None }) Some(Http)",
        "None",
        "host: localhost",
    ];
    assert_eq!(lines(&reply), expected);

    let client = client()
        .base("https://shop.example:8443")
        .extension(Mark(1));
    let reply = client.get("/echo").await;
    assert!(lines(&reply)[1].ends_with("Some(Https)"), "{reply}");
    assert_eq!(
        lines(&reply)[2..],
        ["Some(Mark(1))", "host: shop.example:8443"]
    );

    let peer = plywood_core::Client::tcp(([192, 0, 2, 7], 80).into());
    let request = client
        .get("http://elsewhere.example?y")
        .extension(peer)
        .extension(Mark(2));
    let reply = request.query([("z", "1")]).await.expect_status(404);
    assert_eq!(reply.url(), "http://elsewhere.example/?y&z=1");
}

#[tokio::test]
async fn extensions_fields_and_queries_are_sent() {
    let client = client().header("x-default", "1").header("x-other", "1");
    let request = client.get("/echo").query(&[("a", "b c"), ("ä", "&=")]);
    let request = request.query([("d".to_owned(), String::new())]);
    let request = request
        .header("X-Other", "2")
        .header("x-other", "3")
        .extension(Mark(3));
    let reply = request.await;
    let lines = lines(&reply);
    assert_eq!(lines[0], "GET /echo?a=b+c&%C3%A4=%26%3D&d= HTTP/1.1");
    assert_eq!(lines[2], "Some(Mark(3))");
    assert_eq!(
        lines[3..],
        [
            "x-other: 2",
            "x-other: 3",
            "x-default: 1",
            "host: localhost"
        ]
    );
}

#[tokio::test]
async fn bodies_are_sent_with_their_type_and_length() {
    let client = client();
    let cases = [
        (
            client.post("/echo").form(&[("name", "ada l"), ("x", "&")]),
            &[
                "content-type: application/x-www-form-urlencoded",
                "content-length: 16",
                "name=ada+l&x=%26",
            ][..],
        ),
        (
            client.put("/echo").json(&["a", "b"]),
            &[
                "content-type: application/json",
                "content-length: 9",
                "[\"a\",\"b\"]",
            ],
        ),
        (
            client.patch("/echo").body("text"),
            &["content-length: 4", "text"],
        ),
        (client.post("/echo"), &["content-length: 0"]),
        (client.delete("/echo"), &[]),
        (client.post("/echo").body(Body::new(stream())), &["one two"]),
        (
            client.get("/echo").basic_auth("ada", "ply:wood"),
            &["authorization: Basic YWRhOnBseTp3b29k"],
        ),
        (
            client.get("/echo").bearer_auth("t0ken"),
            &["authorization: Bearer t0ken"],
        ),
    ];
    for (request, expected) in cases {
        let reply = request.await.ok();
        let rest: Vec<_> = lines(&reply)[3..]
            .iter()
            .copied()
            .filter(|line| !line.starts_with("host:"))
            .collect();
        assert_eq!(rest, expected);
    }
}

#[tokio::test]
async fn cookies_are_kept_sent_and_shown() {
    let client = client();
    let reply = client
        .get("/set?a=1&b=2;%20Path=/;%20HttpOnly&c=3;%20Path=/x")
        .await;
    assert_eq!(reply.cookies().len(), 3);
    assert_eq!(reply.cookie("b").unwrap().path(), Some("/"));
    assert_eq!(client.cookies().len(), 3);
    assert_eq!(client.cookie("b").unwrap().domain(), Some("localhost"));
    assert!(client.cookie("b").unwrap().is_http_only());

    client.store_cookie("d=4");
    client
        .get("/echo")
        .await
        .expect_text_contains("cookie: a=1; b=2; d=4\n");
    client
        .get("/echo")
        .header("cookie", "mine=1")
        .await
        .expect_text_contains("cookie: mine=1\n");
    client
        .clone()
        .get("/echo")
        .await
        .expect_text_contains("cookie: a=1");
    let reply = client.stranger().get("/echo").await;
    assert!(!reply.text().contains("cookie"), "{reply}");

    let reply = client.get("/set?a=;%20Max-Age=0").await;
    assert!(reply.cookie("a").unwrap().is_removal());
    client.remove_cookie("b");
    client
        .get("/echo")
        .await
        .expect_text_contains("cookie: d=4\n");
    client.clear_cookies();
    assert_eq!(client.cookies(), []);
}

#[tokio::test]
async fn redirects_are_followed_as_browsers_do() {
    let client = client();
    for (status, method, expected, keeps_body) in [
        (301, Method::POST, "GET", false),
        (302, Method::POST, "GET", false),
        (303, Method::POST, "GET", false),
        (307, Method::POST, "POST", true),
        (308, Method::POST, "POST", true),
        (301, Method::PUT, "PUT", true),
        (303, Method::PUT, "GET", false),
        (302, Method::GET, "GET", true),
    ] {
        let target = format!("/{status}");
        let request = client.request(method, &target).form(&[("a", "b")]);
        let reply = request.follow(1).await.ok();
        assert!(
            reply.text().starts_with(&format!("{expected} /echo ")),
            "{status}: {reply}"
        );
        assert_eq!(
            reply.text().contains("content-length: 3\n"),
            keeps_body,
            "{status}: {reply}"
        );
        assert_eq!(
            reply.text().ends_with("a=b"),
            keeps_body,
            "{status}: {reply}"
        );
        assert_eq!(reply.url(), "http://localhost/echo");
        let history: Vec<_> = reply
            .history()
            .map(|(status, url)| (status.as_u16(), url.path()))
            .collect();
        assert_eq!(history, [(status, &*target)]);
    }
    let reply = client.head("/303").follow(1).await.ok();
    assert_eq!(reply.url().path(), "/echo");
}

#[tokio::test]
async fn a_redirect_is_the_reply_unless_it_is_to_be_followed() {
    let client = client();
    client
        .get("/302")
        .await
        .expect_status(302)
        .expect_header("location", "/echo");
    let reply = client.get("/away").follow(9).await.expect_status(302);
    assert_eq!(reply.history().len(), 0);

    let client = client.follow_redirects(3);
    let reply = client.post("/login").await;
    assert!(reply.text().contains("cookie: sid=4f2a"), "{reply}");
    let error = client.get("/loop").try_send().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "redirects in a circle: http://localhost/loop (302 Found), http://localhost/loop (302 Found)"
    );
    let error = client.get("/further?").try_send().await.unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("more than 3 redirects: http://localhost/further? (302 Found), "),
        "{error}"
    );
    // A cookie makes it another question.
    client.get("/gate").await.expect_text("in");
    let error = client
        .post("/307")
        .body(Body::new(stream()))
        .try_send()
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("a streamed body again"),
        "{error}"
    );
    client.post("/303").body(Body::new(stream())).await.ok();
}

#[tokio::test]
async fn the_whole_reply_is_at_hand() {
    #[derive(Debug, Deserialize, PartialEq, Serialize)]
    struct Person {
        name: String,
        age: u8,
    }
    let client = client();
    let ada = Person {
        name: "ada".into(),
        age: 36,
    };
    let reply = client.get("/json").await.expect_json(&ada);
    assert_eq!(reply.json::<Person>(), ada);
    assert_eq!(reply.header("content-type"), "application/json");

    let reply = client.get("/stream").await.expect_text("one two");
    assert_eq!(reply.trailers()["x-sum"], "7");
    assert_eq!(reply.expect_no_header("content-length").bytes().len(), 7);
    assert_eq!(client.get("/none").await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_body_of_a_head_is_dropped_as_a_server_drops_it() {
    client().head("/whole").await.ok().expect_text("");
}

#[tokio::test]
async fn the_target_of_options_may_be_a_star() {
    let reply = client().options("*").await;
    assert_eq!(reply.status(), 404);
}

#[tokio::test]
async fn a_stream_is_read_frame_by_frame() {
    let mut reply = client().get("/stream").stream().await;
    assert_eq!(reply.frame().await.unwrap(), "one ");
    assert_eq!(reply.frame().await.unwrap(), "two");
    assert!(reply.trailers().is_empty());
    assert_eq!(reply.frame().await, None);
    assert_eq!(reply.trailers()["x-sum"], "7");
}

#[tokio::test]
async fn an_error_of_the_service_is_an_error_or_a_panic_that_says_who_asked() {
    let error = client().get("/error").try_send().await.unwrap_err();
    assert_eq!(error.to_string(), "the store does not answer");

    let request = client().get("/error").send();
    let panic = tokio::spawn(request).await.unwrap_err().into_panic();
    let message = panic.downcast_ref::<String>().unwrap();
    for part in [
        "GET http://localhost/error",
        "tests/client.rs",
        "the store does not answer",
    ] {
        assert!(message.contains(part), "{message}");
    }
}

/// The message with which `check` panics.
fn panic_of<T>(check: impl FnOnce() -> T) -> String {
    let panic = catch_unwind(AssertUnwindSafe(check))
        .err()
        .expect("it panics");
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn what_should_have_come_is_told_with_the_whole_exchange() {
    let client = client();
    let reply = client.post("/json").json("hello").await;
    let panics = [
        (
            panic_of(|| reply.clone().expect_status(404)),
            "expected the status 404, found 200 OK",
        ),
        (
            panic_of(|| reply.clone().expect_header("etag", "x")),
            "expected `etag: x`, found none",
        ),
        (
            panic_of(|| reply.clone().expect_header("content-type", "text/html")),
            "expected `content-type: text/html`, found \"application/json\"",
        ),
        (
            panic_of(|| reply.clone().expect_no_header("content-type")),
            "expected no `content-type`",
        ),
        (
            panic_of(|| reply.clone().expect_text("x")),
            "expected the text \"x\"",
        ),
        (
            panic_of(|| reply.clone().expect_text_contains("eve")),
            "expected \"eve\" in the text",
        ),
        (
            panic_of(|| reply.clone().expect_json(&1)),
            "expected the JSON 1",
        ),
        (
            panic_of(|| reply.header("etag").len()),
            "there is no `etag`",
        ),
        (
            panic_of(|| reply.json::<Vec<u8>>()),
            "the body is not the JSON that was asked for",
        ),
    ];
    let exchange = [
        "> POST http://localhost/json",
        "> content-type: application/json",
        "> \"hello\"",
        "< 200 OK",
        "< { \"name\": \"ada\", \"age\": 36 }",
    ];
    for (message, first) in panics {
        assert!(message.starts_with(first), "{message}");
        assert!(
            exchange.iter().all(|part| message.contains(part)),
            "{message}"
        );
    }
    let reply = client.get("/none").await;
    assert!(panic_of(|| reply.ok()).starts_with("expected a 2xx, found 404 Not Found"));
    let reply = client.get("/bytes").await;
    assert!(panic_of(|| reply.text().len()).contains("(2 bytes that are not text)"));
}

#[tokio::test]
async fn what_cannot_be_sent_is_told_where_it_is_written() {
    let client = client();
    assert!(panic_of(|| client.get("a b")).contains("\"a b\" cannot be sent"));
    assert!(panic_of(|| client.get("/").header("a", "b\n")).contains("a field cannot be sent"));
    assert!(panic_of(|| client.clone().base("/x")).contains("a base is a scheme and a host"));
    assert!(
        panic_of(|| client.store_cookie("a=1; Domain=x.example"))
            .contains("a browser does not take")
    );
}

/// Ready the second time it is asked; each instance for itself.
#[derive(Default)]
struct Slow {
    asked: usize,
    calls: Arc<AtomicUsize>,
}

impl Clone for Slow {
    fn clone(&self) -> Self {
        Self {
            asked: 0,
            calls: Arc::clone(&self.calls),
        }
    }
}

impl Service<Request<Body>> for Slow {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = BoxFuture<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.asked += 1;
        cx.waker().wake_by_ref();
        if self.asked < 2 {
            Poll::Pending
        } else {
            Poll::Ready(Ok(()))
        }
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        self.calls.fetch_add(1, Ordering::Relaxed);
        let _ready = take_ready(self);
        Box::pin(async { Ok(Response::new(Body::empty())) })
    }
}

#[tokio::test]
async fn the_client_waits_until_the_service_is_ready() {
    let slow = Slow::default();
    let calls = Arc::clone(&slow.calls);
    let client = Client::new(slow);
    client.get("/").await.ok();
    client.get("/").await.ok();
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[test]
fn a_client_and_its_requests_can_move_to_another_thread() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let client = is_send(client());
    drop(is_send(client.get("/").send()));
}

#[tokio::test]
async fn an_error_that_nobody_expected_does_not_pass_in_silence() {
    let client = client();
    let reply = client.get("/none").await;
    let message = panic_of(|| drop(reply));
    for part in [
        "GET http://localhost/none, sent from",
        "tests/client.rs",
        "was answered 404 Not Found, which nobody expected",
    ] {
        assert!(message.contains(part), "{message}");
    }
    client.get("/none").await.any_status();
    client.get("/none").await.expect_status(404);
    client.get("/302").await;
    // Whoever awaits the request sends it. One clone that was looked at is enough.
    let reply = client.get("/none").await;
    let clone = reply.clone();
    assert_eq!(clone.status(), 404);
    drop((reply, clone));
    // Who cuts it off without a look has not expected it either.
    let open = client.get("/none").stream().await;
    assert!(panic_of(|| open.cut()).contains("which nobody expected"));
}

#[tokio::test]
async fn files_are_sent_as_browsers_send_them() {
    let form = Multipart::new().text("title", "A sheet").file(
        "photo",
        "sheet.png",
        "image/png",
        b"PNG".as_slice(),
    );
    let reply = client().post("/echo").multipart(&form).await;
    reply
        .expect_text_contains("content-type: multipart/form-data; boundary=----PlywoodBoundary0\n")
        .expect_text_contains(
            "name=\"photo\"; filename=\"sheet.png\"\r\nContent-Type: image/png\r\n\r\nPNG\r\n",
        );
}

#[tokio::test]
async fn a_request_can_be_told_as_a_command() {
    let client = client();
    client.store_cookie("sid=4f2a");
    let request = client.post("/echo?a=b").json(&["it's"]);
    let command = request.as_curl();
    assert_eq!(
        command,
        "curl --path-as-is -X POST -H 'content-type: application/json' -H 'host: localhost' -H 'cookie: sid=4f2a' \
         --data-raw '[\"it'\\''s\"]' 'http://localhost/echo?a=b'"
    );
    assert_eq!(request.await.as_curl(), command);
    assert!(
        client
            .options("*")
            .as_curl()
            .ends_with("--request-target '*' http://localhost")
    );
    let bytes = client.put("/x").body(vec![0xff]).as_curl();
    assert!(bytes.starts_with(r"printf '\377' | curl "), "{bytes}");
    assert!(
        bytes.contains("-H content-type: --data-binary @-"),
        "{bytes}"
    );
}

#[tokio::test]
async fn a_stream_is_looked_at_without_waiting_and_read_to_its_end() {
    let mut reply = client().get("/stream").stream().await;
    assert!(!reply.is_quiet().await);
    assert_eq!(reply.frame().await.unwrap(), "one ");
    let reply = reply.rest().await.expect_text("two");
    assert_eq!(reply.trailers()["x-sum"], "7");

    let pending = StreamBody::new(futures_util::stream::pending::<
        Result<Frame<Bytes>, BoxError>,
    >());
    let pending = Arc::new(std::sync::Mutex::new(Some(Body::new(pending))));
    let client = Client::new(service_fn(move |_: Request<Body>| {
        let body = pending.lock().unwrap().take().unwrap();
        async { Ok::<_, Infallible>(Response::new(body)) }
    }));
    let mut reply = client.get("/").stream().await;
    assert!(reply.is_quiet().await);
    reply.cut();
}

/// The message with which the request's task panics.
async fn panic_of_sending(request: RequestBuilder) -> String {
    let panic = tokio::spawn(request.send()).await.unwrap_err().into_panic();
    panic.downcast_ref::<String>().unwrap().clone()
}

#[tokio::test]
async fn a_lint_checks_what_is_answered_and_what_is_sent() {
    let message = panic_of_sending(client().get("/wrong")).await;
    for part in [
        "the service contract is broken",
        "H8: An `ETag` is quoted",
        "found: ",
        "see:   RFC 9110 §8.8.3",
    ] {
        assert!(message.contains(part), "{message}");
    }
    let request = client().get("/echo").header("host", "a b");
    let message = panic_of_sending(request).await;
    assert!(message.contains("\nQ"), "{message}");
}

#[tokio::test]
async fn the_lint_is_another_or_none_if_the_test_says_so() {
    let lint = LintLayer::new().without(rule::ETAG, "it is the test's mistake");
    let forgiving = client().lint(lint);
    forgiving.get("/wrong").await.expect_header("etag", "v1");
    client()
        .unlinted()
        .get("/wrong")
        .await
        .expect_header("etag", "v1");
    // All other rules stand, and what a gateway leaves is looked for.
    let request = forgiving.get("/echo").header("host", "a b");
    assert!(panic_of_sending(request).await.contains("\nQ"));
    let message = panic_of_sending(forgiving.lint(LintLayer::new()).get("/wrong")).await;
    assert!(message.contains("H8"), "{message}");
}

#[tokio::test]
async fn one_lint_sees_what_all_visitors_are_answered() {
    let app = service_fn(|request: Request<Body>| async move {
        let asks = request.headers().contains_key("cookie");
        let response = Response::builder().header("etag", "\"1\"");
        let response = response.body(Body::from(if asks { "one" } else { "two" }));
        Ok::<_, Infallible>(response.unwrap())
    });
    let ada = Client::new(app);
    let bob = ada.stranger();
    bob.store_cookie("a=1");
    ada.get("/").await.expect_text("two");
    assert!(panic_of_sending(bob.get("/")).await.contains("O2"));
}
