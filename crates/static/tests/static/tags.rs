//! Entity tags of the bytes, and answers without a date.

use std::{fs, time::Duration};

use http::Method;
use plywood_static::{Cache, Files};

use crate::site::{self, Site};

async fn tag(site: &Site, target: &str) -> String {
    let response = site.ask(Method::HEAD, target, &[]).await;
    response.headers()["etag"].to_str().unwrap().to_owned()
}

/// Waits until the file has been read for its tag.
async fn strong_tag(site: &Site, target: &str) -> String {
    loop {
        let tag = tag(site, target).await;
        if !tag.starts_with("W/") {
            return tag;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn kinds() -> [fn(Files) -> Files; 3] {
    [
        Files::content_tags,
        |files| files.content_tags().cache(None),
        |files| {
            let watchful = Cache::default().fresh_for(Duration::ZERO);
            files.content_tags().cache(watchful)
        },
    ]
}

#[tokio::test]
async fn the_same_bytes_have_the_same_tag_and_others_another() {
    let large = |byte| vec![byte; 1 << 20];
    for kind in kinds() {
        // All but the fresh ones have the same date, and of each pair the same length.
        let site = Site::new()
            .settled("a.txt", b"one")
            .settled("b.txt", b"two")
            .file("c.txt", b"one")
            .settled("empty.txt", b"")
            .settled("a.bin", &large(b'a'))
            .settled("b.bin", &large(b'b'))
            .settled("c.bin", &large(b'a'))
            .with(kind);
        let [a, b, c] = [
            tag(&site, "/a.txt").await,
            tag(&site, "/b.txt").await,
            tag(&site, "/c.txt").await,
        ];
        assert!(a.starts_with('"') && a.len() == 34, "{a}");
        assert_eq!(a, c);
        assert_ne!(a, b);
        assert_ne!(tag(&site, "/empty.txt").await, a);
        let [a, b, c] = [
            strong_tag(&site, "/a.bin").await,
            strong_tag(&site, "/b.bin").await,
            strong_tag(&site, "/c.bin").await,
        ];
        assert_eq!(a, c);
        assert_ne!(a, b);
    }
}

#[tokio::test]
async fn until_a_large_file_has_been_read_nothing_is_said_of_its_state() {
    let site = Site::new()
        .settled("a.bin", &vec![b'a'; 1 << 20])
        .with(Files::content_tags);
    let first = tag(&site, "/a.bin").await;
    assert!(first.starts_with("W/"), "{first}");
    let strong = strong_tag(&site, "/a.bin").await;
    for (tag, status) in [(first.as_str(), 200), (strong.as_str(), 304)] {
        let fields = [("if-none-match", tag)];
        let response = site.ask(Method::GET, "/a.bin", &fields).await;
        assert_eq!(response.status(), status, "{tag}");
    }
}

#[tokio::test]
async fn a_tag_of_the_bytes_changes_with_them_and_not_with_the_date() {
    for kind in &kinds()[1..] {
        let site = Site::new().settled("a.txt", b"one").with(kind);
        let one = tag(&site, "/a.txt").await;
        let site = site.file("a.txt", b"two");
        let two = tag(&site, "/a.txt").await;
        assert_ne!(one, two);
        let site = site.settled("a.txt", b"two");
        assert_eq!(tag(&site, "/a.txt").await, two);
    }
}

#[tokio::test]
async fn without_a_date_none_is_sent_and_none_is_compared() {
    let site = Site::new()
        .settled("a.txt", b"one")
        .with(|files| files.last_modified(false));
    let response = site.get("/a.txt").await;
    assert!(!response.headers().contains_key("last-modified"));
    let date = "Sat, 02 Jan 2044 03:04:05 GMT";
    for (name, value, status) in [
        ("if-modified-since", date, 200),
        ("if-unmodified-since", "Mon, 01 Jan 2024 03:04:05 GMT", 200),
        ("if-none-match", "*", 304),
    ] {
        let response = site.ask(Method::GET, "/a.txt", &[(name, value)]).await;
        assert_eq!(response.status(), status, "{name}");
    }
    let fields = [("range", "bytes=0-0"), ("if-range", date)];
    let response = site.ask(Method::GET, "/a.txt", &fields).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn without_a_date_a_packed_file_that_is_older_than_its_original_is_still_not_sent() {
    let site = Site::new()
        .settled("a.txt.gz", b"packed long ago")
        .file("a.txt", b"new")
        .with(|files| files.last_modified(false).precompressed());
    let fields = [("accept-encoding", "gzip")];
    let response = site.ask(Method::GET, "/a.txt", &fields).await;
    assert_eq!(site::bytes(response.into_body()).await, "new");
    fs::remove_file(site.root().join("a.txt.gz")).unwrap();
}
