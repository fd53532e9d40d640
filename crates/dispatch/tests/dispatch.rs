//! The dispatcher, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    fmt::Debug,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use http::{Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt, Empty, Full};
use plywood_core::{
    Body, BoxError, Failure, HttpBody, MatchedRoute, Mount, NoCompress, Witness, path::Malformed,
};
use plywood_dispatch::{
    AService, BuildErrorKind, Dispatch, DispatchBuilder, FlawKind, IntoEndpoint, Params, Refusal,
    Rule, Value, handler,
};
use plywood_lint::LintLayer;
use proptest::prelude::*;
use tower::{Layer, Service, ServiceExt, service_fn, util::BoxCloneSyncService};

/// What an answer was, as the tests compare it.
#[derive(Debug)]
struct Answer {
    status: StatusCode,
    head: http::response::Parts,
    body: String,
    route: Option<MatchedRoute>,
}

impl Answer {
    fn header(&self, name: header::HeaderName) -> &str {
        self.head
            .headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    fn route(&self) -> Option<&str> {
        self.route.as_ref().map(MatchedRoute::pattern)
    }
}

async fn ask<S, B>(service: S, method: &str, target: &str) -> Answer
where
    S: Service<Request<Body>, Response = Response<B>, Error: Debug>,
    B: HttpBody,
{
    let request = Request::builder().method(method).uri(target);
    let mut request = request.body(Body::empty()).unwrap();
    let witness = Witness::call(&mut request);
    let response = service.oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let body = Body::new(body).collect().await.unwrap().to_bytes();
    Answer {
        status: head.status,
        body: String::from_utf8(body.to_vec()).unwrap(),
        head,
        route: witness.route(),
    }
}

/// Says what it was told: the path that is left, the mount, the rule and the parameters.
async fn echo(request: Request<Body>) -> Response<Body> {
    let mount = Mount::of(&request);
    let pattern = MatchedRoute::of(&request).map_or("-", MatchedRoute::pattern);
    let params = Params::of(&request);
    let text = format!("{}|{}|{pattern}|{params:?}", request.uri(), mount.prefix());
    Response::new(text.into())
}

/// The echo below a lint.
fn linted() -> impl IntoEndpoint<BoxError, AService> {
    LintLayer::new().layer(handler(echo))
}

/// A dispatcher below a lint.
fn site(
    builder: DispatchBuilder<BoxError>,
) -> impl Service<Request<Body>, Response = Response<impl HttpBody>, Error = BoxError> + Clone {
    LintLayer::new().layer(builder.build().unwrap())
}

#[tokio::test]
async fn an_endpoint_sees_its_rule_and_its_parameters_decoded() {
    let site = site(
        Dispatch::<BoxError>::builder()
            .get("/", linted())
            .get("/users/<int:id>/posts/<slug>", linted())
            .get("/files/<path:file>", linted()),
    );
    for (target, expected) in [
        ("/", "/||/|{}"),
        ("/?q=1", "/?q=1||/|{}"),
        ("http://example.com/", "http://example.com/||/|{}"),
        (
            "/users/7/posts/a-b?x=%20",
            "/users/7/posts/a-b?x=%20||/users/<int:id>/posts/<slug>|{\"id\": \"7\", \"slug\": \"a-b\"}",
        ),
        (
            "/users/%37/posts/%C3%A9%20%25?q",
            "/users/%37/posts/%C3%A9%20%25?q||/users/<int:id>/posts/<slug>|{\"id\": \"7\", \"slug\": \"é %\"}",
        ),
        (
            "/files/a/b.txt",
            "/files/a/b.txt||/files/<path:file>|{\"file\": \"a/b.txt\"}",
        ),
    ] {
        let answer = ask(site.clone(), "GET", target).await;
        assert_eq!(answer.status, StatusCode::OK, "{target}");
        assert_eq!(answer.body, expected, "{target}");
    }
    let answer = ask(site, "GET", "/files/a").await;
    assert_eq!(answer.route(), Some("/files/<path:file>"));
}

#[tokio::test]
async fn parameters_are_parsed_on_demand() {
    async fn number(request: Request<Body>) -> Response<Body> {
        let params = Params::of(&request);
        assert_eq!(params.get("nobody"), None);
        let text = format!("{:?} {:?}", params.parse::<u8>("n"), params.get("n"));
        Response::new(text.into())
    }
    let site = site(Dispatch::<BoxError>::builder().get("/<int:n>", number));
    assert_eq!(
        ask(site.clone(), "GET", "/255").await.body,
        "Some(255) Some(\"255\")"
    );
    assert_eq!(ask(site, "GET", "/256").await.body, "None Some(\"256\")");
    assert!(Params::of(&Request::new(())).get("n").is_none());
}

#[tokio::test]
async fn a_method_that_no_rule_takes_is_told_the_whole_allow() {
    let site = site(
        Dispatch::<BoxError>::builder()
            .get("/users/me", linted())
            .delete("/users/<id>", linted())
            .route(Rule::new("/users/<path:rest>").methods(["QUERY"]), linted())
            .route("/any", linted()),
    );
    let answer = ask(site.clone(), "PUT", "/users/me").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(
        answer.header(header::ALLOW),
        "DELETE, GET, HEAD, OPTIONS, QUERY"
    );
    assert_eq!(answer.body, "");
    let reason = Failure::of(&answer.head).unwrap().reason();
    assert_eq!(reason.downcast_ref(), Some(&Refusal::MethodNotAllowed));

    let answer = ask(site.clone(), "OPTIONS", "/users/you").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header(header::ALLOW), "DELETE, OPTIONS, QUERY");

    let answer = ask(site.clone(), "QUERY", "/users/me").await;
    assert_eq!(answer.route(), Some("/users/<path:rest>"));
    let answer = ask(site.clone(), "OPTIONS", "/any").await;
    assert_eq!(answer.route(), Some("/any"));
    let answer = ask(site, "OPTIONS", "*").await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
}

#[tokio::test]
async fn an_answer_to_head_has_the_head_of_get_and_no_body() {
    async fn hello(_: Request<Body>) -> Response<Body> {
        Response::new(Body::from("hello"))
    }
    async fn lengthy(_: Request<Body>) -> Response<Body> {
        let mut response = Response::new(Body::from("seven.."));
        response
            .headers_mut()
            .insert(header::CONTENT_LENGTH, 7.into());
        response
    }
    let site = site(
        Dispatch::<BoxError>::builder()
            .get("/hello", hello)
            .get("/lengthy", lengthy)
            .mount("/mount", hello)
            .fallback(hello),
    );
    for (target, length) in [
        ("/hello", "5"),
        ("/lengthy", "7"),
        ("/mount", "5"),
        ("/x", "5"),
    ] {
        let answer = ask(site.clone(), "HEAD", target).await;
        assert_eq!(
            (answer.status, &*answer.body),
            (StatusCode::OK, ""),
            "{target}"
        );
        assert_eq!(answer.header(header::CONTENT_LENGTH), length, "{target}");
    }
    assert_eq!(ask(site, "GET", "/hello").await.body, "hello");
}

#[tokio::test]
async fn a_missing_slash_is_added_and_a_doubled_one_taken_away() {
    let site = site(
        Dispatch::<BoxError>::builder()
            .get("/", linted())
            .get("/foo", linted())
            .get("/bar/", linted())
            .get("/a b/<x>/", linted())
            .post("/post/", linted()),
    );
    for (method, target, location) in [
        ("GET", "/bar", "/bar/"),
        ("HEAD", "/bar", "/bar/"),
        ("GET", "/bar?a=1&b=%20", "/bar/?a=1&b=%20"),
        (
            "GET",
            "/bar?a=100%&b={\\é}",
            "/bar/?a=100%25&b=%7B%5C%C3%A9%7D",
        ),
        ("GET", "http://evil.example/bar", "/bar/"),
        ("GET", "//bar", "/bar/"),
        ("GET", "//foo?x", "/foo?x"),
        ("GET", "/bar//", "/bar/"),
        ("GET", "//", "/"),
        ("GET", "/a%20b/%2e%2ex", "/a%20b/..x/"),
        ("POST", "/post", "/post/"),
    ] {
        let answer = ask(site.clone(), method, target).await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{target}");
        assert_eq!(answer.header(header::LOCATION), location, "{target}");
        assert_eq!(answer.body, "");
    }
    for (method, target, status) in [
        ("GET", "/foo/", StatusCode::NOT_FOUND),
        ("GET", "//evil.example", StatusCode::NOT_FOUND),
        ("GET", "/post", StatusCode::NOT_FOUND),
        ("GET", "/post/", StatusCode::METHOD_NOT_ALLOWED),
        ("GET", "/%66oo", StatusCode::OK),
    ] {
        let answer = ask(site.clone(), method, target).await;
        assert_eq!(answer.status, status, "{method} {target}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_before_any_rule_and_any_fallback() {
    let site = site(
        Dispatch::<BoxError>::builder()
            .route("/<path:all>", linted())
            .mount("/admin", linted())
            .fallback(linted()),
    );
    for (target, reason) in [
        ("/x/../admin", Malformed::DotSegment),
        ("/%2e%2e/admin", Malformed::DotSegment),
        ("/admin%2fsecret", Malformed::EncodedSeparator),
        ("/admin%5csecret", Malformed::EncodedSeparator),
        ("/admin%00", Malformed::ControlCharacter),
        ("/%zz", Malformed::BadEscape),
        ("/%ff", Malformed::NotUtf8),
    ] {
        let answer = ask(site.clone(), "GET", target).await;
        assert_eq!(answer.status, reason.status(), "{target}");
        let failure = Failure::of(&answer.head).unwrap();
        assert_eq!(failure.reason().downcast_ref(), Some(&reason), "{target}");
    }
}

#[tokio::test]
async fn a_mounted_service_sees_the_rest_alone() {
    let site = site(
        Dispatch::<BoxError>::builder()
            .get("/", linted())
            .get("/shop/help", linted())
            .mount("/shop", linted())
            .mount("/shop/a b", linted()),
    );
    for (target, expected) in [
        ("/shop", "/|/shop|/shop|{}"),
        ("/shop/", "/|/shop|/shop|{}"),
        ("/shop/cart?x=1", "/cart?x=1|/shop|/shop|{}"),
        ("//shop//cart", "/cart|/shop|/shop|{}"),
        ("/shop/help", "/shop/help||/shop/help|{}"),
        ("/shop/a%20b/c", "/c|/shop/a%20b|/shop/a b|{}"),
    ] {
        assert_eq!(
            ask(site.clone(), "GET", target).await.body,
            expected,
            "{target}"
        );
    }
    let answer = ask(site, "GET", "/shopping").await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    let reason = Failure::of(&answer.head).unwrap().reason();
    assert_eq!(reason.downcast_ref(), Some(&Refusal::NotFound));
}

#[tokio::test]
async fn mounts_three_deep_keep_routes_and_redirects_right() {
    let leaf = || {
        Dispatch::<BoxError>::builder()
            .get("/", linted())
            .get(Rule::new("/items/<int:id>").name("item"), linted())
            .get("/list/", linted())
            .build()
            .unwrap()
    };
    let shared = leaf();
    let middle = Dispatch::<BoxError>::builder()
        .mount("/b", leaf())
        .mount("/c", shared.clone())
        .build()
        .unwrap();
    let inner = LintLayer::new().layer(middle);
    let site = site(
        Dispatch::<BoxError>::builder()
            .mount("/a", inner)
            .mount("/d", shared),
    );
    for (target, body, route) in [
        (
            "/a/b/items/7",
            "/items/7|/a/b|/a/b/items/<int:id>|{\"id\": \"7\"}",
            "/a/b/items/<int:id>",
        ),
        ("/a/b", "/|/a/b|/a/b/|{}", "/a/b/"),
        (
            "/a/c/items/7",
            "/items/7|/a/c|/a/c/items/<int:id>|{\"id\": \"7\"}",
            "/a/c/items/<int:id>",
        ),
        (
            "/d/items/7",
            "/items/7|/d|/d/items/<int:id>|{\"id\": \"7\"}",
            "/d/items/<int:id>",
        ),
        (
            "/a/c/items/7",
            "/items/7|/a/c|/a/c/items/<int:id>|{\"id\": \"7\"}",
            "/a/c/items/<int:id>",
        ),
    ] {
        let answer = ask(site.clone(), "GET", target).await;
        assert_eq!(
            (&*answer.body, answer.route()),
            (body, Some(route)),
            "{target}"
        );
    }
    let answer = ask(site.clone(), "GET", "/a/b/items/7").await;
    let name = answer.route.as_ref().and_then(MatchedRoute::endpoint_name);
    assert_eq!(name, Some("item"));
    let answer = ask(site.clone(), "GET", "/a/b/list?x").await;
    assert_eq!(answer.header(header::LOCATION), "/a/b/list/?x");
    let answer = ask(site, "GET", "/a/b/nothing").await;
    assert_eq!(
        (answer.status, answer.route()),
        (StatusCode::NOT_FOUND, Some("/a/b"))
    );
}

#[tokio::test]
async fn the_fallback_answers_where_nothing_matches() {
    let site = site(
        Dispatch::<BoxError>::builder()
            .post("/foo", linted())
            .fallback(linted()),
    );
    let answer = ask(site.clone(), "GET", "//nothing//here?x").await;
    assert_eq!(answer.body, "//nothing//here?x||-|{}");
    assert_eq!(answer.route(), None);
    let answer = ask(site, "GET", "/foo").await;
    assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test]
async fn endpoints_of_every_kind_stand_side_by_side_and_their_errors_convert() {
    async fn fails(_: Request<Body>) -> Result<Response<Body>, std::io::Error> {
        Err(std::io::Error::other("the disk is full"))
    }
    async fn plain(_: Request<Body>) -> Response<Full<bytes::Bytes>> {
        Response::new(Full::from("plain"))
    }
    let erased: BoxCloneSyncService<Request<Body>, Response<Body>, BoxError> =
        BoxCloneSyncService::new(service_fn(async |request| Ok(echo(request).await)));
    let site = Dispatch::<BoxError>::builder()
        .get("/fails", fails)
        .get("/plain", plain)
        .get("/service", service_fn(fails))
        .get("/erased", erased)
        .build()
        .unwrap();
    assert_eq!(ask(site.clone(), "GET", "/plain").await.body, "plain");
    assert_eq!(
        ask(site.clone(), "GET", "/erased").await.body,
        "/erased||/erased|{}"
    );
    for target in ["/fails", "/service"] {
        let request = Request::get(target).body(Body::empty()).unwrap();
        let error = site.clone().oneshot(request).await.unwrap_err();
        assert_eq!(error.to_string(), "the disk is full");
    }
}

#[tokio::test]
async fn endpoints_that_never_fail_make_a_dispatcher_that_never_fails() {
    let inner = Dispatch::<Infallible>::builder()
        .get("/", echo)
        .build()
        .unwrap();
    let site = Dispatch::<Infallible>::builder()
        .mount("/in", inner)
        .build()
        .unwrap();
    let request = Request::get("/in").body(Empty::new()).unwrap();
    let Ok(response) = site.oneshot(request).await;
    assert_eq!(response.status(), StatusCode::OK);
}

/// A service that is ready only when asked the third time, and says so if it is called before.
#[derive(Debug)]
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
    type Future = std::future::Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.asked += 1;
        if self.asked < 3 {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        assert_eq!(self.asked, 3, "the one that was ready is called");
        self.calls.fetch_add(1, Ordering::Relaxed);
        std::future::ready(Ok(Response::new(Body::empty())))
    }
}

#[tokio::test]
async fn a_service_that_is_not_ready_is_waited_for() {
    let calls = Arc::new(AtomicUsize::new(0));
    let slow = Slow {
        asked: 0,
        calls: Arc::clone(&calls),
    };
    let site = site(Dispatch::<BoxError>::builder().get("/", slow));
    for _ in 0..2 {
        assert_eq!(ask(site.clone(), "GET", "/").await.status, StatusCode::OK);
    }
    assert_eq!(calls.load(Ordering::Relaxed), 2);
}

#[tokio::test]
async fn what_an_endpoint_left_in_its_answer_stays() {
    async fn leaves(_: Request<Body>) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        response.extensions_mut().insert(NoCompress::Entirely);
        response
    }
    let answer = ask(
        site(Dispatch::<BoxError>::builder().get("/", leaves)),
        "GET",
        "/",
    )
    .await;
    assert!(answer.head.extensions.get::<NoCompress>().is_some());
}

#[tokio::test]
async fn what_dispatch_leaves_goes_in_and_not_out() {
    let site = site(Dispatch::<BoxError>::builder().get("/", echo));
    let response = site.oneshot(Request::new(Body::empty())).await.unwrap();
    assert!(response.extensions().is_empty());
    let body = Body::new(response.into_body()).collect().await.unwrap();
    assert_eq!(body.to_bytes(), "/||/|{}");
}

#[test]
fn a_dispatcher_says_its_rules_and_what_is_wrong_with_them() {
    let site = Dispatch::<BoxError>::builder()
        .get(Rule::new("/users/<id>").name("user"), echo)
        .build()
        .unwrap();
    assert_eq!(
        site.to_string(),
        "GET HEAD         /users/<id>                              user\n"
    );
    assert_eq!(site.routes().count(), 1);
    assert_eq!(
        site.named("user").unwrap().methods().unwrap()[0],
        Method::GET
    );
    let error = Dispatch::<BoxError>::builder()
        .get("users", echo)
        .build()
        .unwrap_err();
    assert_eq!(
        error.kind(),
        BuildErrorKind::Syntax(FlawKind::NoLeadingSlash)
    );
}

#[test]
fn a_host_that_no_request_has_is_an_error() {
    let site = || Dispatch::<BoxError>::builder().get(Rule::new("/").subdomain("Shop"), echo);
    let error = site().server_name("bücher.example").build().unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::ServerName);
    assert_eq!(
        error.to_string(),
        "server name \"bücher.example\": it is not how a request names a host: write its A-labels, as \"xn--bcher-kva.example\" for \"bücher.example\"",
    );
    let error = site()
        .server_name("xn--bcher-kva.example")
        .build()
        .unwrap_err();
    assert_eq!(
        error.to_string(),
        "rule \"/\": hosts are compared in lower case: write \"Shop\" so",
    );
}

#[tokio::test]
async fn a_rule_may_have_a_subdomain_or_a_host() {
    let site = LintLayer::new().layer(
        Dispatch::<BoxError>::builder()
            .server_name("Example.com")
            .get("/", linted())
            .get(Rule::new("/<x>").subdomain("<user>"), linted())
            .build()
            .unwrap(),
    );
    for (target, body) in [
        ("http://example.com/", "|/|{}"),
        ("http://example.com:80/", "|/|{}"),
        (
            "http://ada.example.com/7",
            "|/<x>|{\"user\": \"ada\", \"x\": \"7\"}",
        ),
        ("http://example.com/7", ""),
        ("http://other.example/", ""),
        ("http://evilexample.com/", ""),
    ] {
        let answer = ask(site.clone(), "GET", target).await;
        assert!(answer.body.ends_with(body), "{target} {}", answer.body);
        assert_eq!(
            answer.status == StatusCode::OK,
            !body.is_empty(),
            "{target}"
        );
    }
    let by_host = Dispatch::<BoxError>::builder()
        .map(plywood_dispatch::MapBuilder::host_matching)
        .get(Rule::new("/").host("<user>.example.com"), linted())
        .build()
        .unwrap();
    for (target, status) in [
        ("http://ada.example.com/", StatusCode::OK),
        ("http://ADA.example.com:8000/", StatusCode::OK),
        ("http://example.com/", StatusCode::NOT_FOUND),
    ] {
        let answer = ask(by_host.clone(), "GET", target).await;
        assert_eq!(answer.status, status, "{target}");
    }
}

#[tokio::test]
async fn a_request_whose_host_can_be_read_in_two_ways_is_of_no_host() {
    let site = Dispatch::<BoxError>::builder()
        .map(plywood_dispatch::MapBuilder::host_matching)
        .get(Rule::new("/").host("<name>.example"), linted())
        .build()
        .unwrap();
    for (lines, status) in [
        (&["admin.example"][..], StatusCode::OK),
        (&["Admin.example.:8000"], StatusCode::OK),
        (&["admin.example", "b.example"], StatusCode::NOT_FOUND),
        (&["x@admin.example"], StatusCode::NOT_FOUND),
        (&[], StatusCode::NOT_FOUND),
    ] {
        let mut request = Request::get("/");
        for line in lines {
            request = request.header(header::HOST, *line);
        }
        let request = request.body(Body::empty()).unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{lines:?}");
    }
}

#[tokio::test]
async fn redirects_keep_the_mount_and_the_query_and_the_host() {
    let inner = Dispatch::<BoxError>::builder()
        .get(Rule::new("/all/").name("all").default("page", 1), linted())
        .get(Rule::new("/all/<int:page>").name("all"), linted())
        .get(
            Rule::new("/everything")
                .name("all")
                .alias()
                .default("page", 1),
            linted(),
        )
        .redirect("/old/<path:x>", "new/<x>")
        .redirect("/front/<path:x>", "<x>")
        .redirect("/out", "https://other.example/x")
        .redirect("/beside/<x>", "/<x>/y")
        .get(
            Rule::new("/by/<int:case>").redirect_by(|values| {
                let cases = ["new?x", "/\\evil", "\t//evil", "//evil", "https://evil"];
                let case = values.get("case").and_then(Value::as_int);
                cases[usize::try_from(case.unwrap()).unwrap()].to_owned()
            }),
            linted(),
        )
        .build()
        .unwrap();
    let site = Dispatch::<BoxError>::builder()
        .mount("/in", inner)
        .build()
        .unwrap();
    for (target, location) in [
        ("/in/all/1?q=1", "/in/all/?q=1"),
        ("/in/everything?q", "/in/all/?q"),
        ("/in/old/a/b?q", "/in/new/a/b?q"),
        ("/in/front/javascript:alert(1)", "/in/javascript:alert(1)"),
        ("/in/front/http://evil.example", "/in/http:/evil.example"),
        ("/in/out", "https://other.example/x"),
        ("/in/beside/x?q", "/x/y?q"),
        ("/in/by/0", "/in/new?x"),
        ("/in/by/1", "/%5Cevil"),
        ("/in/by/2", "/in/%09/evil"),
        ("/in/by/3", "/evil"),
        ("/in/by/4", "/in/https:/evil"),
    ] {
        let answer = ask(site.clone(), "GET", target).await;
        if target.contains("//") {
            // Read with single slashes, and so sent.
            assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT);
        }
        assert_eq!(answer.header(header::LOCATION), location, "{target}");
    }
    let answer = ask(site, "GET", "/in/all/").await;
    assert_eq!(answer.body, "/all/|/in|/in/all/|{\"page\": \"1\"}");
}

#[tokio::test]
async fn a_layer_stands_around_some_rules_and_a_fallback_is_told_the_methods() {
    async fn other(request: Request<Body>) -> Response<Body> {
        let allow = request.extensions().get::<plywood_dispatch::Allow>();
        let mut response = Response::new(format!("{}", allow.unwrap()).into());
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response
            .headers_mut()
            .insert(header::ALLOW, allow.unwrap().header_value());
        response
    }
    let mark = tower::util::MapResponseLayer::new(|mut response: Response<Body>| {
        response.headers_mut().insert("x-mark", 1.into());
        response
    });
    let site = site(
        Dispatch::<BoxError>::builder()
            .get("/plain", linted())
            .layer(&mark, |site| site.get("/marked", linted()))
            .method_fallback(other),
    );
    for (target, marked) in [("/plain", false), ("/marked", true), ("/nowhere", false)] {
        let answer = ask(site.clone(), "GET", target).await;
        assert_eq!(
            answer.head.headers.contains_key("x-mark"),
            marked,
            "{target}"
        );
    }
    let answer = ask(site, "POST", "/plain").await;
    assert_eq!(answer.body, "GET, HEAD, OPTIONS");
}

#[tokio::test]
async fn websockets_have_rules_of_their_own() {
    let site = Dispatch::<BoxError>::builder()
        .get(Rule::new("/both"), linted())
        .route(Rule::new("/both").websocket().name("ws"), linted())
        .route(Rule::new("/ws").websocket(), linted())
        .build()
        .unwrap();
    for (target, upgrade, status) in [
        ("/both", false, StatusCode::OK),
        ("/both", true, StatusCode::OK),
        ("/ws", true, StatusCode::OK),
        ("/ws", false, StatusCode::BAD_REQUEST),
        ("/nowhere", true, StatusCode::NOT_FOUND),
    ] {
        let mut request = Request::get(target);
        if upgrade {
            request = request
                .header(header::CONNECTION, "keep-alive, Upgrade")
                .header(header::UPGRADE, "websocket");
        }
        let request = request.body(Body::empty()).unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{target} {upgrade}");
    }
}

proptest! {
    #[test]
    fn no_spelling_passes_a_guard_that_reads_the_same_path(target in "/([a-bA./%\\\\2fe5cnmi;x ]|admin|%61|%2f|%2e|//){0,8}") {
        // A guard on `/admin` refuses whatever it reads below it; a rule must then never be reached that serves it.
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let Ok(uri) = target.parse::<http::Uri>() else { return Ok(()) };
        let guarded = match plywood_core::Path::read(&uri) {
            Ok(path) => path.below("/admin").is_some(),
            Err(_) => true,
        };
        let site = Dispatch::<Infallible>::builder()
            .route("/admin", echo)
            .route("/admin/<path:secret>", echo)
            .build()
            .unwrap();
        let answer = runtime.block_on(ask(site, "GET", &target));
        prop_assert!(guarded || answer.status == StatusCode::NOT_FOUND, "{}", target);
        if answer.status == StatusCode::PERMANENT_REDIRECT {
            prop_assert!(!answer.header(header::LOCATION).starts_with("//"));
        }
    }
}
