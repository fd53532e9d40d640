//! Serve a folder.

// ANCHOR: app
use std::path::Path;

use plywood::prelude::*;

fn app(folder: &Path) -> Result<App, BoxError> {
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(AccessLogLayer::new(Lines::stdout()))
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .service(Files::new(folder)?),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(Path::new("public"))?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::fs;

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn files_are_served_and_secrets_are_not() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("index.html"), "<h1>Hello</h1>").unwrap();
        fs::write(folder.path().join(".env"), "PASSWORD=plywood").unwrap();
        let client = Client::new(app(folder.path()).unwrap());

        let page = client.get("/").await.expect_status(200);
        let tag = page
            .expect_header("content-type", "text/html; charset=utf-8")
            .header("etag")
            .to_owned();
        client.get("/").header("if-none-match", &tag).await.expect_status(304);
        client
            .get("/")
            .header("range", "bytes=4-8")
            .await
            .expect_status(206)
            .expect_text_contains("Hello");

        client.get("/.env").await.expect_status(404);
        client.get("/%2e%2e/etc/passwd").await.expect_status(404);
    }
}
// ANCHOR_END: test
