//! Preconditions, in the order of RFC 9110 §13.2.2.

use http::Method;

use crate::site::{self, Site};

const MODIFIED: &str = "Tue, 02 Jan 2024 03:04:05 GMT";
const BEFORE: &str = "Mon, 01 Jan 2024 03:04:05 GMT";
const AFTER: &str = "Sat, 02 Jan 2044 03:04:05 GMT";

#[tokio::test]
async fn preconditions_are_answered_as_the_standard_says() {
    let site = Site::new().settled("a.txt", b"0123456789");
    let etag = site.get("/a.txt").await.headers()["etag"].clone();
    let etag = etag.to_str().unwrap();
    let listed = format!("\"a\", {etag}");
    let weak = format!("W/{etag}");
    for (fields, status) in [
        (&[("if-none-match", "*")][..], 304),
        (&[("if-none-match", etag)], 304),
        (&[("if-none-match", &listed)], 304),
        (&[("if-none-match", &weak)], 304),
        (&[("if-none-match", "\"other\"")], 200),
        (
            &[
                ("if-none-match", "\"other\""),
                ("if-modified-since", MODIFIED),
            ],
            200,
        ),
        (&[("if-modified-since", MODIFIED)], 304),
        (&[("if-modified-since", AFTER)], 304),
        (&[("if-modified-since", BEFORE)], 200),
        (&[("if-modified-since", "yesterday")], 200),
        (&[("if-match", etag)], 200),
        (&[("if-match", "*")], 200),
        (&[("if-match", &weak)], 412),
        (&[("if-match", "\"other\"")], 412),
        (&[("if-match", etag), ("if-unmodified-since", BEFORE)], 200),
        (&[("if-unmodified-since", MODIFIED)], 200),
        (&[("if-unmodified-since", BEFORE)], 412),
        (&[("if-match", "\"other\""), ("if-none-match", etag)], 412),
        (&[("range", "bytes=0-1"), ("if-none-match", etag)], 304),
        (&[("range", "bytes=0-1"), ("if-match", "\"other\"")], 412),
        (
            &[("range", "bytes=0-1"), ("if-none-match", "\"other\"")],
            206,
        ),
    ] {
        for method in [Method::GET, Method::HEAD] {
            let response = site.ask(method.clone(), "/a.txt", fields).await;
            // A range means nothing to HEAD.
            let expected = if method == Method::HEAD && status == 206 {
                200
            } else {
                status
            };
            assert_eq!(response.status(), expected, "{method} {fields:?}");
            if status == 304 {
                assert_eq!(response.headers()["etag"], etag);
                assert_eq!(response.headers()["cache-control"], "no-cache");
                assert!(!response.headers().contains_key("content-length"));
            }
            if status == 304 || status == 412 {
                assert_eq!(site::bytes(response.into_body()).await, "");
            }
        }
    }
}

#[tokio::test]
async fn a_missing_file_has_no_preconditions() {
    let site = Site::new();
    for fields in [
        ("if-match", "\"x\""),
        ("if-none-match", "*"),
        ("range", "bytes=0-1"),
    ] {
        let response = site.ask(Method::GET, "/a.txt", &[fields]).await;
        assert_eq!(response.status(), 404, "{fields:?}");
    }
}

#[tokio::test]
async fn the_tag_changes_with_the_bytes_and_is_weak_while_they_may_change_unseen() {
    let site = Site::new().settled("a.txt", b"one");
    let first = site.get("/a.txt").await.headers()["etag"].clone();
    let site = site.young("a.txt", b"two");
    let young = site.get("/a.txt").await;
    let tag = young.headers()["etag"].to_str().unwrap();
    assert!(tag.starts_with("W/"), "{tag}");
    assert_ne!(tag[2..], *first.to_str().unwrap());

    // A weak tag and its date join no bytes.
    let date = young.headers()["last-modified"].to_str().unwrap();
    for validator in [tag, date] {
        let fields = [("range", "bytes=0-0"), ("if-range", validator)];
        let response = site.ask(Method::GET, "/a.txt", &fields).await;
        assert_eq!(response.status(), 200, "{validator}");
    }
}
