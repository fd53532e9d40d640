//! What others have stumbled over, one test for each: the servers of files of tower-http 0.6 and 0.7, actix, axum and static-web-server.

use std::fs;

use http::{Method, Request, StatusCode};
use plywood_core::{Body, Mount};

use crate::site::{self, CANARY, Site};

fn site() -> Site {
    let thousand: Vec<u8> = (0..1000_u32).map(|at| (at % 251) as u8).collect();
    Site::new()
        .settled("range.bin", &thousand)
        .settled("empty.bin", b"")
        .settled("a.txt", b"ok-a\n")
        .settled("unknown.zzz", b"<script>")
        .settled("sub/index.html", b"ok-sub\n")
        .settled(".git/config", CANARY.as_bytes())
}

/// Status, `Content-Range` and length of the body.
async fn asked(site: &Site, target: &str, fields: &[(&str, &str)]) -> (u16, String, usize) {
    let response = site.ask(Method::GET, target, fields).await;
    let status = response.status().as_u16();
    let range = response.headers().get("content-range");
    let range = range.map_or("", |value| value.to_str().unwrap()).to_owned();
    (status, range, site::bytes(response.into_body()).await.len())
}

#[tokio::test]
async fn a_download_is_never_resumed_with_bytes_of_another_version() {
    let site = site();
    for other in ["\"other\"", "W/\"other\"", "Mon, 01 Jan 2024 00:00:00 GMT"] {
        let fields = [("range", "bytes=0-9"), ("if-range", other)];
        assert_eq!(asked(&site, "/range.bin", &fields).await.0, 200, "{other}");
    }
}

#[tokio::test]
async fn if_match_is_heard() {
    let fields = [("if-match", "\"other\"")];
    assert_eq!(asked(&site(), "/range.bin", &fields).await.0, 412);
}

#[tokio::test]
async fn a_suffix_longer_than_the_file_is_the_file_and_an_end_behind_its_end_is_its_end() {
    let site = site();
    let huge = u64::MAX.to_string();
    for range in [
        "-1001",
        &format!("-{huge}"),
        "0-1000",
        &format!("0-{huge}"),
        &format!("0-{huge}0"),
    ] {
        let fields = [("range", &*format!("bytes={range}"))];
        let expected = (206, "bytes 0-999/1000".to_owned(), 1000);
        assert_eq!(
            asked(&site, "/range.bin", &fields).await,
            expected,
            "{range}"
        );
    }
}

#[tokio::test]
async fn several_ranges_are_several_parts_and_no_error() {
    let fields = [("range", "bytes=0-1,4-5")];
    let (status, range, length) = asked(&site(), "/range.bin", &fields).await;
    assert_eq!((status, &*range), (206, ""));
    assert!(length < 1000);
}

#[tokio::test]
async fn an_empty_range_is_no_panic_and_an_empty_file_has_no_range() {
    let site = site();
    for range in ["", "bytes", "bytes=", "="] {
        let fields = [("range", range)];
        let expected = (200, String::new(), 1000);
        assert_eq!(
            asked(&site, "/range.bin", &fields).await,
            expected,
            "{range:?}"
        );
    }
    for range in ["bytes=0-0", "bytes=0-", "bytes=-1"] {
        let (status, content_range, length) = asked(&site, "/empty.bin", &[("range", range)]).await;
        let is_right = match status {
            200 => content_range.is_empty(),
            416 => content_range == "bytes */0",
            _ => false,
        };
        assert!(is_right && length == 0, "{range} {status} {content_range}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_directory_leads_to_this_host_below_the_mount_and_keeps_the_query() {
    let site = site();
    for target in ["/sub?a=b", "//sub?a=b", "///sub?a=b"] {
        let response = site.get(target).await;
        assert_eq!(response.status(), StatusCode::PERMANENT_REDIRECT);
        assert_eq!(response.headers()["location"], "/sub/?a=b", "{target}");
    }
    let mut request = Request::get("/static/sub?a=b").body(Body::empty()).unwrap();
    assert!(Mount::enter(&mut request, "/static").unwrap());
    let response = site::call(site.files(), request).await;
    assert_eq!(response.headers()["location"], "/static/sub/?a=b");
}

#[tokio::test]
async fn a_file_is_no_directory_and_a_long_or_odd_name_is_no_error_of_the_servers() {
    let site = site();
    for target in [
        "/a.txt/",
        "/a.txt/x",
        &format!("/{}", "n".repeat(256)),
        &format!("/{}", "n/".repeat(4000)),
        "/sub/%00",
        "/a%0ab",
        "/%ff",
    ] {
        let status = asked(&site, target, &[]).await.0;
        assert!(matches!(status, 400 | 404), "{status} {target}");
    }
}

#[tokio::test]
async fn what_is_hidden_is_hidden_and_what_is_unknown_is_not_guessed_at() {
    let site = site();
    assert_eq!(asked(&site, "/.git/config", &[]).await.0, 404);
    let unknown = site.get("/unknown.zzz").await;
    assert_eq!(
        unknown.headers()["content-type"],
        "application/octet-stream"
    );
    assert_eq!(unknown.headers()["x-content-type-options"], "nosniff");
    let text = site.get("/a.txt").await;
    assert_eq!(text.headers()["content-type"], "text/plain; charset=utf-8");
}

#[tokio::test]
async fn another_method_is_told_what_is_allowed_whether_there_is_a_file_or_not() {
    let site = site();
    for target in ["/a.txt", "/none.txt", "/sub", "/.git/config"] {
        let response = site.ask(Method::POST, target, &[]).await;
        assert_eq!(response.status(), 405, "{target}");
        assert_eq!(response.headers()["allow"], "GET, HEAD, OPTIONS");
    }
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_the_root_leads_nowhere_and_a_pipe_is_not_waited_for() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let site = site().link("link", "/etc/passwd").link("up", "..");
    mknodat(CWD, site.root().join("fifo"), FileType::Fifo, Mode::RWXU, 0).unwrap();
    for target in ["/link", "/up/secret.txt", "/fifo"] {
        assert_eq!(asked(&site, target, &[]).await.0, 404, "{target}");
    }
}

#[tokio::test]
async fn what_was_packed_goes_out_with_its_own_length_and_its_own_tag() {
    let site = site()
        .settled(
            "a.txt.gz",
            b"\x1f\x8b a packed file, longer than what is in it",
        )
        .with(plywood_static::Files::precompressed);
    let plain = site.get("/a.txt").await;
    let packed = site
        .ask(Method::GET, "/a.txt", &[("accept-encoding", "gzip")])
        .await;
    assert_eq!(packed.headers()["content-encoding"], "gzip");
    assert_ne!(packed.headers()["etag"], plain.headers()["etag"]);
    for response in [&plain, &packed] {
        assert_eq!(response.headers()["vary"], "accept-encoding");
    }
    let length = fs::metadata(site.root().join("a.txt.gz")).unwrap().len();
    let announced = packed.headers()["content-length"].to_str().unwrap();
    assert_eq!(announced, length.to_string());
    assert_eq!(site::bytes(packed.into_body()).await.len() as u64, length);
}
