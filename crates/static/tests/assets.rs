//! Names with fingerprints, through the public API, behind a lint.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

#[path = "static/site.rs"]
#[allow(dead_code, reason = "another test uses the rest")]
mod site;

use std::{fs, time::Duration};

use http::{Method, Request, header::CACHE_CONTROL};
use plywood_core::{Body, Mount};
use plywood_static::{Assets, Cache, Files};

use crate::site::Site;

const FOR_EVER: &str = "public, max-age=31536000, immutable";

/// Status, `Cache-Control` and body of a GET.
async fn get(files: &Files, target: &str) -> (u16, String, String) {
    let request = Request::get(target).body(Body::empty()).unwrap();
    let response = site::call(files.clone(), request).await;
    let status = response.status().as_u16();
    let kept = response.headers().get(CACHE_CONTROL);
    let kept = kept.map_or("", |value| value.to_str().unwrap()).to_owned();
    let bytes = site::bytes(response.into_body()).await;
    (status, kept, String::from_utf8(bytes.to_vec()).unwrap())
}

fn answer(status: u16, kept: &str, body: &str) -> (u16, String, String) {
    (status, kept.to_owned(), body.to_owned())
}

#[tokio::test]
async fn a_name_with_its_fingerprint_is_kept_for_ever_and_its_own_is_asked_for() {
    let site = Site::new()
        .settled("app.css", b"body {}")
        .settled("img/a b.svg", b"<svg/>")
        .settled(".hidden.css", b"x");
    let files = site.files();
    let assets = Assets::scan(&files, "/static/").unwrap();
    let files = files.assets(&assets);
    for (name, before, after, body) in [
        ("app.css", "/static/app.", ".css", "body {}"),
        ("img/a b.svg", "/static/img/a%20b.", ".svg", "<svg/>"),
    ] {
        let url = assets.url(name).unwrap();
        let digits = url
            .strip_prefix(before)
            .unwrap()
            .strip_suffix(after)
            .unwrap();
        assert_eq!(digits.len(), 10, "{url}");
        let target = url.strip_prefix("/static").unwrap();
        assert_eq!(get(&files, target).await, answer(200, FOR_EVER, body));
    }
    assert_eq!(
        get(&files, "/app.css").await,
        answer(200, "no-cache", "body {}")
    );
    assert_eq!(assets.url("none.css"), None);
    assert_eq!(assets.url(".hidden.css"), None);

    let mut request = Request::get("/shop/x").body(()).unwrap();
    Mount::enter(&mut request, "/shop").unwrap();
    let url = assets.url_from(&Mount::of(&request), "app.css").unwrap();
    assert!(url.starts_with("/shop/static/app."), "{url}");
}

#[test]
fn what_is_not_served_has_no_fingerprint() {
    let site = Site::new()
        .settled("app.css", b"body {}")
        .settled("app.key", b"x")
        .settled("drafts/a.css", b"x");
    let denied = site.files().deny("*.key").deny("drafts");
    let allowed = site.files().allow("/app.css");
    let only = Files::file(site.root().join("app.css")).unwrap();
    for files in [denied, allowed, only] {
        let assets = Assets::scan(&files, "/static").unwrap();
        assert!(assets.url("app.css").is_some());
        for name in ["app.key", "drafts/a.css"] {
            assert_eq!(assets.url(name), None, "{name} {files:?}");
        }
    }
}

#[tokio::test]
async fn a_304_under_a_fingerprint_says_for_ever_too() {
    let site = Site::new().settled("app.css", b"body {}");
    let assets = Assets::scan(&site.files(), "").unwrap();
    let target = assets.url("app.css").unwrap();
    let site = site.with(|files| files.assets(&assets));
    let fresh = site.get(target).await;
    let etag = fresh.headers()["etag"].to_str().unwrap();
    let same = site
        .ask(Method::GET, target, &[("if-none-match", etag)])
        .await;
    assert_eq!(same.status(), 304);
    assert_eq!(same.headers()["cache-control"], FOR_EVER);
    let failed = site
        .ask(Method::GET, target, &[("if-match", "\"other\"")])
        .await;
    assert_eq!(failed.status(), 412);
    assert!(!failed.headers().contains_key("cache-control"));
}

#[tokio::test]
async fn nobody_keeps_the_wrong_bytes() {
    let site = Site::new().settled("app.css", b"old");
    let assets = Assets::scan(&site.files(), "").unwrap();
    let old = assets.url("app.css").unwrap().to_owned();
    fs::write(site.root().join("app.css"), "newer").unwrap();

    // The server that was started before.
    let files = site.files().assets(&assets);
    assert_eq!(get(&files, &old).await, answer(200, "no-cache", "newer"));
    // The server that was started after, asked by a page that was open.
    let assets = Assets::scan(&site.files(), "").unwrap();
    assert_ne!(assets.url("app.css").unwrap(), old);
    let files = site.files().assets(&assets);
    assert_eq!(get(&files, &old).await, answer(200, "no-cache", "newer"));
    assert_eq!(get(&files, "/none.0123456789.css").await.0, 404);
}

#[tokio::test]
async fn packed_files_go_with_their_original() {
    let site = Site::new()
        .settled("app.css", b"plain")
        .settled("app.css.gz", b"GZ")
        .settled("archive.gz", b"alone");
    let assets = Assets::scan(&site.files(), "").unwrap();
    assert_eq!(assets.url("app.css.gz"), None);
    assert!(assets.url("archive.gz").is_some());
    let site = site.with(|files| files.precompressed().assets(&assets));
    let target = assets.url("app.css").unwrap();
    let packed = site
        .ask(Method::GET, target, &[("accept-encoding", "gzip")])
        .await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_eq!(packed.headers()["cache-control"], FOR_EVER);
    assert_eq!(site::bytes(packed.into_body()).await, "GZ");
}

#[tokio::test]
async fn a_packed_form_of_another_state_is_not_kept_for_ever() {
    let site = Site::new()
        .settled("app.css", b"plain")
        .settled("app.css.br", b"BR");
    let assets = Assets::scan(&site.files(), "").unwrap();
    let target = assets.url("app.css").unwrap();
    let site = site.with(|files| {
        let cache = Cache::default().fresh_for(Duration::MAX);
        files.precompressed().cache(cache).assets(&assets)
    });
    // From here on the original is at hand, as it was.
    let plain = answer(200, FOR_EVER, "plain");
    assert_eq!(get(&site.files(), target).await, plain);
    fs::write(site.root().join("app.css"), "newer").unwrap();
    fs::write(site.root().join("app.css.br"), "NEWER").unwrap();
    assert_eq!(get(&site.files(), target).await, plain);

    let packed = site
        .ask(Method::GET, target, &[("accept-encoding", "br")])
        .await;
    assert_eq!(packed.headers()[CACHE_CONTROL], "no-cache");
    assert_eq!(site::bytes(packed.into_body()).await, "NEWER");
}

#[tokio::test]
async fn what_the_server_in_front_sends_is_not_kept_for_ever() {
    let site = Site::new().settled("app.css", b"plain");
    let assets = Assets::scan(&site.files(), "").unwrap();
    let target = assets.url("app.css").unwrap();
    let files = site.files().x_accel_redirect("/protected");
    let files = files.assets(&assets);
    assert_eq!(get(&files, target).await, answer(200, "no-cache", ""));
}

#[tokio::test]
async fn the_manifest_of_vite_is_read() {
    let site = Site::new()
        .file("assets/main.4889e940.js", b"main")
        .file("assets/main.b82dbe22.css", b"css")
        .file("assets/shared.83069a53.js", b"shared")
        .file("index.html", b"page")
        .file(
            ".vite/manifest.json",
            br#"{
                "src/main.ts": {"file": "assets/main.4889e940.js", "src": "src/main.ts", "isEntry": true,
                    "imports": ["_shared.js"], "css": ["assets/main.b82dbe22.css"]},
                "_shared.js": {"file": "assets/shared.83069a53.js", "css": ["assets/shared.css", "assets/main.b82dbe22.css"],
                    "imports": ["_shared.js", "src/main.ts"], "assets": ["assets/logo.svg"]}
            }"#,
        );
    let assets = Assets::vite(site.root().join(".vite/manifest.json"), "/static").unwrap();
    assert_eq!(
        assets.url("src/main.ts"),
        Some("/static/assets/main.4889e940.js")
    );
    assert_eq!(
        assets.styles("src/main.ts"),
        [
            "/static/assets/main.b82dbe22.css",
            "/static/assets/shared.css"
        ]
    );
    assert_eq!(
        assets.imports("src/main.ts"),
        ["/static/assets/shared.83069a53.js"]
    );
    assert!(assets.styles("none").is_empty() && assets.imports("none").is_empty());
    let files = site.files().assets(&assets);
    for (target, kept, body) in [
        ("/assets/main.4889e940.js", FOR_EVER, "main"),
        ("/assets/main.b82dbe22.css", FOR_EVER, "css"),
        ("/index.html", "no-cache", "page"),
    ] {
        assert_eq!(get(&files, target).await, answer(200, kept, body));
    }
    assert_eq!(get(&files, "/assets/logo.svg").await.0, 404);

    let error = Assets::vite(site.root().join("index.html"), "").unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::InvalidData);
}
