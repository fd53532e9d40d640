//! Ranges, by RFC 9110 §14.

use std::fs::File;

use http::{Method, Response};
use http_body_util::BodyExt;
use plywood_core::Body;

use crate::site::{self, Site};

fn content() -> Vec<u8> {
    (0..1000_usize)
        .map(|i| (i * 7 + i / 256).to_le_bytes()[0])
        .collect()
}

fn site() -> Site {
    Site::new()
        .settled("range.bin", &content())
        .settled("empty.bin", b"")
}

async fn range(site: &Site, range: &str) -> Response<Body> {
    site.ask(Method::GET, "/range.bin", &[("range", range)])
        .await
}

#[tokio::test]
async fn one_range_is_answered_with_its_bytes() {
    let site = site();
    for (asked, start, end) in [
        ("bytes=0-0", 0, 0),
        ("bytes=0-499", 0, 499),
        ("bytes=999-", 999, 999),
        ("bytes=500-5000", 500, 999),
        ("bytes=-1", 999, 999),
        ("bytes=-5000", 0, 999),
        ("bytes=007-009", 7, 9),
        ("BYTES=0-0", 0, 0),
        ("bytes=5-6,7-8", 5, 8),
        ("bytes=2000-,3-4", 3, 4),
        ("bytes=0-99999999999999999999999999", 0, 999),
    ] {
        let response = range(&site, asked).await;
        assert_eq!(response.status(), 206, "{asked}");
        let headers = response.headers();
        assert_eq!(
            headers["content-range"],
            format!("bytes {start}-{end}/1000")
        );
        assert_eq!(headers["content-length"], (end - start + 1).to_string());
        for name in ["etag", "last-modified", "content-type", "cache-control"] {
            assert!(headers.contains_key(name), "{asked} {name}");
        }
        let bytes = site::bytes(response.into_body()).await;
        assert_eq!(bytes, content()[start..=end], "{asked}");
    }
}

#[tokio::test]
async fn what_is_no_range_is_ignored() {
    let site = site();
    for asked in [
        "bytes=--1",
        "bytes=0-1,5-2",
        "pages=1-2",
        "bytes",
        "bytes=",
        "bytes=a-b",
        "bytes=1-0",
        "",
    ] {
        let response = range(&site, asked).await;
        assert_eq!(response.status(), 200, "{asked}");
        assert!(!response.headers().contains_key("content-range"));
        assert_eq!(site::bytes(response.into_body()).await, content());
    }
    let twice = [("range", "bytes=0-0"), ("range", "bytes=5-5")];
    let response = site.ask(Method::GET, "/range.bin", &twice).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn a_range_beyond_the_end_is_refused_with_the_length() {
    let site = site();
    for asked in [
        "bytes=1000-1001",
        "bytes=1000-",
        "bytes=-0",
        "bytes=2000-,3000-",
    ] {
        let response = range(&site, asked).await;
        assert_eq!(response.status(), 416, "{asked}");
        assert_eq!(response.headers()["content-range"], "bytes */1000");
        // The file may have become longer since.
        assert!(!response.headers().contains_key("cache-control"), "{asked}");
        assert_eq!(site::bytes(response.into_body()).await, "");
    }
}

#[tokio::test]
async fn an_empty_file_has_no_part() {
    let site = site();
    for (asked, status) in [("bytes=0-0", 416), ("bytes=0-", 416), ("bytes=-1", 200)] {
        let fields = [("range", asked)];
        let response = site.ask(Method::GET, "/empty.bin", &fields).await;
        assert_eq!(response.status(), status, "{asked}");
        assert_eq!(site::bytes(response.into_body()).await, "");
    }
}

#[tokio::test]
async fn several_ranges_come_as_parts_in_the_order_asked() {
    let site = site();
    let response = range(&site, "bytes=500-600,0-10,-5").await;
    assert_eq!(response.status(), 206);
    assert!(!response.headers().contains_key("content-range"));
    let content_type = response.headers()["content-type"].to_str().unwrap();
    let boundary = content_type.strip_prefix("multipart/byteranges; boundary=");
    let delimiter = format!("--{}", boundary.unwrap());
    let length = response.headers()["content-length"]
        .to_str()
        .unwrap()
        .to_owned();
    let body = site::bytes(response.into_body()).await;
    assert_eq!(body.len().to_string(), length);

    let mut rest = &body[..];
    for (start, end) in [(500, 600), (0, 10), (995, 999)] {
        let head = format!(
            "{delimiter}\r\nContent-Type: application/octet-stream\r\nContent-Range: bytes {start}-{end}/1000\r\n\r\n"
        );
        rest = rest
            .strip_prefix(head.as_bytes())
            .expect("the head of a part");
        rest = rest
            .strip_prefix(&content()[start..=end])
            .expect("its bytes");
        rest = rest.strip_prefix(b"\r\n").expect("its end");
    }
    assert_eq!(rest, format!("{delimiter}--\r\n").as_bytes());
}

#[tokio::test]
async fn ranges_never_cost_more_than_the_file() {
    let site = site();
    let scattered = (0..30)
        .map(|i| format!("{0}-{0}", i * 9))
        .collect::<Vec<_>>()
        .join(",");
    let many = (0..1000)
        .map(|i| format!("{i}-{i}"))
        .collect::<Vec<_>>()
        .join(",");
    let overlapping = vec!["0-"; 31].join(",");
    for ranges in [scattered, many, overlapping] {
        let response = range(&site, &format!("bytes={ranges}")).await;
        let body = site::bytes(response.into_body()).await;
        assert!(body.len() <= 1000, "{} bytes", body.len());
    }
}

#[tokio::test]
async fn if_range_never_joins_two_states_of_a_file() {
    let site = site();
    let etag = site.get("/range.bin").await.headers()["etag"].clone();
    let etag = etag.to_str().unwrap();
    let weak = format!("W/{etag}");
    for (validator, status) in [
        (etag, 206),
        ("Tue, 02 Jan 2024 03:04:05 GMT", 206),
        (&weak, 200),
        ("\"other\"", 200),
        ("Mon, 01 Jan 2024 03:04:05 GMT", 200),
        ("Sat, 02 Jan 2044 03:04:05 GMT", 200),
        ("nonsense", 200),
    ] {
        let fields = [("range", "bytes=0-9"), ("if-range", validator)];
        let response = site.ask(Method::GET, "/range.bin", &fields).await;
        assert_eq!(response.status(), status, "{validator}");
    }
    // A range that cannot be had is none when the state is another.
    let fields = [("range", "bytes=5000-"), ("if-range", "\"other\"")];
    let response = site.ask(Method::GET, "/range.bin", &fields).await;
    assert_eq!(response.status(), 200);
}

#[tokio::test]
async fn head_has_no_ranges() {
    let site = site();
    let fields = [("range", "bytes=0-9")];
    let response = site.ask(Method::HEAD, "/range.bin", &fields).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-length"], "1000");
}

#[tokio::test]
async fn a_file_that_shrinks_while_it_is_sent_ends_in_an_error() {
    let site = Site::new().file("large.bin", &vec![b'x'; 400_000]);
    let mut body = site.get("/large.bin").await.into_body();
    assert!(body.frame().await.unwrap().is_ok());
    let file = File::options()
        .write(true)
        .open(site.root().join("large.bin"))
        .unwrap();
    file.set_len(1000).unwrap();
    assert!(body.collect().await.is_err());
}

#[tokio::test]
async fn a_file_that_is_replaced_while_it_is_sent_is_sent_as_it_was() {
    let site = Site::new().file("large.bin", &vec![b'x'; 400_000]);
    let response = site.get("/large.bin").await;
    std::fs::write(site.root().join("new"), vec![b'y'; 400_000]).unwrap();
    std::fs::rename(site.root().join("new"), site.root().join("large.bin")).unwrap();
    assert_eq!(site::bytes(response.into_body()).await, vec![b'x'; 400_000]);
}
