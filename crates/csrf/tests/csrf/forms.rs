//! Tokens for forms, in a session and between two lints.

#![expect(clippy::unwrap_used, reason = "a test may")]

use plywood::{
    csrf::{CsrfLayer, Reason, Refused, Token},
    prelude::*,
};
use plywood_lint::LintLayer;
use plywood_test::{Client as TestClient, Multipart, Reply, harness::RoughBody};

const FORM: &str = "application/x-www-form-urlencoded";

/// A page with a form; a POST answers with what was sent, and to `/in` with a renewed session.
async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    if request.method().is_safe() {
        let token = Token::of(session).await?;
        let html = format!(
            "<!doctype html><form method=post action=/>{}<input name=note></form>",
            token.field()
        );
        return Ok(Response::builder()
            .header("content-type", "text/html; charset=utf-8")
            .body(html.into())?);
    }
    if request.uri().path() == "/in" {
        session.renew();
    }
    Ok(Response::builder()
        .header("content-type", "application/octet-stream")
        .body(request.into_body())?)
}

fn visitor(layer: CsrfLayer) -> TestClient {
    let site = ServiceBuilder::new()
        .layer(SessionLayer::new(MemoryStore::new()))
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service_fn(page);
    TestClient::new(site)
}

/// The token in the form of the page.
async fn token(visitor: &TestClient) -> String {
    let page = visitor.get("/").await.expect_status(200);
    let form = page.form();
    let value = form.value("csrf_token").expect("the form has a token");
    value.to_owned()
}

fn why(reply: &Reply) -> Reason {
    let failure = reply
        .extensions()
        .get::<Failure>()
        .expect("a refusal says why");
    failure.reason().downcast_ref::<Refused>().unwrap().reason()
}

#[tokio::test]
async fn our_own_form_is_let_in_whole() {
    let ada = visitor(CsrfLayer::new());
    let page = ada.get("/").await;
    let sent = page.form().fill("note", "a&b").submit().await;
    let sent = sent.expect_status(200).text().to_owned();
    assert!(sent.ends_with("&note=a%26b"), "{sent}");
}

#[tokio::test]
async fn a_token_comes_in_a_field_of_the_head_or_of_a_form() {
    let ada = visitor(CsrfLayer::new());
    let token = token(&ada).await;
    let by_head = ada.post("/").header("x-csrf-token", &token).body("{}");
    assert_eq!(by_head.await.expect_status(200).text(), "{}");
    for method in [Method::PUT, Method::DELETE, Method::PATCH] {
        let form = format!("a=b&csrf_token={token}");
        let sent = ada
            .request(method, "/")
            .header("content-type", FORM)
            .body(form.clone());
        assert_eq!(sent.await.expect_status(200).text(), form);
    }
    let parts = || Multipart::new().text("csrf_token", &token);
    let upload = parts().file("file", "a.bin", "text/plain", "x".repeat(100_000));
    let sent = ada.post("/").multipart(&upload).await.expect_status(200);
    assert!(sent.bytes().len() > 100_000);
    let late = Multipart::new()
        .text("note", "x")
        .text("csrf_token", &token);
    let sent = ada.post("/").multipart(&late).await.expect_status(403);
    assert_eq!(why(&sent), Reason::Missing);
}

#[tokio::test]
async fn what_another_site_can_send_is_refused() {
    let ada = visitor(CsrfLayer::new());
    let of_eve = token(&visitor(CsrfLayer::new())).await;
    token(&ada).await;
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
            .post("/")
            .header("content-type", media_type)
            .body(body.clone());
        let reply = sent.await.expect_status(403);
        assert_eq!(why(&reply), reason, "{media_type} {body}");
    }
    // A stranger has no session, and so no token is his; what he sends is not read.
    let stranger = ada.stranger().post("/").header("x-csrf-token", &of_eve);
    assert_eq!(why(&stranger.await.expect_status(403)), Reason::Stranger);
    let never = Body::new(RoughBody::new("csrf_token=x").fails_after(0));
    let stranger = ada.stranger().post("/").header("content-type", FORM);
    let reply = stranger.body(never).await.expect_status(403);
    assert_eq!(why(&reply), Reason::Stranger);
}

#[tokio::test]
async fn a_form_that_comes_in_single_bytes_is_whole_with_its_trailers() {
    let ada = visitor(CsrfLayer::new());
    let token = token(&ada).await;
    let form = format!(
        "--x\r\ncontent-disposition: form-data; name=\"csrf_token\"\r\n\r\n{token}\r\n--x--\r\n"
    );
    for pieces in [1, 7, 1000] {
        let body = RoughBody::new(form.clone()).pieces(pieces);
        let sent = ada
            .post("/")
            .header("content-type", "multipart/form-data; boundary=x")
            .body(Body::new(body));
        assert_eq!(sent.await.expect_status(200).text(), form);
    }
}

#[tokio::test]
async fn how_a_form_is_cut_decides_nothing() {
    let ada = visitor(CsrfLayer::new());
    let token = token(&ada).await;
    let disposition = "content-disposition: form-data; name=\"csrf_token\"";
    for (filling, status) in [(0, 200), (8000, 200), (8192, 403), (20_000, 403)] {
        let filling = "x".repeat(filling);
        let form = format!("--x\r\n{disposition}\r\nx: {filling}\r\n\r\n{token}\r\n--x--\r\n");
        for pieces in [1, 1000, 100_000] {
            let body = RoughBody::new(form.clone()).pieces(pieces);
            let sent = ada
                .post("/")
                .header("content-type", "multipart/form-data; boundary=x")
                .body(Body::new(body));
            sent.await.expect_status(status);
        }
    }
}

#[tokio::test]
async fn a_boundary_that_no_form_has_is_none() {
    let ada = visitor(CsrfLayer::new());
    let token = token(&ada).await;
    for (length, status) in [(1, 200), (70, 200), (71, 403), (30_000, 403)] {
        let boundary = "x".repeat(length);
        let disposition = "content-disposition: form-data; name=\"csrf_token\"";
        let form = format!("--{boundary}\r\n{disposition}\r\n\r\n{token}\r\n--{boundary}--\r\n");
        let media_type = format!("multipart/form-data; boundary={boundary}");
        let sent = ada.post("/").header("content-type", media_type).body(form);
        sent.await.expect_status(status);
    }
}

#[tokio::test]
async fn a_token_ends_with_the_sign_in_that_renews_its_session() {
    let ada = visitor(CsrfLayer::new());
    let before = token(&ada).await;
    ada.post("/in")
        .header("x-csrf-token", &before)
        .await
        .expect_status(200);
    let reply = ada
        .post("/")
        .header("x-csrf-token", &before)
        .await
        .expect_status(403);
    assert_eq!(why(&reply), Reason::Foreign);
    let after = token(&ada).await;
    ada.post("/")
        .header("x-csrf-token", &after)
        .await
        .expect_status(200);
}

#[tokio::test]
async fn a_form_has_a_bound_and_a_session_is_missed_by_name() {
    let ada = visitor(CsrfLayer::new().max_form(10));
    token(&ada).await;
    let long = ada
        .post("/")
        .header("content-type", FORM)
        .body("note=123456");
    long.await.expect_status(413);
    let alone = TestClient::new(CsrfLayer::new().layer(service_fn(page)));
    let reply = alone.post("/").await.expect_status(500);
    let failure = reply.extensions().get::<Failure>().unwrap().to_string();
    assert!(failure.contains("SessionLayer"), "{failure}");
}
