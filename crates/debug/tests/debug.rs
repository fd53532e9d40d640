//! The debug page through its public API.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{convert::Infallible, fmt, future::Ready, io};

use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError, Client, Failure, Identity, MatchedRoute, Mount};
use plywood_debug::DebugLayer;
use plywood_error::{HttpError, Incident};
use plywood_lint::LintLayer;
use serde_json::Value;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

type Answer = Result<Response<Body>, BoxError>;

fn debug() -> DebugLayer {
    // The tests are also run in release builds.
    DebugLayer::new(true).insecure_in_release_builds()
}

fn here(target: &str, accept: &str) -> Request<Body> {
    let request = Request::get(target)
        .header("host", "localhost:8000")
        .header("accept", accept);
    let mut request = request.body(Body::empty()).unwrap();
    request
        .extensions_mut()
        .insert(Client::tcp(([127, 0, 0, 1], 40312).into()));
    request
}

const HTML: &str = "text/html";
const JSON: &str = "application/json";

async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

async fn page<S>(app: S, request: Request<Body>) -> String
where
    S: Service<Request<Body>, Response = Response<Body>, Error: fmt::Debug>,
{
    text(app.oneshot(request).await.unwrap()).await
}

async fn json<S>(app: S, request: Request<Body>) -> Value
where
    S: Service<Request<Body>, Response = Response<Body>, Error: fmt::Debug>,
{
    serde_json::from_str(&page(app, request).await).unwrap()
}

fn fails(_: Request<Body>) -> Ready<Answer> {
    let cause = io::Error::new(io::ErrorKind::StorageFull, "no space left");
    std::future::ready(Err(Wrapped(cause).into()))
}

#[derive(Debug)]
struct Wrapped(io::Error);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the order was not saved")
    }
}

impl std::error::Error for Wrapped {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

const PANIC_LINE: u32 = line!() + 4;

async fn panics(request: Request<Body>) -> Answer {
    tokio::task::yield_now().await;
    assert!(request.uri().path() == "/quiet", "the disk is full");
    Ok(Response::new("quiet".into()))
}

#[tokio::test]
async fn a_panic_is_a_page_with_its_place_its_source_and_the_calls() {
    let app = debug().layer(service_fn(panics));
    let page = json(app, here("/a", JSON)).await;
    assert_eq!(page["status"], 500);
    let debug = &page["debug"];
    assert_eq!(debug["kind"], "Panic");
    assert_eq!(debug["message"], "the disk is full");
    let place = debug["place"].as_str().unwrap();
    assert!(
        place.contains(&format!("tests/debug.rs:{PANIC_LINE}:")),
        "{place}"
    );
    let source = &debug["source"];
    assert_eq!(source["marked"], PANIC_LINE);
    assert_eq!(source["lines"].as_array().unwrap().len(), 15);
    assert!(
        source["lines"][7]
            .as_str()
            .unwrap()
            .contains("the disk is full")
    );
    let calls = debug["calls"].as_array().unwrap();
    // Its name may be without a path: that depends on the debug information.
    assert_eq!(calls[0]["place"], debug["place"], "{calls:?}");
    assert_eq!(calls[0]["source"], debug["source"]);
    assert!(
        calls
            .iter()
            .any(|call| call["crates"].to_string().contains("tokio"))
    );
    let own = calls.iter().filter_map(|call| call["function"].as_str());
    for name in own {
        assert!(
            !name.starts_with("plywood_") && !name.starts_with("tokio::"),
            "{name}"
        );
    }
}

#[tokio::test]
async fn an_error_is_a_page_with_its_causes() {
    let app = debug().layer(service_fn(fails));
    let response = app.clone().oneshot(here("/a", HTML)).await.unwrap();
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers();
    assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; ") && !policy.contains("unsafe"));
    assert!(Failure::of(&response).is_some());
    let id = Incident::of(&response).unwrap().id().to_string();
    let page = text(response).await;
    for part in [
        "<h1 tabindex=\"0\">the order was not saved</h1>",
        "<li>no space left</li>",
        &id,
    ] {
        assert!(page.contains(part), "{part}");
    }
    let as_text = self::page(app, here("/a", "*/*")).await;
    assert!(as_text.starts_with("# Error: `the order was not saved`\n- caused by `no space left`"));
}

#[tokio::test]
async fn an_http_error_below_500_goes_on_and_one_above_is_a_page_with_its_place() {
    let app = debug().layer(service_fn(async |request: Request<Body>| -> Answer {
        let error = match request.uri().path() {
            "/missing" => HttpError::not_found(),
            _ => HttpError::internal("the cause"),
        };
        Err(error.into())
    }));
    let error = app
        .clone()
        .oneshot(here("/missing", JSON))
        .await
        .unwrap_err();
    assert_eq!(
        HttpError::find(&*error).unwrap().status(),
        StatusCode::NOT_FOUND
    );
    let page = json(app, here("/a", JSON)).await;
    assert_eq!(page["debug"]["kind"], "HttpError");
    assert_eq!(page["debug"]["causes"][0], "the cause");
    assert!(
        page["debug"]["source"]["lines"][7]
            .as_str()
            .unwrap()
            .contains("HttpError::internal")
    );
}

#[tokio::test]
async fn a_refusal_that_is_our_fault_is_a_page_and_others_are_not() {
    let refuses = |status: StatusCode, reason: bool| {
        debug().layer(service_fn(move |_: Request<Body>| {
            let mut response = Response::new(Body::from("own"));
            *response.status_mut() = status;
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from_static("7"));
            if reason {
                response.extensions_mut().insert(Failure::new("the reason"));
            }
            std::future::ready(Ok::<_, Infallible>(response))
        }))
    };
    let busy = StatusCode::SERVICE_UNAVAILABLE;
    let response = refuses(busy, true).oneshot(here("/", JSON)).await.unwrap();
    assert_eq!(
        (response.status(), &response.headers()[header::RETRY_AFTER]),
        (busy, &HeaderValue::from_static("7"))
    );
    assert!(text(response).await.contains("the reason"));
    assert_eq!(page(refuses(busy, false), here("/", JSON)).await, "own");
    assert_eq!(
        page(refuses(StatusCode::FORBIDDEN, true), here("/", JSON)).await,
        "own"
    );
    assert_eq!(
        page(refuses(StatusCode::OK, true), here("/", JSON)).await,
        "own"
    );
}

#[tokio::test]
async fn nobody_else_sees_it() {
    let from_afar = |mut request: Request<Body>| {
        request
            .extensions_mut()
            .insert(Client::tcp(([192, 0, 2, 7], 40312).into()));
        request
    };
    let rebound = |mut request: Request<Body>| {
        request
            .headers_mut()
            .insert("host", HeaderValue::from_static("evil.example"));
        request
    };
    let proxied = |mut request: Request<Body>| {
        request
            .headers_mut()
            .insert("x-forwarded-for", HeaderValue::from_static("192.0.2.7"));
        request
    };
    let by_another_site = |mut request: Request<Body>| {
        request
            .headers_mut()
            .insert("origin", HeaderValue::from_static("https://evil.example"));
        request
    };
    let nameless = |mut request: Request<Body>| {
        request.extensions_mut().clear();
        request
    };
    let hides: [fn(Request<Body>) -> Request<Body>; 5] =
        [from_afar, rebound, proxied, by_another_site, nameless];
    for hide in hides {
        let app = debug().layer(service_fn(fails));
        let error = app.oneshot(hide(here("/", HTML))).await.unwrap_err();
        assert!(error.is::<Wrapped>(), "it acts as if it were not there");
        let app = debug().insecure_beyond_loopback().layer(service_fn(fails));
        assert!(app.oneshot(hide(here("/", HTML))).await.is_ok());
    }
    let app = DebugLayer::new(false)
        .insecure_in_release_builds()
        .layer(service_fn(fails));
    assert!(app.oneshot(here("/", HTML)).await.is_err(), "it is off");
}

#[tokio::test]
async fn the_page_says_who_sees_it() {
    let (here_alone, all) = ("Only this machine sees this page", "Everybody who asks");
    let app = debug().layer(service_fn(fails));
    let page = self::page(app, here("/", HTML)).await;
    assert!(page.contains(here_alone) && !page.contains(all));
    let app = debug().insecure_beyond_loopback().layer(service_fn(fails));
    let page = self::page(app, here("/", HTML)).await;
    assert!(page.contains(all) && !page.contains(here_alone));
}

#[tokio::test]
#[should_panic(expected = "the disk is full")]
async fn a_panic_that_may_not_be_shown_goes_on() {
    let app = DebugLayer::new(false).layer(service_fn(panics));
    let _ = app.oneshot(here("/", HTML)).await;
}

#[tokio::test]
async fn secrets_are_not_shown_in_any_form() {
    let app = debug().layer(service_fn(fails));
    for accept in [HTML, JSON, "*/*"] {
        let mut request = here("/a?token=hunter2&page=2", accept);
        for (name, value) in [
            ("authorization", "Basic hunter2"),
            ("cookie", "session=hunter2; theme=hunter2"),
            ("x-api-key", "hunter2"),
            ("referer", "http://localhost:8000/reset?code=hunter2"),
            ("x-shown", "shown"),
        ] {
            request.headers_mut().insert(name, value.parse().unwrap());
        }
        let page = page(app.clone(), request).await;
        assert!(!page.contains("hunter2"), "{accept} {page}");
        assert!(page.contains("shown") && page.contains("page=2"));
    }
}

#[tokio::test]
async fn another_one_further_in_sees_more() {
    let notes = |mut request: Request<Body>| {
        Mount::enter(&mut request, "/shop").unwrap();
        MatchedRoute::new("/shop/<item>").leave(&mut request);
        Identity::new("ada")
            .scheme("Basic")
            .roles(["buyer"])
            .leave(&mut request);
        request
    };
    let app = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(debug())
        .map_request(notes)
        .layer(debug())
        .layer(LintLayer::new())
        .service(service_fn(fails));
    let response = app.oneshot(here("/shop/7", JSON)).await.unwrap();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    let page: Value = serde_json::from_slice(&body).unwrap();
    let known = &page["debug"]["request"]["extensions"];
    assert_eq!(known["Mount"], "/shop");
    assert_eq!(known["MatchedRoute"], "/shop/<item>");
    assert_eq!(known["Identity"], "ada by Basic, with the roles buyer");
    assert_eq!(page["debug"]["request"]["target"], "/shop/7");
}

#[tokio::test]
async fn a_secret_in_the_path_is_not_shown_in_any_form() {
    let app = debug().layer(service_fn(|mut request: Request<Body>| {
        MatchedRoute::new("/reset/<token>").leave(&mut request);
        fails(request)
    }));
    for accept in [HTML, JSON, "*/*"] {
        let page = page(app.clone(), here("/reset/hunter2", accept)).await;
        assert!(!page.contains("hunter2"), "{accept} {page}");
        assert!(page.contains("/reset/[redacted]"));
    }
}

#[tokio::test]
async fn a_panic_without_words_has_a_heading() {
    let app = debug().layer(service_fn(async |_: Request<Body>| -> Answer {
        panic!("")
    }));
    let page = page(app, here("/", HTML)).await;
    assert!(
        page.contains("<h1 tabindex=\"0\">without words</h1>"),
        "{page}"
    );
    assert!(page.contains("<title>Panic: without words</title>"));
}

#[tokio::test]
async fn a_chain_that_ends_in_itself_is_shown() {
    #[derive(Debug)]
    struct Ouroboros;

    impl fmt::Display for Ouroboros {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("again")
        }
    }

    impl std::error::Error for Ouroboros {
        fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
            Some(self)
        }
    }

    let app = debug().layer(service_fn(async |_: Request<Body>| -> Answer {
        Err(Ouroboros.into())
    }));
    let page = json(app, here("/", JSON)).await;
    assert_eq!(page["debug"]["causes"].as_array().unwrap().len(), 15);
}

#[tokio::test]
async fn head_is_answered_with_the_head_of_get() {
    let app = debug().layer(service_fn(fails));
    let mut request = here("/", HTML);
    *request.method_mut() = http::Method::HEAD;
    let response = app.oneshot(request).await.unwrap();
    let length = response.headers()[header::CONTENT_LENGTH]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(length.parse::<usize>().unwrap() > 1000);
    assert_eq!(text(response).await, "");
}

#[tokio::test]
async fn what_is_well_passes() {
    let app = debug().layer(service_fn(panics));
    assert_eq!(page(app, here("/quiet", HTML)).await, "quiet");
}

#[tokio::test]
async fn hostile_text_stays_text_in_every_field() {
    const EVIL: &str =
        "</script><script>alert(1)</script><img src=x onerror=alert(1)>'\"`${x}\u{202e}\0";
    let app = debug().layer(service_fn(async |_: Request<Body>| -> Answer {
        panic!("{EVIL}")
    }));
    let mut request = here("/%3Cscript%3E?a='x'&b=%3Cscript%3E", HTML);
    for name in ["x-evil", "user-agent", "cookie", "referer"] {
        let value = HeaderValue::from_bytes(EVIL.replace('\0', "").as_bytes()).unwrap();
        request.headers_mut().insert(name, value);
    }
    MatchedRoute::new("<script>alert(2)</script>").leave(&mut request);
    Identity::new(EVIL).leave(&mut request);
    let page = page(app, request).await;
    assert_eq!(page.matches("<script>").count(), 1, "the page's own");
    assert_eq!(page.matches("</script>").count(), 1);
    assert!(!page.contains("<img") && !page.contains('\u{202e}') && !page.contains('\0'));
    assert!(page.contains("&lt;img src=x onerror=alert(1)&gt;"));
}
