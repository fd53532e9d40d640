//! Files that handlers send, and files that the server in front sends.

use std::{
    fs,
    io::ErrorKind,
    time::{Duration, UNIX_EPOCH},
};

use http::{HeaderValue, Method, Request, Response, header::CACHE_CONTROL};
use http_body_util::BodyExt;
use plywood_core::Body;
use plywood_header::entity_tag::EntityTag;
use plywood_static::{Download, Files};
use tower::service_fn;

use crate::site::{self, Site};

/// The answer of a handler that sends what `download` makes, behind a lint.
async fn answer(
    download: impl Fn() -> Download + Clone,
    method: Method,
    fields: &[(&str, &str)],
) -> Response<Body> {
    let handler = service_fn(move |request: Request<Body>| {
        let response = download().respond(&request);
        async { Ok(response) }
    });
    let mut request = Request::builder().method(method).uri("/report");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    site::call(handler, request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn bytes_have_a_tag_and_ranges_and_a_name() {
    let download = || Download::bytes("0123456789", "digits.txt").attachment();
    let whole = answer(download, Method::GET, &[]).await;
    for (name, value) in [
        ("content-type", "text/plain; charset=utf-8"),
        ("content-disposition", "attachment; filename=\"digits.txt\""),
        ("cache-control", "no-cache"),
        ("content-length", "10"),
        ("accept-ranges", "bytes"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(whole.headers()[name], value, "{name}");
    }
    assert!(!whole.headers().contains_key("last-modified"));
    let etag = whole.headers()["etag"].to_str().unwrap();
    assert!(etag.starts_with('"'));
    let same = answer(download, Method::GET, &[("if-none-match", etag)]).await;
    assert_eq!(same.status(), 304);
    let fields = [("range", "bytes=-3"), ("if-range", etag)];
    let part = answer(download, Method::GET, &fields).await;
    assert_eq!(part.status(), 206);
    assert_eq!(
        part.headers()["content-disposition"],
        "attachment; filename=\"digits.txt\""
    );
    assert_eq!(site::bytes(part.into_body()).await, "789");

    let head = answer(download, Method::HEAD, &[]).await;
    assert_eq!(head.headers(), whole.headers());
    let post = answer(download, Method::POST, &[("range", "bytes=0-1")]).await;
    assert_eq!(site::bytes(post.into_body()).await, "0123456789");
}

#[tokio::test]
async fn all_that_is_said_of_a_download_is_ours_to_choose() {
    let changed = UNIX_EPOCH + Duration::from_secs(1_704_164_645);
    let download = move || {
        Download::bytes("x", "a.bin")
            .attachment()
            .name("../x/Grüße.html")
            .content_type(HeaderValue::from_static("text/plain"))
            .max_age(Duration::from_secs(90))
            .etag(EntityTag::strong("v1").unwrap())
            .last_modified(changed)
    };
    let response = answer(download, Method::GET, &[]).await;
    for (name, value) in [
        ("content-type", "text/plain"),
        (
            "content-disposition",
            "attachment; filename=\"Gr_e.html\"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.html",
        ),
        ("cache-control", "private, max-age=90"),
        ("etag", "\"v1\""),
        ("last-modified", "Tue, 02 Jan 2024 03:04:05 GMT"),
    ] {
        assert_eq!(response.headers()[name], value, "{name}");
    }
    let shown = || {
        Download::bytes("x", "a.pdf")
            .inline()
            .name("b.pdf")
            .cache_control(None)
    };
    let response = answer(shown, Method::GET, &[]).await;
    assert_eq!(
        response.headers()["content-disposition"],
        "inline; filename=\"b.pdf\""
    );
    assert!(!response.headers().contains_key("cache-control"));
    let plain = answer(|| Download::bytes("x", "a.pdf"), Method::GET, &[]).await;
    assert!(!plain.headers().contains_key("content-disposition"));
    assert_eq!(plain.headers()["content-type"], "application/pdf");
}

#[tokio::test]
async fn a_file_goes_by_its_path_or_open() {
    let site = Site::new().settled("a.txt", b"ok-a\n");
    let path = site.root().join("a.txt");
    let by_path = || Download::open(&path).unwrap();
    let open = || Download::file(fs::File::open(&path).unwrap(), "b.css").unwrap();
    let response = answer(&by_path, Method::GET, &[]).await;
    assert_eq!(
        response.headers()["last-modified"],
        "Tue, 02 Jan 2024 03:04:05 GMT"
    );
    assert_eq!(site::bytes(response.into_body()).await, "ok-a\n");
    let response = answer(&open, Method::GET, &[]).await;
    assert_eq!(
        response.headers()["content-type"],
        "text/css; charset=utf-8"
    );
    assert_eq!(site::bytes(response.into_body()).await, "ok-a\n");

    for (path, kind) in [
        (site.root(), ErrorKind::IsADirectory),
        (site.root().join("none"), ErrorKind::NotFound),
    ] {
        let error = Download::open(&path).unwrap_err();
        assert_eq!((error.kind(), error.path()), (kind, &*path));
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_is_no_download_and_nobody_waits_for_it() {
    let site = Site::new();
    let pipe = site.root().join("pipe");
    rustix::fs::mkfifoat(rustix::fs::CWD, &pipe, rustix::fs::Mode::RWXU).unwrap();
    assert_eq!(
        Download::open(&pipe).unwrap_err().kind(),
        ErrorKind::NotFound
    );
}

#[tokio::test]
async fn a_visitors_name_stays_below_the_root_and_gets_what_was_chosen_for_it() {
    let site = Site::new()
        .file("x/invoice.pdf", b"%PDF")
        .file("x/.env", b"secret")
        .with(|files| {
            let hour = HeaderValue::from_static("max-age=3600");
            files.header("*.pdf", CACHE_CONTROL, hour)
        });
    let files = site.files();
    let response = answer(
        move || files.download("x/invoice.pdf").unwrap().attachment(),
        Method::GET,
        &[],
    )
    .await;
    assert_eq!(response.headers()["cache-control"], "max-age=3600");
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename=\"invoice.pdf\""
    );
    let files = site.files();
    for path in [
        "",
        "/",
        "x",
        "x/",
        "/x/invoice.pdf",
        "x//invoice.pdf",
        "x/./invoice.pdf",
        "../secret.txt",
        "x/../../secret.txt",
        "x/.env",
        "x\\invoice.pdf",
        "x/invoice.pdf\0",
        "none.pdf",
        "x/invoice.pdf/",
    ] {
        let error = files.download(path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{path:?}");
    }
}

#[tokio::test]
async fn of_one_file_no_neighbour_is_a_download() {
    let site = Site::new()
        .file("robots.txt", b"ok")
        .file("config.toml", b"secret");
    let robots = Files::file(site.root().join("robots.txt")).unwrap();
    assert!(robots.download("robots.txt").is_ok());
    for path in ["config.toml", "robots.txt/", ""] {
        let error = robots.download(path).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::NotFound, "{path}");
    }
}

#[tokio::test]
async fn what_has_a_strong_tag_of_ours_does_not_grow() {
    let site = Site::new().file("a.bin", &vec![b'a'; 200_000]);
    let path = site.root().join("a.bin");
    let download = || {
        let tag = EntityTag::strong("1").unwrap();
        Download::open(&path).unwrap().etag(tag)
    };
    let overwritten = answer(download, Method::GET, &[]).await;
    assert_eq!(overwritten.headers()["etag"], "\"1\"");
    fs::write(&path, vec![b'b'; 300_000]).unwrap();
    assert!(overwritten.into_body().collect().await.is_err());
}

#[tokio::test]
async fn the_server_in_front_is_told_where_the_file_is_and_nothing_on_a_304() {
    let site = Site::new()
        .settled("x/a b?.txt", b"ok-a\n")
        .settled("docs/index.html", b"index")
        .with(|files| files.x_accel_redirect("/protected/"));
    for (target, expected) in [
        ("/x/a%20b%3f.txt", "/protected/x/a%20b%3F.txt"),
        ("/docs/", "/protected/docs/index.html"),
    ] {
        let fields = [("range", "bytes=0-1")];
        let response = site.ask(Method::GET, target, &fields).await;
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["x-accel-redirect"], expected);
        assert!(response.headers().contains_key("content-type"));
        let etag = response.headers()["etag"].to_str().unwrap().to_owned();
        assert_eq!(site::bytes(response.into_body()).await, "");
        let same = site
            .ask(Method::GET, target, &[("if-none-match", &etag)])
            .await;
        assert_eq!(same.status(), 304);
        assert!(!same.headers().contains_key("x-accel-redirect"));
        // A tag that the server in front gave, which it knows alone.
        let fields = [("if-match", "\"65937d25-5\"")];
        let theirs = site.ask(Method::GET, target, &fields).await;
        assert_eq!(theirs.status(), 200);
        assert_eq!(theirs.headers()["x-accel-redirect"], expected);
    }
    assert_eq!(site.get("/none").await.status(), 404);

    let site = site.with(|files| files.x_sendfile("/srv/site"));
    let files = site.files();
    let download = move || files.download("docs/index.html").unwrap();
    let response = answer(download, Method::GET, &[]).await;
    assert_eq!(
        response.headers()["x-sendfile"],
        "/srv/site/docs/index.html"
    );
}

#[tokio::test]
async fn no_header_of_a_request_hands_anything_over() {
    let site = Site::new().file("a.txt", b"ok-a\n");
    for field in [
        "x-sendfile-type",
        "x-accel-mapping",
        "x-accel-redirect",
        "x-sendfile",
    ] {
        let response = site
            .ask(Method::GET, "/a.txt", &[(field, "X-Accel-Redirect")])
            .await;
        assert!(
            !response.headers().contains_key("x-accel-redirect"),
            "{field}"
        );
        assert!(!response.headers().contains_key("x-sendfile"), "{field}");
        assert_eq!(site::bytes(response.into_body()).await, "ok-a\n");
    }
}
