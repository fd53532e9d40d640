//! Stacks as they are written, and those that are ready made.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::convert::Infallible;

use http::HeaderName;
use plywood::{
    csp::{CspLayer, Nonce},
    csrf::{CsrfLayer, Token},
    prelude::*,
    tower_http::{cors::CorsLayer, set_header::SetResponseHeaderLayer},
};
use plywood_test::Client as TestClient;

async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    match request.uri().path() {
        "/broken" => Err("the disk is full".into()),
        "/missing" => Ok(Response::builder().status(404).body(Body::empty())?),
        "/token" => {
            let token = Token::of(Session::of(&request)?).await?;
            Ok(Response::new(token.as_str().to_owned().into()))
        }
        "/nonce" => {
            let nonce = Nonce::of(&request).map_or("none", Nonce::as_str);
            Ok(Response::new(nonce.to_owned().into()))
        }
        _ => Ok(Response::new("page".into())),
    }
}

fn mark(
    name: &'static str,
) -> SetResponseHeaderLayer<impl Fn(&Response<Body>) -> Option<HeaderValue> + Clone> {
    let name = HeaderName::from_static(name);
    // Says which marks it found: those of the layers inside.
    let found = |response: &Response<Body>| {
        let names = response.headers().keys().map(HeaderName::as_str);
        let marks: Vec<_> = names.filter(|name| name.starts_with("x-")).collect();
        HeaderValue::try_from(format!("{marks:?}")).ok()
    };
    SetResponseHeaderLayer::overriding(name, found)
}

#[tokio::test]
async fn layers_stand_as_they_are_written() {
    let stack = Stack::new()
        .layer(ErrorPagesLayer::new())
        .tower(mark("x-outer"))
        .tower(mark("x-inner"));
    let site = TestClient::new(stack.service(service_fn(page)));
    let reply = site.get("/").await;
    assert_eq!(reply.header("x-inner"), "[]");
    assert_eq!(reply.header("x-outer"), r#"["x-inner"]"#);
}

#[tokio::test]
async fn a_mount_passes_what_is_above_and_not_what_is_below() {
    async fn file(_: Request<Body>) -> Result<Response<Body>, Infallible> {
        Ok(Response::new("file".into()))
    }

    let stack = Stack::new()
        .layer(ErrorPagesLayer::new())
        .tower(mark("x-above"))
        .mount("/static", service_fn(file))
        .unwrap()
        .tower(mark("x-below"));
    let site = TestClient::new(stack.service(service_fn(page)));
    let reply = site.get("/static/a").await.expect_text("file");
    assert_eq!(reply.header("x-above"), "[]");
    reply.expect_no_header("x-below");
    let reply = site.get("/a").await.expect_text("page");
    assert_eq!(reply.header("x-below"), "[]");

    let nowhere = Stack::new().mount("static", service_fn(file)).unwrap_err();
    assert!(nowhere.to_string().contains("\"static\""), "{nowhere}");
}

#[tokio::test]
async fn an_app_of_mounts_alone_has_nothing_else() {
    let mounted = service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Body::from("mounted")))
    });
    let app = Stack::new().mount("/a", mounted).unwrap().build();
    let site = TestClient::new(app);
    site.get("/a/b").await.expect_text("mounted");
    site.get("/b").await.expect_status(404);
}

#[tokio::test]
async fn a_layer_runs_for_some() {
    let stack = Stack::new().layer(ErrorPagesLayer::new()).when(
        at("/nonce"),
        CspLayer::new("script-src 'nonce'".parse().unwrap()),
    );
    let site = TestClient::new(stack.service(service_fn(page)));
    let reply = site.get("/nonce").await;
    assert!(
        reply
            .header("content-security-policy")
            .contains(reply.text())
    );
    site.get("/")
        .await
        .expect_no_header("content-security-policy");
}

#[test]
fn a_stack_knows_what_stands_in_it_and_what_is_wrong() {
    let stack = Stack::new()
        .layer(ErrorPagesLayer::new())
        .layer(CsrfLayer::new())
        .layer(SessionLayer::new(MemoryStore::new()))
        .tower(CorsLayer::new());
    let names: Vec<_> = stack.to_string().lines().map(str::to_owned).collect();
    assert!(names[0].starts_with("ErrorPagesLayer"), "{stack}");
    assert!(
        names[3].contains("CorsLayer") && names[3].contains("marks every answer"),
        "{stack}"
    );
    let advice = stack
        .onion()
        .advice()
        .iter()
        .map(ToString::to_string)
        .collect::<String>();
    assert!(advice.contains("CsrfLayer needs Session"), "{advice}");
    assert!(advice.contains("CorsLayer"), "{advice}");
}

#[test]
fn the_stacks_that_are_ready_made_have_no_fault() {
    for preset in [Stack::site(), Stack::api(), Stack::development()] {
        let onion = preset.onion();
        assert!(onion.advice().is_empty(), "{onion}");
    }
}

#[tokio::test]
async fn a_site_says_how_it_is_to_be_treated_on_every_answer() {
    let mut preset = Stack::site();
    preset.log = None;
    let site = TestClient::new(preset.service(service_fn(page)));
    for (path, status) in [("/", 200), ("/missing", 404), ("/broken", 500)] {
        let reply = site.get(path).await.expect_status(status);
        assert_eq!(reply.header("x-content-type-options"), "nosniff");
        assert_eq!(
            reply.header("referrer-policy"),
            "strict-origin-when-cross-origin"
        );
        assert_eq!(reply.header("cross-origin-opener-policy"), "same-origin");
        reply.expect_no_header("strict-transport-security");
    }
    let reply = site.get("/").await;
    assert!(
        reply
            .header("content-security-policy")
            .starts_with("default-src 'self'")
    );
    let foreign = site.post("/").header("sec-fetch-site", "cross-site").await;
    foreign.expect_status(403).expect_text_contains("Forbidden");
    let long = site.post("/").body("x".repeat((2 << 20) + 1)).await;
    long.expect_status(413);
}

#[tokio::test]
async fn a_site_over_tls_stays_there() {
    let mut preset = Stack::site();
    preset.log = None;
    let mut request = Request::new(Body::empty());
    request.extensions_mut().insert(Scheme::Https);
    let Ok(response) = preset.service(service_fn(page)).oneshot(request).await;
    assert_eq!(
        response.headers()["strict-transport-security"],
        "max-age=31536000"
    );
}

#[tokio::test]
async fn what_is_taken_out_is_gone_and_what_is_put_in_works() {
    let mut preset = Stack::site();
    preset.log = None;
    preset.csp = None;
    preset.headers.clear();
    preset.session = Some(SessionLayer::new(MemoryStore::new()).insecure_cookies());
    preset.csrf = Some(CsrfLayer::new());
    let site = TestClient::new(preset.service(service_fn(page)));
    let token = site
        .get("/token")
        .await
        .expect_no_header("content-security-policy");
    site.post("/").await.expect_status(403);
    let sent = site.post("/").header("x-csrf-token", token.text());
    sent.await.expect_status(200).expect_text("page");
}

#[tokio::test]
async fn an_api_has_no_session_and_answers_in_its_own_form() {
    let mut preset = Stack::api();
    preset.log = None;
    let api = TestClient::new(preset.service(service_fn(page)));
    let reply = api
        .get("/missing")
        .header("accept", "application/json")
        .await;
    let reply = reply.expect_status(404);
    assert_eq!(reply.header("content-type"), "application/problem+json");
    api.get("/token").await.expect_status(500);
}
