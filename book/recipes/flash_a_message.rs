//! Flash a message.

// ANCHOR: app
use plywood::{
    prelude::*,
    session::{Flash, Level},
};

/// Saves something, and sends the visitor on: the page that comes next says how it went.
async fn save(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    session.flash(Level::Success, "Your <profile> is saved.")?;
    Ok(Response::builder()
        .status(303)
        .header("location", "/")
        .body(Body::empty())?)
}

async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let messages = Session::of(&request)?.flashes().await?;
    let shown: String = messages.iter().map(paragraph).collect();
    Ok(Response::builder()
        .header("content-type", "text/html; charset=utf-8")
        .body(format!("<!doctype html><title>Profile</title>{shown}<form method=post action=/save><button>Save</button></form>").into())?)
}

/// The text is plain: it is escaped here, where it becomes HTML.
fn paragraph(message: &Flash) -> String {
    let text = message.text.replace('&', "&amp;").replace('<', "&lt;");
    format!("<p class={}>{text}</p>", message.level.as_str())
}

fn app() -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/", page)
        .post("/save", save)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(SessionLayer::new(MemoryStore::new()))
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app()?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn a_message_is_shown_once_to_the_one_it_is_for() {
        let ada = Client::new(app().unwrap());
        let bob = ada.stranger();
        ada.post("/save").await.expect_status(303);
        let page = ada.get("/").await;
        page.expect_text_contains("<p class=success>Your &lt;profile> is saved.</p>");
        for again in [ada.get("/").await, bob.get("/").await] {
            assert!(!again.text().contains("saved"), "{again}");
        }
    }
}
// ANCHOR_END: test
