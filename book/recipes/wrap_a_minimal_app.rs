//! Wrap a minimal app.

// ANCHOR: app
use plywood::prelude::*;

async fn hello(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let name = Params::of(&request).get("name").unwrap_or("world").to_owned();
    Ok(Response::builder()
        .header("content-type", "text/plain; charset=utf-8")
        .body(format!("hello, {name}\n").into())?)
}

fn app() -> Result<App, BoxError> {
    let site = Dispatch::<BoxError>::builder()
        .get("/", hello)
        .get("/<name>", hello)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(AccessLogLayer::new(Lines::stdout()))
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), Fatal> {
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
    async fn the_app_answers() {
        let client = Client::new(app().unwrap());
        client
            .get("/")
            .await
            .expect_status(200)
            .expect_text_contains("hello, world");
        client.get("/ada").await.expect_text_contains("hello, ada");

        let missing = client.get("/a/b").header("accept", "application/json").await;
        missing
            .expect_status(404)
            .expect_header("content-type", "application/problem+json");
        client
            .post("/")
            .await
            .expect_status(405)
            .expect_header("allow", "GET, HEAD, OPTIONS");
    }
}
// ANCHOR_END: test
