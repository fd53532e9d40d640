//! A single-page app.

// ANCHOR: app
use std::path::Path;

use plywood::prelude::*;

async fn user(_: Request<Body>) -> Result<Response<Body>, BoxError> {
    let json = HeaderValue::from_static("application/json");
    let mut response = Response::new("{\"name\":\"ada\"}\n".into());
    response.headers_mut().insert("content-type", json);
    Ok(response)
}

fn app(dist: &Path) -> Result<App, BoxError> {
    let api = Dispatch::<BoxError>::builder().get("/api/user", user).build()?;
    let files = Files::new(dist)?.single_page("index.html");
    Ok(plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .layer(files.last())
            .service(api),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(Path::new("dist"))?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::fs;

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn every_page_is_the_app_and_nothing_else_is() {
        let dist = tempfile::tempdir().unwrap();
        fs::write(dist.path().join("index.html"), "<div id=app></div>").unwrap();
        fs::write(dist.path().join("app.js"), "start()").unwrap();
        let client = Client::new(app(dist.path()).unwrap());
        let browser = "text/html,application/xhtml+xml,*/*;q=0.8";
        let visit = |path| client.get(path).header("accept", browser);

        visit("/").await.expect_text("<div id=app></div>");
        visit("/inbox/7").await.expect_text("<div id=app></div>");
        visit("/app.js").await.expect_text("start()");
        visit("/old.js").await.expect_status(404);
        client.get("/api/user").await.expect_text("{\"name\":\"ada\"}\n");
        client.get("/api/none").await.expect_status(404);
    }
}
// ANCHOR_END: test
