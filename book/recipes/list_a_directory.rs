//! List a directory.

// ANCHOR: app
use std::path::Path;

use plywood::prelude::*;

fn app(folder: &Path) -> Result<App, BoxError> {
    let files = Files::new(folder)?.listing();
    let site = Dispatch::<BoxError>::builder().mount("/pub", files).build()?;
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(Path::new("pub"))?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::fs;

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn people_get_a_page_and_programs_get_json() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("a & b.txt"), "hello").unwrap();
        fs::write(folder.path().join(".env"), "PASSWORD=plywood").unwrap();
        let client = Client::new(app(folder.path()).unwrap());

        let page = client.get("/pub/").header("accept", "text/html").await;
        let page = page.expect_text_contains("<h1>/pub/</h1>");
        let page = page.expect_text_contains("href=\"./a%20&amp;%20b.txt\"");
        assert!(!page.text().contains(".env"));

        let json = client.get("/pub/").header("accept", "application/json").await;
        json.expect_text_contains("\"name\":\"a & b.txt\"")
            .expect_text_contains("\"size\":5");
        client.get("/pub").await.expect_header("location", "/pub/");
    }
}
// ANCHOR_END: test
