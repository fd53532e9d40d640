//! Files that were packed beforehand, and pages in several languages.

use std::{
    fs::File,
    time::{Duration, UNIX_EPOCH},
};

use http::Method;

use crate::site::{self, Site};

fn packed() -> Site {
    Site::new()
        .settled("app.css", b"plain plain plain")
        .settled("app.css.br", b"BR--")
        .settled("app.css.gz", b"GZ----")
        .settled("solo.js", b"solo")
        .settled("orphan.js.gz", b"GZ")
        .settled("docs/index.html", b"index")
        .settled("docs/index.html.gz", b"GZ-index")
        .with(plywood_static::Files::precompressed)
}

#[tokio::test]
async fn the_form_that_the_visitor_likes_best_is_sent_under_a_tag_of_its_own() {
    let site = packed();
    let mut tags = Vec::new();
    for (accept, coding, body) in [
        ("gzip, deflate, br, zstd", Some("br"), "BR--"),
        ("gzip, deflate", Some("gzip"), "GZ----"),
        ("gzip, br;q=0.5", Some("gzip"), "GZ----"),
        ("zstd", None, "plain plain plain"),
        ("identity", None, "plain plain plain"),
        ("identity;q=0, zstd", None, "plain plain plain"),
        ("identity;q=0, gzip;q=0.1", Some("gzip"), "GZ----"),
        ("", None, "plain plain plain"),
    ] {
        let fields = [("accept-encoding", accept)];
        let (parts, sent) = site
            .ask(Method::GET, "/app.css", &fields)
            .await
            .into_parts();
        let headers = &parts.headers;
        let sent_in = headers.get("content-encoding");
        assert_eq!(
            sent_in.map(|value| value.to_str().unwrap()),
            coding,
            "{accept}"
        );
        assert_eq!(headers["content-type"], "text/css; charset=utf-8");
        assert_eq!(headers["vary"], "accept-encoding", "{accept}");
        assert_eq!(site::bytes(sent).await, body, "{accept}");

        let etag = headers["etag"].to_str().unwrap().to_owned();
        let again = [("accept-encoding", accept), ("if-none-match", &etag)];
        let same = site.ask(Method::GET, "/app.css", &again).await;
        assert_eq!(same.status(), 304, "{accept}");
        assert_eq!(same.headers()["vary"], "accept-encoding");
        tags.push(etag);
    }
    tags.sort();
    tags.dedup();
    assert_eq!(tags.len(), 3);
}

#[tokio::test]
async fn a_range_is_one_of_the_form_that_is_sent() {
    let site = packed();
    let gzip = ("accept-encoding", "gzip");
    let whole = site.ask(Method::GET, "/app.css", &[gzip]).await;
    let etag = whole.headers()["etag"].to_str().unwrap().to_owned();
    let fields = [gzip, ("range", "bytes=1-2"), ("if-range", &etag)];
    let part = site.ask(Method::GET, "/app.css", &fields).await;
    assert_eq!(part.status(), 206);
    assert_eq!(part.headers()["content-range"], "bytes 1-2/6");
    assert_eq!(part.headers()["content-encoding"], "gzip");
    assert_eq!(site::bytes(part.into_body()).await, "Z-");

    // The tag of one form is no promise about another.
    let fields = [("range", "bytes=1-2"), ("if-range", &etag)];
    let plain = site.ask(Method::GET, "/app.css", &fields).await;
    assert_eq!(plain.status(), 200);
}

#[tokio::test]
async fn what_is_older_than_its_original_is_left_out_and_an_orphan_is_no_file() {
    let site = packed();
    let gzip = [("accept-encoding", "gzip")];
    let later = UNIX_EPOCH + Duration::from_secs(1_704_164_646);
    let original = File::options()
        .write(true)
        .open(site.root().join("app.css"));
    original.unwrap().set_modified(later).unwrap();
    for (target, status, coding) in [
        ("/app.css", 200, None),
        ("/solo.js", 200, None),
        ("/docs/", 200, Some("gzip")),
        ("/orphan.js", 404, None),
        ("/app.css.gz", 200, None),
    ] {
        let response = site.ask(Method::GET, target, &gzip).await;
        assert_eq!(response.status(), status, "{target}");
        let sent_in = response.headers().get("content-encoding");
        assert_eq!(
            sent_in.map(|value| value.to_str().unwrap()),
            coding,
            "{target}"
        );
    }
}

#[tokio::test]
async fn nothing_packed_is_sent_unless_it_is_asked_for() {
    let site = Site::new()
        .settled("a.css", b"plain")
        .settled("a.css.gz", b"GZ");
    let response = site
        .ask(Method::GET, "/a.css", &[("accept-encoding", "gzip")])
        .await;
    assert!(!response.headers().contains_key("vary"));
    assert_eq!(site::bytes(response.into_body()).await, "plain");
}

#[tokio::test]
async fn a_page_comes_in_the_visitors_language() {
    let site = Site::new()
        .file("index.html", b"plain")
        .file("index.de.html", b"deutsch")
        .file("index.fr.html", b"francais")
        .file("only.de.html", b"nur")
        .file("a.txt", b"text")
        .file("a.de.txt", b"Text")
        .with(|files| files.languages(["en", "de", "fr"]));
    for (target, accept, status, language, body) in [
        ("/", "de-CH, fr;q=0.5", 200, Some("de"), "deutsch"),
        ("/", "en, fr;q=0.5", 200, Some("fr"), "francais"),
        ("/", "ja", 200, None, "plain"),
        ("/", "de;q=0", 200, None, "plain"),
        ("/index.html", "fr", 200, Some("fr"), "francais"),
        ("/index.de.html", "fr", 200, Some("de"), "deutsch"),
        ("/only.html", "ja", 200, Some("de"), "nur"),
        ("/none.html", "de", 404, None, ""),
        ("/a.txt", "de", 200, None, "text"),
    ] {
        let fields = [("accept-language", accept)];
        let (parts, sent) = site.ask(Method::GET, target, &fields).await.into_parts();
        assert_eq!(parts.status, status, "{target} {accept}");
        let spoken = parts.headers.get("content-language");
        assert_eq!(
            spoken.map(|value| value.to_str().unwrap()),
            language,
            "{target}"
        );
        let varies = parts.headers.get("vary").is_some();
        assert_eq!(varies, status == 200 && target != "/a.txt", "{target}");
        assert_eq!(site::bytes(sent).await, body, "{target} {accept}");
    }
}

#[tokio::test]
async fn a_rule_for_vary_does_not_hide_what_the_form_depends_on() {
    let site = Site::new()
        .settled("app.css", b"plain")
        .settled("app.css.gz", b"GZ")
        .with(|files| {
            let origin = http::HeaderValue::from_static("origin");
            files
                .precompressed()
                .header("*.css", http::header::VARY, origin)
        });
    let lines = |response: &http::Response<_>| -> Vec<String> {
        let lines = response.headers().get_all("vary").iter();
        lines
            .map(|line| line.to_str().unwrap().to_owned())
            .collect()
    };
    let fresh = site.get("/app.css").await;
    assert_eq!(lines(&fresh), ["origin", "accept-encoding"]);
    let etag = fresh.headers()["etag"].to_str().unwrap();
    for (name, value, status) in [("if-none-match", etag, 304), ("range", "bytes=100-", 416)] {
        let response = site.ask(Method::GET, "/app.css", &[(name, value)]).await;
        assert_eq!(response.status(), status);
        assert_eq!(lines(&response), ["origin", "accept-encoding"], "{status}");
    }
}
