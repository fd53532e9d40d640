//! What may be chosen: types, fields by pattern, pages for navigations.

use std::convert::Infallible;

use http::{HeaderValue, Method, Request, Response, header::CACHE_CONTROL};
use plywood_core::{Body, Failure};
use plywood_static::Files;
use tower::Layer;

use crate::site::{self, Site};

#[tokio::test]
async fn types_are_ours_to_choose_by_extension() {
    let site = Site::new()
        .file("a.gmi", b"x")
        .file("b.GMI", b"x")
        .file("c.txt", b"x")
        .file("gmi", b"x")
        .with(|files| {
            let wrong = HeaderValue::from_static("text/wrong");
            let right = HeaderValue::from_static("text/gemini");
            files.content_type("gmi", wrong).content_type("gmi", right)
        });
    for (target, expected) in [
        ("/a.gmi", "text/gemini"),
        ("/b.GMI", "text/gemini"),
        ("/c.txt", "text/plain; charset=utf-8"),
        ("/gmi", "application/octet-stream"),
    ] {
        let response = site.get(target).await;
        assert_eq!(response.headers()["content-type"], expected, "{target}");
    }
}

#[tokio::test]
async fn of_two_rules_for_a_field_the_later_counts_and_a_304_says_it_again() {
    let site = Site::new()
        .settled("assets/a.css", b"x")
        .settled("assets/a.js", b"x")
        .settled("index.html", b"x")
        .with(|files| {
            let value = HeaderValue::from_static;
            files
                .header("/assets/**", CACHE_CONTROL, value("max-age=60"))
                .header("*.js", CACHE_CONTROL, value("max-age=90"))
                .header("*.js", "x-test".parse().unwrap(), value("yes"))
                .header("index.html", "x-index".parse().unwrap(), value("yes"))
        });
    for (target, cache_control, test) in [
        ("/assets/a.css", "max-age=60", None),
        ("/assets/a%2ejs", "max-age=90", Some("yes")),
        ("/", "no-cache", None),
    ] {
        let response = site.get(target).await;
        let headers = response.headers();
        assert_eq!(headers["cache-control"], cache_control, "{target}");
        assert_eq!(
            headers.get("x-test").map(|value| value.to_str().unwrap()),
            test
        );
        assert_eq!(headers.contains_key("x-index"), target == "/");
        let etag = headers["etag"].to_str().unwrap();
        let fields = [("if-none-match", etag)];
        let same = site.ask(Method::GET, target, &fields).await;
        assert_eq!(same.status(), 304);
        assert_eq!(same.headers()["cache-control"], cache_control, "{target}");
    }
}

#[tokio::test]
async fn a_single_page_answers_navigations_and_never_an_asset() {
    const BROWSER: &str = "text/html,application/xhtml+xml,*/*;q=0.8";
    let site = Site::new()
        .file("app.html", b"ok-app\n")
        .file("app.js", b"ok-js\n")
        .file("empty/x.js", b"ok-x\n")
        .with(|files| files.single_page("app.html"));
    for (method, target, accept, status, body) in [
        (Method::GET, "/", BROWSER, 200, "ok-app\n"),
        (Method::GET, "/users/7", BROWSER, 200, "ok-app\n"),
        (Method::GET, "/users/7/", BROWSER, 200, "ok-app\n"),
        (Method::GET, "/empty/", BROWSER, 200, "ok-app\n"),
        (Method::HEAD, "/users/7", BROWSER, 200, ""),
        (Method::GET, "/app.js", BROWSER, 200, "ok-js\n"),
        (Method::GET, "/none.js", BROWSER, 404, ""),
        (Method::GET, "/users/7", "application/json", 404, ""),
        (Method::GET, "/users/7", "*/*", 404, ""),
        (Method::GET, "/.env", BROWSER, 404, ""),
        (Method::GET, "/x/../y", BROWSER, 404, ""),
        (Method::POST, "/users/7", BROWSER, 405, ""),
    ] {
        let response = site
            .ask(method.clone(), target, &[("accept", accept)])
            .await;
        assert_eq!(response.status(), status, "{method} {target}");
        assert_eq!(
            site::bytes(response.into_body()).await,
            body,
            "{method} {target}"
        );
    }
}

#[tokio::test]
async fn every_answer_that_another_accept_would_change_says_so() {
    let site = Site::new()
        .file("app.html", b"ok-app\n")
        .with(|files| files.single_page("app.html"));
    let inner = || {
        tower::service_fn(async |_: Request<Body>| {
            let response = Response::builder().status(404).header("vary", "origin");
            Ok::<_, Infallible>(response.body(Body::empty()).unwrap())
        })
    };
    for (target, accept, expected) in [
        ("/users/7", "application/json", true),
        ("/users/7", "text/html", true),
        ("/none.js", "*/*", false),
        ("/.env", "*/*", false),
        ("/app.html", "*/*", false),
    ] {
        let request = || {
            let request = Request::get(target).header("accept", accept);
            request.body(Body::empty()).unwrap()
        };
        let first = site.files().layer().layer(inner());
        let last = site.files().last().layer(inner());
        for response in [
            site::call(site.files(), request()).await,
            site::call(first, request()).await,
            site::call(last, request()).await,
        ] {
            let mut lines = response.headers().get_all("vary").iter();
            assert_eq!(lines.any(|line| line == "accept"), expected, "{target}");
        }
    }
}

#[tokio::test]
async fn what_is_denied_is_not_found_nor_listed_and_what_is_allowed_is_all_that_is() {
    let site = Site::new()
        .file("a.html", b"a")
        .file("a.js", b"js")
        .file("a.js.map", b"map")
        .file("old/index.html", b"old")
        .file("old/a.html", b"old a")
        .file("new/a.html", b"new a");
    let names = async |site: &Site| {
        let fields = [("accept", "application/json")];
        let response = site.ask(http::Method::GET, "/", &fields).await;
        let bytes = site::bytes(response.into_body()).await;
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        let names = ["a.html", "a.js", "a.js.map", "old", "new"];
        names.map(|name| {
            text.contains(&format!("\"{name}\"")) || text.contains(&format!("\"{name}/\""))
        })
    };
    let site = site.with(|files| files.listing().deny("*.map").deny("/old"));
    for (target, status) in [
        ("/a.html", 200),
        ("/a.js", 200),
        ("/a.js.map", 404),
        ("/old", 404),
        ("/old/", 404),
        ("/old/a.html", 404),
        ("/new/a.html", 200),
        ("/new/", 200),
    ] {
        for _ in 0..2 {
            assert_eq!(site.get(target).await.status(), status, "{target}");
        }
    }
    assert_eq!(names(&site).await, [true, true, false, false, true]);
    assert!(site.files().download("a.js.map").is_err());

    let site = site.with(|files| files.allow("*.html"));
    for (target, status) in [
        ("/a.html", 200),
        ("/a.js", 404),
        ("/new/a.html", 200),
        ("/old/a.html", 404),
    ] {
        assert_eq!(site.get(target).await.status(), status, "{target}");
    }
    assert_eq!(names(&site).await, [true, false, false, false, true]);
}

#[tokio::test]
async fn an_index_that_is_not_served_leaves_the_place_to_the_next_or_to_the_listing() {
    let site = || {
        Site::new()
            .file("index.html", b"first")
            .file("index.htm", b"second")
            .file("page.de.html", b"deutsch")
            .file("page.html", b"plain")
    };
    let with = |options: fn(Files) -> Files| site().with(options);
    let next = with(|files| {
        files
            .index_files(["index.html", "index.htm"])
            .deny("index.html")
    });
    assert_eq!(next.text("/").await, (200, "second".to_owned()));
    let listed = with(|files| files.listing().deny("index.html"));
    let (status, page) = listed.text("/").await;
    assert_eq!(status, 200);
    assert!(page.contains("page.html") && !page.contains("index.html"));
    let hidden = with(|files| files.deny("index.html"));
    let response = hidden.get("/").await;
    assert_eq!(response.status(), 404);
    assert!(Failure::of(&response).is_some());
    let spoken = with(|files| files.languages(["de", "en"]).deny("*.de.html"));
    let german = [("accept-language", "de")];
    let response = spoken.ask(Method::GET, "/page.html", &german).await;
    assert_eq!(site::bytes(response.into_body()).await, "plain");
}

#[cfg(unix)]
#[tokio::test]
async fn an_index_that_leads_away_leaves_the_place_to_the_next() {
    let site = Site::new()
        .link("index.html", "../secret.txt")
        .file("index.htm", b"second")
        .with(|files| files.index_files(["index.html", "index.htm"]));
    assert_eq!(site.text("/").await, (200, "second".to_owned()));
}
