//! Tokens for forms in real sessions, on the server and sealed in their cookies. What is let in and what is not is proved in the crate.

#![expect(clippy::unwrap_used, reason = "a test may")]

use plywood::{
    csrf::{CsrfLayer, Token},
    prelude::*,
    session::Keys,
};
use plywood_lint::LintLayer;
use plywood_test::Client as TestClient;

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

fn visitors() -> [TestClient; 2] {
    let keys = Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap();
    let layers = [
        SessionLayer::new(MemoryStore::new()),
        SessionLayer::sealed(keys),
    ];
    layers.map(|layer| {
        let site = ServiceBuilder::new()
            .layer(layer)
            .layer(LintLayer::new())
            .layer(CsrfLayer::new())
            .layer(LintLayer::new())
            .service_fn(page);
        TestClient::new(site)
    })
}

/// The token in the form of the page.
async fn token(visitor: &TestClient) -> String {
    let page = visitor.get("/").await.expect_status(200);
    let form = page.form();
    let value = form.value("csrf_token").expect("the form has a token");
    value.to_owned()
}

#[tokio::test]
async fn our_own_form_is_let_in_whole_and_a_strangers_is_not() {
    for ada in visitors() {
        let page = ada.get("/").await;
        let sent = page.form().fill("note", "a&b").submit().await;
        let sent = sent.expect_status(200).text().to_owned();
        assert!(sent.ends_with("&note=a%26b"), "{sent}");

        let of_ada = token(&ada).await;
        let eve = ada.stranger();
        let forged = || eve.post("/").header("x-csrf-token", &of_ada);
        forged().await.expect_status(403);
        token(&eve).await;
        forged().await.expect_status(403);
    }
}

#[tokio::test]
async fn a_token_ends_with_the_sign_in_that_renews_its_session() {
    for ada in visitors() {
        let before = token(&ada).await;
        let post = |path: &str, token: &str| ada.post(path).header("x-csrf-token", token);
        post("/in", &before).await.expect_status(200);
        post("/", &before).await.expect_status(403);
        let after = token(&ada).await;
        post("/", &after).await.expect_status(200);
    }
}
