//! A token in each form.

// ANCHOR: app
use plywood::{
    csrf::{CsrfLayer, Token},
    prelude::*,
};

async fn notes(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    if request.method() == Method::POST {
        return Ok(Response::new("kept\n".into()));
    }
    let token = Token::of(Session::of(&request)?).await?;
    let page = format!(
        "<!doctype html><title>Notes</title><form method=post>{}<input name=note></form>",
        token.field()
    );
    Ok(Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .header("cache-control", "no-store")
        .body(page.into())?)
}

fn app(sessions: SessionLayer) -> App {
    Stack::new()
        .layer(ErrorPagesLayer::new())
        .layer(sessions)
        .layer(CsrfLayer::new())
        .service(service_fn(notes))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let sessions = SessionLayer::new(MemoryStore::new()).cookies_by_scheme();
    let listener = Listener::bind("127.0.0.1:8000").await?;
    Ok(Server::new(listener).serve(app(sessions)).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn our_form_is_kept_and_a_forged_one_is_not() {
        let ada = Client::new(app(SessionLayer::new(MemoryStore::new())));
        let form = ada.get("/").await.form();
        form.fill("note", "buy glue").submit().await.expect_text("kept\n");

        // Another site makes her browser send a form: with her cookie, and without a token.
        let forged = ada.post("/").form([("note", "sell the house")]);
        forged.await.expect_status(403);
    }
}
// ANCHOR_END: test
