//! Your own 404.

// ANCHOR: app
use plywood::core::html::escape;
use plywood::error_pages::{ErrorDocument, Statuses};
use plywood::prelude::*;

/// What is shown when the site itself does not work: it asks nobody.
const SORRY: &str = "<!doctype html>\n<html lang=\"en\"><title>Sorry</title>\n\
    <h1>Something is broken here</h1>\n<p>We know of it.</p>\n";

async fn home(_: Request<Body>) -> Response<Body> {
    Response::new("Welcome to the shop\n".into())
}

/// An address like any other, that shows what the rest of the site shows.
async fn lost(request: Request<Body>) -> Response<Body> {
    let about = ErrorDocument::of(&request);
    let path = about.and_then(ErrorDocument::path).unwrap_or("here");
    let page = format!(
        "<!doctype html>\n<html lang=\"en\"><title>Lost</title>\n\
         <h1>There is nothing at {}</h1>\n<p><a href=\"/\">To the shop</a></p>\n",
        escape(path)
    );
    let mut response = Response::new(page.into());
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, html);
    response
}

async fn stock(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    Err("the database does not answer".into())
}

fn app() -> Result<App, BoxError> {
    let pages = ErrorPagesLayer::new().html(Statuses::SERVER, SORRY);
    let documents =
        ErrorDocumentsLayer::new(pages).document(StatusCode::NOT_FOUND, "/lost");
    let site = Dispatch::<BoxError>::builder()
        .get("/", home)
        .get("/lost", lost)
        .get("/stock", stock)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new().layer(documents).service(site),
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
    async fn visitors_see_the_site_s_own_pages_and_programs_see_problems() {
        let client = Client::new(app().expect("the rules are right"));
        let visit = |path| client.get(path).header("accept", "text/html");
        visit("/nowhere")
            .await
            .expect_status(404)
            .expect_text_contains("<h1>There is nothing at /nowhere</h1>");
        visit("/stock")
            .await
            .expect_status(500)
            .expect_text_contains("We know of it.");

        client
            .get("/nowhere")
            .header("accept", "application/json")
            .await
            .expect_status(404)
            .expect_header("content-type", "application/problem+json");
    }
}
// ANCHOR_END: test
