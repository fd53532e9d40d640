//! Files in the program itself, through the public API, behind a lint.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

#[path = "static/site.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod site;

use http::{Request, Response};
use plywood_core::Body;
use plywood_static::Files;
use rust_embed::RustEmbed;

#[derive(RustEmbed)]
#[folder = "tests/embedded_files"]
struct Public;

async fn ask(files: &Files, target: &str, fields: &[(&str, &str)]) -> Response<Body> {
    let mut request = Request::get(target);
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    site::call(files.clone(), request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn what_is_in_the_program_is_served_like_files() {
    let files = Files::embedded::<Public>().precompressed();
    for (target, status, body) in [
        ("/", 200, "ok-index\n"),
        ("/app.css", 200, "body { color: teal }\n"),
        ("/docs/a.txt", 200, "ok-docs\n"),
        ("/docs", 404, ""),
        ("/docs/", 404, ""),
        ("/doc", 404, ""),
        ("/.hidden", 404, ""),
        ("/docs/../index.html", 404, ""),
        ("/none", 404, ""),
    ] {
        let response = ask(&files, target, &[]).await;
        assert_eq!(response.status(), status, "{target}");
        assert_eq!(site::bytes(response.into_body()).await, body, "{target}");
    }
}

#[tokio::test]
async fn tags_are_hashes_of_the_contents_and_ranges_work() {
    let files = Files::embedded::<Public>();
    let response = ask(&files, "/app.css", &[]).await;
    let etag = response.headers()["etag"].to_str().unwrap().to_owned();
    let hash = Public::get("app.css").unwrap().metadata.sha256_hash();
    let half = u128::from_be_bytes(hash[..16].try_into().unwrap());
    assert_eq!(etag, format!("\"{half:032x}\""));
    assert_eq!(
        response.headers()["content-type"],
        "text/css; charset=utf-8"
    );
    let same = ask(&files, "/app.css", &[("if-none-match", &etag)]).await;
    assert_eq!(same.status(), 304);
    let fields = [("range", "bytes=0-3"), ("if-range", &etag)];
    let part = ask(&files, "/app.css", &fields).await;
    assert_eq!(site::bytes(part.into_body()).await, "body");
}

#[tokio::test]
async fn packed_files_and_listings_work_here_too() {
    let files = Files::embedded::<Public>()
        .precompressed()
        .index_files([""; 0])
        .listing();
    let packed = ask(&files, "/app.css", &[("accept-encoding", "gzip")]).await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(site::bytes(packed.into_body()).await, "GZ");
    let page = ask(&files, "/", &[("accept", "text/html")]).await;
    let html = String::from_utf8(site::bytes(page.into_body()).await.to_vec()).unwrap();
    for link in ["./docs/", "./app.css", "./app.css.gz", "./index.html"] {
        assert!(html.contains(&format!("href=\"{link}\"")), "{html}");
    }
    assert!(!html.contains(".hidden"));
    assert_eq!(ask(&files, "/docs", &[]).await.status(), 308);
}
