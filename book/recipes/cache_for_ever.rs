//! Cache for ever.

// ANCHOR: app
use std::path::Path;

use plywood::prelude::*;
use plywood::static_files::Assets;

fn home(assets: &Assets, request: &Request<Body>) -> Response<Body> {
    let mount = Mount::of(request);
    let sheet = assets.url_from(&mount, "app.css").unwrap_or_default();
    let page = format!("<!doctype html><link rel=stylesheet href=\"{sheet}\">Hello");
    let mut response = Response::new(page.into());
    let html = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers_mut().insert("content-type", html);
    response
}

fn app(folder: &Path) -> Result<App, BoxError> {
    let files = Files::new(folder)?;
    let assets = Assets::scan(&files, "/static")?;
    let files = files.assets(&assets);
    let site = Dispatch::<BoxError>::builder()
        .get("/", move |request| {
            let page = home(&assets, &request);
            async { Ok::<_, BoxError>(page) }
        })
        .mount("/static", files)
        .build()?;
    Ok(plywood::app(
        ServiceBuilder::new().layer(ErrorPagesLayer::new()).service(site),
    ))
}
// ANCHOR_END: app

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app(Path::new("static"))?).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::fs;

    use plywood_test::Client;

    use super::*;

    #[tokio::test]
    async fn a_page_links_to_bytes_that_never_change() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("app.css"), "body { color: teal }").unwrap();
        let client = Client::new(app(folder.path()).unwrap());

        let page = client.get("/").await;
        let url = page.text().split('"').nth(1).expect("a link");
        let (name, extension) =
            url.rsplit_once('.').expect("a name and its extension");
        assert!(name.starts_with("/static/app."), "{url}");
        assert_eq!(extension, "css");
        client
            .get(url)
            .await
            .expect_header("cache-control", "public, max-age=31536000, immutable")
            .expect_text("body { color: teal }");
        let plain = client.get("/static/app.css").await;
        plain.expect_header("cache-control", "no-cache");
    }
}
// ANCHOR_END: test
