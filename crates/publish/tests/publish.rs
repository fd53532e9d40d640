//! The publisher, between two lints: the client has one, and there is nothing inside but values.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use plywood_core::{
    Body, BoxError, Failure, Identity, MatchedRoute, Mount, Witness, path::Malformed,
};
use plywood_lint::LintLayer;
use plywood_publish::{
    Answer, Denied, Directory, Html, Mismatch, Node, Page, Publish, Trail, Visit, publish,
};
use plywood_test::{Client, harness::RoughBody};
use proptest::prelude::*;
use tower::{Layer, Service, ServiceExt};

#[derive(Publish)]
struct Site {
    #[publish]
    shop: Shop,
    #[publish(name = "members-only")]
    members: Members,
    #[publish]
    wiki: Wiki,
    #[publish]
    results: Results,
    /// Not published, and with a name that somebody might guess.
    _private: Shop,
}

#[derive(Default)]
struct Shop {
    prices: Prices,
}

#[derive(Default)]
struct Prices;

struct Board {
    number: u64,
}

#[publish]
impl Shop {
    #[publish(index)]
    async fn front(&self) -> Html<&'static str> {
        Html("<h1>shop</h1>")
    }

    #[publish]
    async fn find(
        &self,
        word: String,
        #[publish(default = 10)] most: usize,
        below: Option<u32>,
        #[publish(name = "kind-of-wood")] kinds: Vec<String>,
    ) -> String {
        tokio::task::yield_now().await;
        format!("{word} {most} {below:?} {kinds:?}")
    }

    #[publish(name = "style.css")]
    fn style(&self) -> Response<Body> {
        Response::builder()
            .header("content-type", "text/css")
            .body("h1 {}".into())
            .unwrap()
    }

    #[publish(name = "cart")]
    fn cart(&self) -> &'static str {
        "the cart"
    }

    #[publish(POST, PUT, name = "cart")]
    async fn add(&self, item: u32, #[publish(default)] count: u32, note: Option<String>) -> String {
        format!("{count} of {item}, {note:?}")
    }

    #[publish(POST)]
    async fn upload(&self, name: String, body: Body) -> Result<String, BoxError> {
        Ok(format!(
            "{name}: {} bytes",
            body.collect().await?.to_bytes().len()
        ))
    }

    #[publish(directory)]
    fn prices(&self) -> &Prices {
        &self.prices
    }

    #[publish(directory, name = "price-list")]
    async fn list(&self, visit: &Visit) -> Result<Option<&Prices>, BoxError> {
        match visit.headers().get("x-list").map(HeaderValue::as_bytes) {
            None => Ok(Some(&self.prices)),
            Some(b"none") => Ok(None),
            Some(_) => Err("the list is torn".into()),
        }
    }

    #[publish(lookup)]
    async fn board(&self, number: u64) -> Option<Board> {
        (number < 100).then_some(Board { number })
    }

    /// Somebody forgot to write the mark.
    #[expect(clippy::unused_self, reason = "it is called as the others are")]
    fn secret(&self) -> String {
        String::from("secret")
    }

    fn _private(&self) -> String {
        self.secret()
    }
}

#[publish]
impl Prices {
    #[publish]
    async fn today(&self, visit: &Visit) -> String {
        let names = visit.trail().names().collect::<Vec<_>>().join(">");
        let identity = Identity::of(visit).map_or("nobody", Identity::name);
        format!("{names} for {identity}")
    }
}

#[publish]
impl Board {
    #[publish(index)]
    fn index(&self) -> String {
        format!("board {}", self.number)
    }

    #[publish]
    fn edit(&self, length: f32, r#type: char) -> String {
        format!("board {} {length} {}", self.number, r#type)
    }
}

struct Members;

#[publish]
impl Members {
    #[publish(access)]
    async fn access(&self, visit: &Visit) -> Result<(), Denied> {
        match Identity::of(visit).map(Identity::name) {
            Some("ada") => Ok(()),
            Some("eve") => Err(Denied::forbidden("eve is not let in")),
            Some("bob") => Err(Denied::hidden("bob is not to know")),
            _ => {
                let challenge = HeaderValue::from_static("Basic realm=\"members\"");
                Err(Denied::unauthorized(challenge, "nobody signed in"))
            }
        }
    }

    #[publish(index)]
    fn index(&self) -> &'static str {
        "members"
    }

    #[publish(default)]
    fn default(&self, #[publish(rest)] path: Vec<String>) -> String {
        format!("members' default for {path:?}")
    }
}

struct Wiki;

#[publish]
impl Wiki {
    #[publish(default)]
    async fn page(&self, visit: &Visit, #[publish(rest)] path: Vec<String>) -> String {
        let depth = visit.trail().names().len();
        format!("wiki {path:?} at {depth}")
    }

    #[publish(directory)]
    fn deep(&self) -> Prices {
        Prices
    }

    #[publish]
    fn page2(&self) {}
}

struct Results;

#[publish]
impl Results {
    #[publish]
    fn none(&self) -> Option<String> {
        None
    }

    #[publish]
    fn some(&self) -> Option<Vec<u8>> {
        Some(vec![1, 2])
    }

    #[publish]
    fn fails(&self) -> Result<String, &'static str> {
        Err("it failed")
    }

    #[publish]
    fn looks_like_html(&self) -> String {
        "<script></html>".into()
    }

    #[publish]
    fn teapot(&self) -> StatusCode {
        StatusCode::IM_A_TEAPOT
    }

    #[publish(DELETE)]
    fn nothing(&self) {}
}

fn site() -> Publish<Site> {
    Publish::new(Site {
        shop: Shop::default(),
        members: Members,
        wiki: Wiki,
        results: Results,
        _private: Shop::default(),
    })
}

fn client() -> Client {
    Client::new(site())
}

async fn status_of(method: Method, target: &str) -> StatusCode {
    client().request(method, target).await.any_status().status()
}

#[tokio::test]
async fn a_path_walks_the_tree() {
    let client = client();
    client
        .get("/shop/")
        .await
        .expect_text("<h1>shop</h1>")
        .expect_header("content-type", "text/html; charset=utf-8");
    client
        .get("/shop/style.css")
        .await
        .expect_text("h1 {}")
        .expect_header("content-type", "text/css");
    client
        .get("/shop/prices/today")
        .await
        .expect_text("shop>prices>today for nobody");
    client
        .get("/shop/price-list/today")
        .await
        .expect_text("shop>price-list>today for nobody");
    client.get("/shop/7/").await.expect_text("board 7");
    client
        .get("/shop/7/edit/2.5/x")
        .await
        .expect_text("board 7 2.5 x");
    client.get("/%73hop//style.css").await.expect_text("h1 {}");
    client
        .get("/shop/price-list/today")
        .header("x-list", "none")
        .await
        .expect_status(404);
    let error = client
        .get("/shop/price-list/today")
        .header("x-list", "torn")
        .try_send()
        .await;
    assert_eq!(error.unwrap_err().to_string(), "the list is torn");
}

#[tokio::test]
async fn segments_are_arguments_and_so_are_fields() {
    let client = client();
    for (target, expected) in [
        ("/shop/find/oak", "oak 10 None []"),
        ("/shop/find/oak/3", "oak 3 None []"),
        ("/shop/find/oak/3/9/soft", "oak 3 Some(9) [\"soft\"]"),
        ("/shop/find?word=oak%20wood&most=3", "oak wood 3 None []"),
        (
            "/shop/find/oak?below=9&kind-of-wood=a&kind-of-wood=b",
            "oak 10 Some(9) [\"a\", \"b\"]",
        ),
        ("/shop/find/oak?below=", "oak 10 None []"),
        ("/shop/find/oak?most=", "oak 10 None []"),
        // What nobody asked for is left alone.
        ("/shop/find/oak?utm_source=x&kinds=x", "oak 10 None []"),
        ("/shop/find/_oak", "_oak 10 None []"),
        ("/shop/find/%C3%A9", "é 10 None []"),
        ("/shop/7/edit?length=1&type=%C3%A9", "board 7 1 é"),
    ] {
        client.get(target).await.expect_text(expected);
    }
}

#[tokio::test]
async fn what_does_not_fit_the_path_or_the_query_is_404() {
    for target in [
        "/shop/find",
        "/shop/find/oak/many",
        "/shop/find/oak?most=many",
        "/shop/find/oak?word=oak",
        "/shop/find/oak?most=1&most=2",
        "/shop/find/oak/1/2/3/4",
        "/shop/find/oak/-1",
        "/shop/7/edit/1/xy",
        "/shop/100/",
        "/shop/18446744073709551616/",
        "/shop/style.css/x",
        "/shop/style.css/",
        "/shop/find/oak/",
        "/",
        "/results",
        "/results/",
        "/SHOP/",
        "/shop/style_css",
    ] {
        assert_eq!(
            status_of(Method::GET, target).await,
            StatusCode::NOT_FOUND,
            "{target}"
        );
    }
}

#[tokio::test]
async fn a_form_is_fields_and_what_does_not_fit_there_is_400() {
    let client = client();
    let post = async |target: &str, form: &[(&str, &str)]| {
        let reply = client
            .post(target)
            .form(form.iter().copied())
            .await
            .any_status();
        (reply.status().as_u16(), reply.text().to_owned())
    };
    assert_eq!(
        post("/shop/cart", &[("item", "3"), ("note", "a & b")]).await,
        (200, "0 of 3, Some(\"a & b\")".into())
    );
    assert_eq!(
        post("/shop/cart/3?count=2", &[("x", "y")]).await,
        (200, "2 of 3, None".into())
    );
    for (target, form, status) in [
        ("/shop/cart", &[("item", "three")][..], 400),
        ("/shop/cart", &[("count", "1")], 400),
        ("/shop/cart", &[("item", "1"), ("item", "2")], 400),
        ("/shop/cart/1", &[("item", "1")], 400),
        ("/shop/cart?item=1", &[("item", "1")], 400),
        ("/shop/cart/x", &[("count", "1")], 404),
        ("/shop/cart?item=x", &[("count", "1")], 404),
        ("/shop/cart/1/1/a/b", &[("x", "1")], 404),
    ] {
        assert_eq!(post(target, form).await.0, status, "{target} {form:?}");
    }
}

async fn post(target: &str, media_type: &str, body: impl Into<Body>) -> Response<Body> {
    let request = Request::post(target).header(header::CONTENT_TYPE, media_type);
    let request = request.body(body.into()).unwrap();
    site()
        .body_limit(100)
        .max_fields(5)
        .oneshot(request)
        .await
        .unwrap()
}

const FORM: &str = "application/x-www-form-urlencoded";

fn mismatch(response: &Response<Body>) -> &Mismatch {
    Failure::of(response)
        .unwrap()
        .reason()
        .downcast_ref()
        .unwrap()
}

#[tokio::test]
async fn forms_are_bounded_and_of_one_kind() {
    for (media_type, body, status) in [
        (FORM, "item=1".to_owned(), 200),
        (
            "Application/X-WWW-Form-Urlencoded; charset=utf-8",
            "item=1".to_owned(),
            200,
        ),
        ("multipart/form-data; boundary=x", "--x--".to_owned(), 415),
        ("application/json", "{}".to_owned(), 415),
        ("", "item=1".to_owned(), 415),
        (FORM, "item=%ff".to_owned(), 400),
        (FORM, "item=1&a&b&c&d".to_owned(), 200),
        (FORM, "item=1&a&b&c&d&e".to_owned(), 400),
        (FORM, format!("item=1&note={}", "x".repeat(88)), 200),
        (FORM, format!("item=1&note={}", "x".repeat(89)), 413),
    ] {
        // At hand, and as a stream that tells no length.
        let stream = RoughBody::new(body.clone()).pieces(7).delays(1);
        for sent in [Body::from(body.clone()), Body::new(stream)] {
            let response = post("/shop/cart", media_type, sent).await;
            assert_eq!(response.status(), status, "{media_type} {body}");
        }
    }
    let response = post(
        "/shop/cart",
        FORM,
        Body::new(RoughBody::new("item=12").fails_after(6)),
    )
    .await;
    assert_eq!(response.status(), 400);
    assert!(matches!(mismatch(&response), Mismatch::Unread(_)));
    let response = post("/shop/cart", FORM, vec![b'a', b'=', 0xff]).await;
    assert_eq!(response.status(), 400);
    let long = format!("/shop/find/oak?{}", "a&".repeat(6));
    let response = site()
        .max_fields(5)
        .oneshot(Request::get(long).body(Body::empty()).unwrap())
        .await;
    assert_eq!(response.unwrap().status(), 400);
}

#[tokio::test]
async fn a_page_may_read_the_body_itself() {
    let response = post("/shop/upload/film", "video/webm", vec![0; 1000]).await;
    let text = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(text, "film: 1000 bytes");
}

#[tokio::test]
async fn a_directory_ends_with_a_slash() {
    let client = client();
    for (target, location) in [
        ("/shop", "/shop/"),
        ("/shop?a=%20&b", "/shop/?a=%20&b"),
        ("/shop/7", "/shop/7/"),
        ("//shop", "/shop/"),
    ] {
        client
            .get(target)
            .await
            .expect_status(308)
            .expect_header("location", location);
    }
    // Below a mount it leads below the mount.
    let mut request = Request::get("/a b/shop?q".replace(' ', "%20"))
        .body(Body::empty())
        .unwrap();
    assert!(Mount::enter(&mut request, "/a b").unwrap());
    let response = site().oneshot(request).await.unwrap();
    assert_eq!(response.headers()[header::LOCATION], "/a%20b/shop/?q");
    // What was sent in a form is not sent elsewhere.
    assert_eq!(
        client
            .post("/shop")
            .form([("a", "b")])
            .await
            .any_status()
            .status(),
        404
    );
    // Without an index there is nothing to lead to.
    assert_eq!(status_of(Method::GET, "/shop/prices").await, 404);
    assert_eq!(status_of(Method::GET, "/shop/prices/").await, 404);
}

#[tokio::test]
async fn methods_are_those_of_the_pages_of_a_name() {
    let client = client();
    for (method, target, status, allow) in [
        (
            Method::DELETE,
            "/shop/cart",
            405,
            "GET, HEAD, OPTIONS, POST, PUT",
        ),
        (
            Method::OPTIONS,
            "/shop/cart",
            204,
            "GET, HEAD, OPTIONS, POST, PUT",
        ),
        (Method::POST, "/shop/style.css", 405, "GET, HEAD, OPTIONS"),
        (Method::GET, "/results/nothing", 405, "DELETE, OPTIONS"),
        (Method::HEAD, "/results/nothing", 405, "DELETE, OPTIONS"),
        (Method::POST, "/shop/", 405, "GET, HEAD, OPTIONS"),
    ] {
        let reply = client.request(method.clone(), target).await.any_status();
        assert_eq!(reply.status(), status, "{method} {target}");
        assert_eq!(reply.header("allow"), allow, "{method} {target}");
    }
    client.put("/shop/cart/3").await.expect_text("0 of 3, None");
    let head = client
        .head("/shop/cart")
        .await
        .expect_header("content-length", "8");
    assert_eq!(head.text(), "");
}

#[tokio::test]
async fn answers_are_what_their_types_say() {
    let client = client();
    client
        .get("/results/none")
        .await
        .any_status()
        .expect_status(404);
    client
        .get("/results/some")
        .await
        .expect_header("content-type", "application/octet-stream");
    client
        .get("/results/looks_like_html")
        .await
        .expect_header("content-type", "text/plain; charset=utf-8");
    client
        .get("/results/teapot")
        .await
        .any_status()
        .expect_status(418);
    client.delete("/results/nothing").await.expect_status(204);
    let error = client.get("/results/fails").try_send().await.unwrap_err();
    assert_eq!(error.to_string(), "it failed");
}

#[tokio::test]
async fn access_is_asked_before_anything_below_is_looked_at() {
    let ask = async |target: &str, name: Option<&str>| {
        let mut request = Request::get(target).body(Body::empty()).unwrap();
        if let Some(name) = name {
            Identity::new(name).leave(&mut request);
        }
        site().oneshot(request).await.unwrap()
    };
    for target in [
        "/members-only/",
        "/members-only",
        "/members-only/x/y",
        "/members-only/nothing",
    ] {
        let response = ask(target, None).await;
        assert_eq!(response.status(), 401, "{target}");
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            "Basic realm=\"members\""
        );
        assert!(Failure::of(&response).is_some());
        assert_eq!(ask(target, Some("eve")).await.status(), 403, "{target}");
        assert_eq!(ask(target, Some("bob")).await.status(), 404, "{target}");
        assert!(
            ask(target, Some("ada")).await.status().as_u16() < 400,
            "{target}"
        );
    }
}

#[tokio::test]
async fn the_nearest_default_takes_what_is_not_found() {
    let client = client();
    for (target, expected) in [
        ("/wiki/a/b", "wiki [\"a\", \"b\"] at 1"),
        ("/wiki", "wiki [] at 1"),
        ("/wiki/", "wiki [] at 1"),
        ("/wiki/deep/none/x", "wiki [\"deep\", \"none\", \"x\"] at 1"),
        ("/wiki/deep/today", "wiki>deep>today for nobody"),
        ("/wiki/page2/", "wiki [\"page2\"] at 1"),
    ] {
        client.get(target).await.expect_text(expected);
    }
    // It was found, and does not fit.
    assert_eq!(status_of(Method::GET, "/wiki/page2/x").await, 404);
}

/// What `mod_python`'s publisher had to forbid one by one has no way in here.
#[tokio::test]
async fn what_was_not_published_has_no_way_in() {
    for target in [
        // Private names.
        "/_private",
        "/shop/_private",
        "/shop/__init__",
        "/shop/__class__/__mro__",
        "/wiki/_x",
        "/wiki/a/../_x",
        "/%5fprivate",
        "/shop/%5F_class__",
        // Modules, types and crates.
        "/std",
        "/std::process",
        "/shop/std::fs::read",
        "/crate",
        "/Self",
        "/self",
        "/super/",
        // What is there and not published.
        "/private/",
        "/private/style.css",
        "/shop/secret",
        "/shop/add",
        "/shop/list",
        "/shop/front",
        "/shop/style",
        "/shop/index",
        "/shop/default",
        "/shop/access",
        "/members-only/access",
        "/shop/board/7",
        "/members/",
        "/results/access",
        // Methods of methods, and attributes of what is built in.
        "/shop/cart/clone",
        "/shop/cart/to_string",
        "/shop/style.css/len",
        "/shop/prices/today/len",
        "/shop/prices/clone",
        "/shop/prices/drop",
        "/shop/7/number",
        "/shop/7/edit",
        "/shop/prices/to_owned/today",
    ] {
        let status = status_of(Method::GET, target).await;
        let is_denied = target.starts_with("/members-only");
        let expected = if is_denied {
            StatusCode::UNAUTHORIZED
        } else {
            StatusCode::NOT_FOUND
        };
        assert_eq!(status, expected, "{target}");
    }
    let private = site();
    #[expect(
        clippy::used_underscore_items,
        reason = "it must be there not to be found"
    )]
    let _ = Shop::default()._private();
    assert!(!format!("{private:?}").contains("secret"));
}

#[tokio::test]
async fn the_trail_is_told_to_those_outside_and_so_is_the_route() {
    for (target, names, route) in [
        (
            "/shop/find/oak?x",
            &["shop", "find"][..],
            "/m/shop/find/<..>",
        ),
        ("/shop/7/", &["shop", "7"], "/m/shop/<name>/"),
        ("/shop/8/", &["shop", "8"], "/m/shop/<name>/"),
        ("/wiki/a/b", &["wiki"], "/m/wiki/<..>"),
    ] {
        let mut request = Request::get(format!("/m{target}"))
            .body(Body::empty())
            .unwrap();
        let witness = Witness::call(&mut request);
        assert!(Mount::enter(&mut request, "/m").unwrap());
        let response = site().oneshot(request).await.unwrap();
        let trail = Trail::of(&response).unwrap();
        assert!(
            trail.names().eq(names.iter().copied()),
            "{target}: {trail:?}"
        );
        assert_eq!(trail.crumbs().next().unwrap().href, "/m/");
        assert_eq!(
            witness.route().as_ref().map(MatchedRoute::pattern),
            Some(route)
        );
    }
}

#[tokio::test]
async fn what_cannot_be_read_in_one_way_is_refused_and_what_is_too_deep_is_nowhere() {
    for (target, reason) in [
        ("/wiki/%2f", Malformed::EncodedSeparator),
        ("/wiki/a/../b", Malformed::DotSegment),
        ("/wiki/%ff", Malformed::NotUtf8),
        ("*", Malformed::NoPath),
    ] {
        let request = Request::get(target).body(Body::empty()).unwrap();
        let response = site().oneshot(request).await.unwrap();
        assert_eq!(response.status(), reason.status(), "{target}");
    }
    let deep = |segments: usize| format!("/wiki{}", "/a".repeat(segments));
    assert_eq!(status_of(Method::GET, &deep(31)).await, 200);
    assert_eq!(status_of(Method::GET, &deep(32)).await, 404);
    assert_eq!(status_of(Method::GET, &deep(10_000)).await, 404);
}

/// A directory that is written by hand, and would give anything.
struct Everything;

impl Directory for Everything {
    async fn lookup<'a>(&'a self, name: &'a str, _: &Visit) -> Result<Option<Node<'a>>, BoxError> {
        assert!(!name.starts_with('_'));
        Ok(Some(if name == "down" {
            Node::directory(self)
        } else {
            Node::Page(Page::new([Method::GET], move |mut arguments| {
                Box::pin(async move {
                    let more: Vec<String> = arguments.rest("more")?;
                    Ok(format!("{name} {more:?}").answer())
                })
            }))
        }))
    }
}

#[tokio::test]
async fn a_directory_that_is_written_by_hand_gets_no_private_names() {
    let client = Client::new(Publish::new(Everything));
    client
        .get("/down/down/x/_y")
        .await
        .expect_text("x [\"_y\"]");
    for target in ["/_x", "/down/_down/x", "/%5fx"] {
        assert_eq!(
            client.get(target).await.any_status().status(),
            404,
            "{target}"
        );
    }
}

#[tokio::test]
async fn what_a_visitor_calls_a_directory_is_in_no_pattern() {
    #[derive(Default)]
    struct Words;
    struct Word;

    impl Directory for Words {
        async fn lookup<'a>(&'a self, _: &'a str, _: &Visit) -> Result<Option<Node<'a>>, BoxError> {
            Ok(Some(Node::directory(Word)))
        }

        fn is_fixed(&self, name: &str) -> bool {
            name == "all"
        }
    }

    #[publish]
    impl Word {
        #[publish]
        fn length(&self) -> &'static str {
            "7"
        }

        #[publish(lookup)]
        fn other(&self, name: String) -> Option<Everything> {
            (!name.is_empty()).then_some(Everything)
        }
    }

    for (target, expected) in [
        ("/aa/length", "/<name>/length"),
        ("/bb/length", "/<name>/length"),
        ("/all/length", "/all/length"),
        ("/all/length/more", "/all/length/<..>"),
        ("/aa/bb/down/cc/dd", "/<name>/<name>/<name>/<name>/<..>"),
    ] {
        let mut request = Request::get(target).body(Body::empty()).unwrap();
        let witness = Witness::call(&mut request);
        // Held the same behind a reference of any kind.
        let tree: Box<std::sync::Arc<Words>> = Box::default();
        let _ = Publish::new(tree).oneshot(request).await.unwrap();
        let route = witness.route();
        let pattern = route.as_ref().map(MatchedRoute::pattern);
        assert_eq!(pattern, Some(expected), "{target}");
    }
}

#[tokio::test]
async fn a_tree_may_hold_borrowed_shared_and_generic_directories() {
    #[derive(Publish)]
    struct Tree<D: Directory> {
        #[publish]
        shared: std::sync::Arc<D>,
        #[publish]
        boxed: Box<D>,
        #[publish]
        maybe: D,
    }
    let tree = Tree {
        shared: std::sync::Arc::new(Prices),
        boxed: Box::new(Prices),
        maybe: Prices,
    };
    let client = Client::new(Publish::new(tree));
    for name in ["shared", "boxed", "maybe"] {
        let expected = format!("{name}>today for nobody");
        client
            .get(&format!("/{name}/today"))
            .await
            .expect_text(&expected);
    }
}

#[derive(Publish)]
#[publish(access = only_reading)]
struct Guarded {
    #[publish]
    prices: Prices,
}

async fn only_reading(_: &Guarded, visit: &Visit) -> Result<(), Denied> {
    tokio::task::yield_now().await;
    if visit.method().is_safe() {
        return Ok(());
    }
    let answer = Response::builder()
        .status(StatusCode::CONFLICT)
        .body(Body::empty());
    Err(answer.unwrap().into())
}

#[tokio::test]
async fn a_struct_may_have_an_access_hook_too() {
    let client = Client::new(Publish::new(Guarded { prices: Prices }));
    client.get("/prices/today").await.ok();
    assert_eq!(
        client.post("/prices/today").await.any_status().status(),
        409
    );
}

#[tokio::test]
async fn it_is_always_ready_and_stands_below_a_lint() {
    let mut service = LintLayer::new().layer(site());
    for _ in 0..2 {
        let request = Request::get("/shop/").body(Body::empty()).unwrap();
        ServiceExt::<Request<Body>>::ready(&mut service)
            .await
            .unwrap()
            .call(request)
            .await
            .unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn every_target_is_answered_and_no_secret_comes_out(
        segments in prop::collection::vec("shop|secret|private|_private|wiki|[0-9]{1,3}|edit|find|cart|deep|today|[a-z%.]{0,6}", 0..6),
        slash in "/?",
        query in "(\\?[a-z=&%0-9+]{0,20})?",
        method in "GET|HEAD|POST|OPTIONS|PURGE",
        body in "[a-z=&%0-9+]{0,20}",
    ) {
        let target = format!("/{}{slash}{query}", segments.join("/"));
        let request = Request::builder().method(&*method).uri(&target).header("content-type", FORM);
        if let Ok(request) = request.body(Body::from(body)) {
            let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
            let response = runtime.block_on(LintLayer::new().layer(site()).oneshot(request)).unwrap();
            let body = runtime.block_on(response.into_body().collect()).unwrap().to_bytes();
            prop_assert!(!String::from_utf8_lossy(&body).starts_with("secret"), "{}", target);
        }
    }
}
