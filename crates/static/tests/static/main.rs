//! Files through the public API, between two lints.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

mod cache;
mod conditions;
mod download;
mod escapes;
mod layer;
mod listing;
mod options;
mod peers;
#[cfg(target_os = "linux")]
mod race;
mod ranges;
mod redirects;
mod site;
mod tags;
mod variants;
mod versions;

use http::{Method, Request, StatusCode};
use plywood_core::{Body, FileIdentity};

use crate::site::Site;

#[tokio::test]
async fn a_file_is_sent_with_all_that_a_client_should_know_of_it() {
    let site = Site::new().settled("app.css", b"body {}");
    let (parts, body) = site.get("/app.css").await.into_parts();
    assert_eq!(parts.status, StatusCode::OK);
    for (name, value) in [
        ("content-type", "text/css; charset=utf-8"),
        ("content-length", "7"),
        ("last-modified", "Tue, 02 Jan 2024 03:04:05 GMT"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
        ("cache-control", "no-cache"),
    ] {
        assert_eq!(parts.headers[name], value, "{name}");
    }
    assert!(parts.headers["etag"].as_bytes().starts_with(b"\""));
    assert_eq!(site::bytes(body).await, "body {}");
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let large = vec![b'x'; 300_000];
    let site = Site::new()
        .settled("a.txt", b"ok-a\n")
        .settled("large.bin", &large);
    for target in ["/a.txt", "/large.bin", "/no.txt"] {
        let get = site.get(target).await;
        let head = site.ask(Method::HEAD, target, &[]).await;
        assert_eq!(head.status(), get.status());
        assert_eq!(head.headers(), get.headers());
        assert_eq!(site::bytes(head.into_body()).await, "");
    }
}

#[tokio::test]
async fn other_methods_are_told_what_is_allowed() {
    let site = Site::new().file("a.txt", b"ok-a\n");
    for (method, target, status) in [
        (Method::POST, "/a.txt", 405),
        (Method::PUT, "/no.txt", 405),
        (Method::DELETE, "/a.txt", 405),
        (Method::TRACE, "/a.txt", 405),
        (Method::OPTIONS, "/a.txt", 204),
        (Method::OPTIONS, "*", 204),
    ] {
        let response = site.ask(method.clone(), target, &[]).await;
        assert_eq!(response.status(), status, "{method} {target}");
        assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS");
    }
}

#[tokio::test]
async fn a_large_file_comes_whole() {
    let content: Vec<u8> = (0..1_000_003_u32).map(|i| (i % 253) as u8).collect();
    let site = Site::new().file("large.bin", &content);
    let response = site.get("/large.bin").await;
    assert_eq!(response.headers()["content-length"], "1000003");
    assert_eq!(site::bytes(response.into_body()).await, content);
}

#[tokio::test]
async fn the_cache_control_is_ours_to_choose() {
    let value = http::HeaderValue::from_static("max-age=60");
    for (chosen, expected) in [(Some(value), Some("max-age=60")), (None, None)] {
        let site = Site::new()
            .settled("a.txt", b"ok-a\n")
            .with(|files| files.cache_control(chosen.clone()));
        let fresh = site.get("/a.txt").await;
        let etag = fresh.headers()["etag"].to_str().unwrap();
        let same = site
            .ask(Method::GET, "/a.txt", &[("if-none-match", etag)])
            .await;
        assert_eq!(same.status(), 304);
        for response in [&fresh, &same] {
            let sent = response.headers().get("cache-control");
            assert_eq!(sent.map(|value| value.to_str().unwrap()), expected);
        }
    }
}

#[tokio::test]
async fn clones_share_the_root_and_keep_their_options() {
    let site = Site::new()
        .file("a.txt", b"ok-a\n")
        .file("index.html", b"ok-index\n");
    let files = site.files();
    let plain = files.clone();
    let without_index = files.index_files([] as [&str; 0]);
    for (files, status) in [(plain, 200), (without_index, 404)] {
        let request = Request::get("/").body(Body::empty()).unwrap();
        assert_eq!(site::call(files, request).await.status(), status);
    }
}

#[test]
fn a_root_that_is_no_directory_is_an_error_that_names_it() {
    let site = Site::new().file("a.txt", b"ok-a\n");
    for (name, kind) in [
        ("a.txt", std::io::ErrorKind::NotADirectory),
        ("none", std::io::ErrorKind::NotFound),
    ] {
        let path = site.root().join(name);
        let error = plywood_static::Files::new(&path).unwrap_err();
        assert_eq!(error.kind(), kind);
        assert_eq!(error.path(), path);
        assert!(error.to_string().contains(name));
    }
}

#[tokio::test]
async fn only_a_whole_file_that_has_come_to_rest_says_which_it_is() {
    let site = Site::new()
        .settled("a.txt", b"ok-a\n")
        .settled("b.txt", b"ok-b\n")
        .young("new.txt", b"ok-n\n");
    let identity = async |method, target, fields: &[_]| {
        let response = site.ask(method, target, fields).await;
        FileIdentity::of(&response)
    };
    let a = identity(Method::GET, "/a.txt", &[]).await;
    assert_eq!(a.map(|identity| identity.length()), Some(5));
    assert_eq!(identity(Method::GET, "/a.txt", &[]).await, a);
    assert_ne!(identity(Method::GET, "/b.txt", &[]).await, a);
    for (method, target, fields) in [
        (Method::GET, "/new.txt", &[][..]),
        (Method::GET, "/none.txt", &[]),
        (Method::HEAD, "/a.txt", &[]),
        (Method::GET, "/a.txt", &[("range", "bytes=0-1")]),
        (Method::GET, "/a.txt", &[("if-none-match", "*")]),
    ] {
        assert_eq!(identity(method, target, fields).await, None, "{fields:?}");
    }
}
