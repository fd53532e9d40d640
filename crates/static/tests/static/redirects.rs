//! Directories, with and without a slash, at the root and below a mount.

use http::{Method, Request};
use plywood_core::{Body, Mount};

use crate::site::{self, Site};

fn site() -> Site {
    Site::new()
        .file("index.html", b"ok-index\n")
        .file("a.txt", b"ok-a\n")
        .file("docs/index.html", b"ok-docs\n")
        .file("evil.example/index.html", b"ok-evil\n")
        .file("dir with space/index.html", b"ok-space\n")
        .file("bare/inner.txt", b"ok-inner\n")
}

#[tokio::test]
async fn a_directory_is_its_index() {
    let site = site();
    for (target, expected) in [
        ("/", "ok-index\n"),
        ("//", "ok-index\n"),
        ("/docs/", "ok-docs\n"),
        ("/docs//", "ok-docs\n"),
        ("/docs/index.html", "ok-docs\n"),
        ("/dir%20with%20space/", "ok-space\n"),
    ] {
        assert_eq!(
            site.text(target).await,
            (200, expected.to_owned()),
            "{target}"
        );
    }
    for target in [
        "/bare/",
        "/bare",
        "/a.txt/",
        "/a.txt/index.html",
        "/docs/index.html/",
    ] {
        assert_eq!(site.text(target).await, (404, String::new()), "{target}");
    }
}

#[tokio::test]
async fn the_first_index_that_is_there_stands_for_the_directory() {
    let site = site()
        .file("bare/README.txt", b"ok-readme\n")
        .file("docs/README.txt", b"not me\n")
        .with(|files| files.index_files(["none.html", "index.html", "README.txt"]));
    assert_eq!(site.text("/docs/").await, (200, "ok-docs\n".to_owned()));
    assert_eq!(site.text("/bare/").await, (200, "ok-readme\n".to_owned()));
}

#[tokio::test]
async fn a_directory_without_its_slash_redirects_and_stays_on_this_host() {
    let site = site();
    for (target, location) in [
        ("/docs", "/docs/"),
        ("/docs?page=2&q=%20", "/docs/?page=2&q=%20"),
        ("//docs", "/docs/"),
        ("//evil.example", "/evil.example/"),
        ("///evil.example?//x", "/evil.example/?//x"),
        ("/dir%20with%20space", "/dir%20with%20space/"),
        ("/docs?100%", "/docs/?100%25"),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let response = site.ask(method, target, &[]).await;
            assert_eq!(response.status(), 308, "{target}");
            assert_eq!(response.headers()["location"], location, "{target}");
        }
    }
}

#[tokio::test]
async fn below_a_mount_the_redirect_leads_to_where_the_files_stand() {
    let site = site();
    for (target, expected) in [
        ("/static/docs", Err("/static/docs/")),
        ("/static/docs?q=1", Err("/static/docs/?q=1")),
        ("/static//docs", Err("/static/docs/")),
        // Relative links in the index would be wrong without the slash.
        ("/static", Err("/static/")),
        ("/static?q=1", Err("/static/?q=1")),
        ("/static/", Ok("ok-index\n")),
        ("/static/docs/", Ok("ok-docs\n")),
        ("/static/a.txt", Ok("ok-a\n")),
    ] {
        let mut request = Request::get(target).body(Body::empty()).unwrap();
        assert!(Mount::enter(&mut request, "/static").unwrap());
        let response = site::call(site.files(), request).await;
        match expected {
            Ok(body) => assert_eq!(site::bytes(response.into_body()).await, body, "{target}"),
            Err(location) => {
                assert_eq!(response.status(), 308, "{target}");
                assert_eq!(response.headers()["location"], location, "{target}");
            }
        }
    }
}
