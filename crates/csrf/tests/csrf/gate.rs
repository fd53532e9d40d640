//! Who is let in, and who is not.

use http::{Method, Request, StatusCode};
use plywood_core::{Body, Failure, body::Whole};
use plywood_csrf::{CsrfLayer, Reason};
use plywood_lint::LintLayer;
use plywood_test::{Client, harness::RoughBody};
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use crate::{FORM, Visitor, page, why};

#[tokio::test]
async fn what_changes_nothing_needs_neither_a_token_nor_a_session() {
    let echo = service_fn(|request: Request<Body>| async {
        let whole = Whole::read(request.into_body(), 100).await?;
        Ok::<_, plywood_core::BoxError>(http::Response::new(whole.into_body()))
    });
    let site = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(CsrfLayer::new())
        .layer(LintLayer::new())
        .service(echo);
    for method in [Method::GET, Method::HEAD, Method::OPTIONS, Method::TRACE] {
        let request = Request::builder().method(&method).uri("/");
        let request = request
            .header("host", "localhost")
            .body(Body::empty())
            .unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{method}");
    }
}

#[tokio::test]
async fn every_other_method_needs_a_token() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    for method in ["POST", "PUT", "PATCH", "DELETE", "PURGE"] {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let before = ada.asked();
        let bare = ada.client.request(method.clone(), "/").await;
        assert_eq!(why(&bare.expect_status(403)), Reason::Missing, "{method}");
        assert_eq!(ada.asked(), before, "{method}");
        let with = ada.client.request(method, "/");
        with.header("x-csrf-token", &token).await.expect_status(200);
        assert_eq!(ada.asked(), before + 1);
    }
}

#[tokio::test]
async fn where_a_request_says_it_comes_from_decides_nothing() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    for (origin, site) in [
        ("http://localhost", "same-origin"),
        ("https://evil.example", "cross-site"),
        ("null", "none"),
    ] {
        let sent = || {
            let sent = ada.client.post("/").header("origin", origin);
            sent.header("sec-fetch-site", site)
        };
        let reply = sent().await.expect_status(403);
        assert_eq!(why(&reply), Reason::Missing, "{origin}");
        let right = sent().header("x-csrf-token", &token);
        right.await.expect_status(200);
    }
}

#[tokio::test]
async fn a_field_of_the_head_is_asked_before_the_form_and_alone() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    let form = || {
        let post = ada.client.post("/").header("content-type", FORM);
        post.body(format!("csrf_token={token}"))
    };
    form().await.expect_status(200);
    for wrong in ["", "x", &token[1..], &format!("{token}A"), "\u{e9}"] {
        let reply = form().header("x-csrf-token", wrong).await;
        assert_eq!(why(&reply.expect_status(403)), Reason::Foreign, "{wrong:?}");
    }
    // Of two lines the first.
    let two = |first: &str, second: &str| {
        let post = ada.client.post("/").header("x-csrf-token", first);
        post.header("x-csrf-token", second)
    };
    two(&token, "x").await.expect_status(200);
    two("x", &token).await.expect_status(403);
    // With it the body is not looked at: its error is for who reads it.
    let lost = RoughBody::new("csrf_token=x").fails_after(3);
    let sent = ada.client.post("/").header("content-type", FORM);
    let sent = sent.header("x-csrf-token", &token).body(Body::new(lost));
    assert!(sent.try_send().await.is_err());
}

#[tokio::test]
async fn what_another_site_can_send_is_refused() {
    let ada = Visitor::new(CsrfLayer::new());
    let of_eve = Visitor::new(CsrfLayer::new()).token().await;
    ada.token().await;
    for (media_type, body, reason) in [
        ("", String::new(), Reason::Missing),
        (FORM, "note=x".to_owned(), Reason::Missing),
        ("text/plain", "csrf_token=x".to_owned(), Reason::Missing),
        (
            "multipart/form-data; boundary=x",
            "--x--".to_owned(),
            Reason::Missing,
        ),
        ("multipart/form-data", "--x--".to_owned(), Reason::Missing),
        (FORM, "csrf_token=".to_owned(), Reason::Foreign),
        (FORM, "csrf_token=x".to_owned(), Reason::Foreign),
        (FORM, format!("csrf_token={of_eve}"), Reason::Foreign),
    ] {
        let sent = ada
            .client
            .post("/")
            .header("content-type", media_type)
            .body(body.clone());
        let reply = sent.await.expect_status(403);
        assert_eq!(why(&reply), reason, "{media_type} {body}");
    }
    assert_eq!(ada.asked(), 1);
    // A stranger has no session, and so no token is his; what he sends is not read.
    let stranger = || ada.client.stranger().post("/");
    let reply = stranger().header("x-csrf-token", &of_eve).await;
    assert_eq!(why(&reply.expect_status(403)), Reason::Stranger);
    let never = Body::new(RoughBody::new("csrf_token=x").fails_after(0));
    let reply = stranger().header("content-type", FORM).body(never).await;
    assert_eq!(why(&reply.expect_status(403)), Reason::Stranger);
    // Nor is he known by a cookie that leads nowhere.
    let made_up = stranger().header("cookie", "session=1000");
    let reply = made_up.header("x-csrf-token", &of_eve).await;
    assert_eq!(why(&reply.expect_status(403)), Reason::Foreign);
}

#[tokio::test]
async fn a_token_ends_with_the_sign_in_that_renews_its_session() {
    let ada = Visitor::new(CsrfLayer::new());
    let post = |path: &str, token: &str| ada.client.post(path).header("x-csrf-token", token);
    let before = ada.token().await;
    post("/in", &before).await.expect_status(200);
    let reply = post("/", &before).await.expect_status(403);
    assert_eq!(why(&reply), Reason::Foreign);
    let after = ada.token().await;
    post("/", &after).await.expect_status(200);
    // Each page has another, and all of them are good.
    let another = ada.token().await;
    assert_ne!(after, another);
    post("/", &after).await.expect_status(200);
    post("/", &another).await.expect_status(200);
}

#[tokio::test]
async fn a_session_that_cannot_be_read_lets_nobody_in() {
    let ada = Visitor::new(CsrfLayer::new());
    let token = ada.token().await;
    let post = |path: &str| ada.client.post(path).header("x-csrf-token", &token);
    post("/spoil").await.expect_status(200);
    let before = ada.asked();
    let reply = post("/").await.expect_status(503);
    assert!(reply.extensions().get::<Failure>().is_some());
    assert_eq!(ada.asked(), before);
}

#[tokio::test]
async fn without_a_session_layer_nothing_is_let_in_and_the_layer_is_named() {
    let alone = Client::new(CsrfLayer::new().layer(LintLayer::new().layer(service_fn(page))));
    let reply = alone.post("/").await.expect_status(500);
    let failure = reply.extensions().get::<Failure>().unwrap().to_string();
    assert!(failure.contains("SessionLayer"), "{failure}");
}
