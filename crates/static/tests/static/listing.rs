//! Directories as pages.

use http::{Method, Request};
use plywood_core::{Body, Mount};
use plywood_static::Files;

use crate::site::{self, Site};

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

fn site() -> Site {
    Site::new()
        .settled("docs/b.txt", b"12345")
        .settled("docs/a & <b>.txt", b"1")
        .file("docs/sub/x.txt", b"x")
        .file("docs/.hidden", b"x")
        .file("docs/old.txt~", b"x")
        .file("indexed/index.html", b"ok-index\n")
        .with(Files::listing)
}

async fn page(site: &Site, target: &str) -> (u16, String) {
    let fields = [("accept", BROWSER)];
    let response = site.ask(Method::GET, target, &fields).await;
    let status = response.status().as_u16();
    let bytes = site::bytes(response.into_body()).await;
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

async fn names(site: &Site, target: &str) -> Vec<String> {
    let fields = [("accept", "application/json")];
    let response = site.ask(Method::GET, target, &fields).await;
    assert_eq!(response.status(), 200, "{target}");
    let bytes = site::bytes(response.into_body()).await;
    let listing: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    let name = |entry: &serde_json::Value| entry["name"].as_str().unwrap().to_owned();
    listing["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(name)
        .collect()
}

#[tokio::test]
async fn no_directory_is_listed_unless_it_is_asked_for() {
    let site = Site::new().file("docs/a.txt", b"ok-a\n");
    for target in ["/", "/docs/", "/docs"] {
        assert_eq!(page(&site, target).await.0, 404, "{target}");
    }
}

#[tokio::test]
async fn a_directory_without_an_index_is_a_page_that_nothing_can_be_smuggled_into() {
    let site = site();
    let fields = [("accept", BROWSER)];
    let (parts, body) = site.ask(Method::GET, "/docs/", &fields).await.into_parts();
    assert_eq!(parts.status, 200);
    for (name, value) in [
        ("content-type", "text/html; charset=utf-8"),
        ("cache-control", "no-cache"),
        ("vary", "accept"),
        ("x-content-type-options", "nosniff"),
    ] {
        assert_eq!(parts.headers[name], value, "{name}");
    }
    let policy = parts.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-"));

    let html = String::from_utf8(site::bytes(body).await.to_vec()).unwrap();
    assert!(
        html.contains("<a href=\"./a%20&amp;%20%3Cb%3E.txt\">a &amp; &lt;b&gt;.txt</a>"),
        "{html}"
    );
    assert!(html.contains("<a class=\"directory\" href=\"./sub/\">sub/</a>"));
    assert!(html.contains("<time datetime=\"2024-01-02T03:04:05Z\">"));
    assert!(html.contains("<h1>/docs/</h1>"));
    assert!(
        !html.contains(".hidden") && !html.contains("old.txt"),
        "{html}"
    );

    assert_eq!(
        page(&site, "/indexed/").await,
        (200, "ok-index\n".to_owned())
    );
    assert_eq!(page(&site, "/none/").await.0, 404);
    assert_eq!(page(&site, "/docs/b.txt/").await.0, 404);
    assert_eq!(page(&site, "/docs").await.0, 308);
}

#[tokio::test]
async fn programs_get_json_and_a_head_has_no_body() {
    let site = site();
    let fields = [("accept", "application/json")];
    let response = site.ask(Method::GET, "/docs/?sort=-size", &fields).await;
    assert_eq!(response.headers()["content-type"], "application/json");
    let bytes = site::bytes(response.into_body()).await;
    let listing: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
    assert_eq!(listing["path"], "/docs/");
    assert_eq!(listing["truncated"], false);
    let entry = &listing["entries"][1];
    assert_eq!(entry["name"], "b.txt");
    assert_eq!(entry["href"], "./b.txt");
    assert_eq!(entry["type"], "file");
    assert_eq!(entry["size"], 5);
    assert_eq!(entry["modified"], "2024-01-02T03:04:05Z");
    assert_eq!(
        names(&site, "/docs/?sort=size").await,
        ["sub", "a & <b>.txt", "b.txt"]
    );

    let get = site.ask(Method::GET, "/docs/", &fields).await;
    let head = site.ask(Method::HEAD, "/docs/", &fields).await;
    assert_eq!(head.headers(), get.headers());
    assert_eq!(site::bytes(head.into_body()).await, "");
}

/// Every link of every page leads to something that is served, and the way up ends at the root.
#[tokio::test]
async fn what_is_listed_is_served_and_what_is_not_served_is_not_listed() {
    let mut site = site().file("docs/sub/100%25 #1?.txt", b"x");
    #[cfg(unix)]
    {
        site = site
            .link("docs/neighbour.txt", "b.txt")
            .link("docs/out.txt", "../../secret.txt")
            .link("docs/up", "..")
            .link("docs/to_hidden.txt", ".hidden");
        let pipe = site.root().join("docs/pipe");
        rustix::fs::mkfifoat(rustix::fs::CWD, pipe, rustix::fs::Mode::RWXU).unwrap();
    }
    site = site.with(Files::listing);
    let mut directories = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(directory) = directories.pop() {
        let (status, html) = page(&site, &directory).await;
        assert_eq!(status, 200, "{directory}");
        if directory == "/indexed/" {
            continue;
        }
        assert_eq!(
            html.contains("href=\"../\""),
            directory != "/",
            "{directory}"
        );
        let links = html.split("href=\"./").skip(1);
        for link in links.map(|link| link.split('"').next().unwrap()) {
            let target = [&directory, link].concat().replace("&amp;", "&");
            if link.ends_with('/') {
                directories.push(target);
            } else {
                assert_eq!(site.get(&target).await.status(), 200, "{target}");
                seen.push(target);
            }
        }
    }
    let expected = if cfg!(unix) { 5 } else { 4 };
    assert_eq!(seen.len(), expected, "{seen:?}");
}

#[tokio::test]
async fn below_a_mount_the_page_says_where_the_visitor_is() {
    let site = site();
    for (target, heading, has_parent) in [
        ("/static/", "<h1>/static/</h1>", false),
        ("/static/docs/", "<h1>/static/docs/</h1>", true),
    ] {
        let mut request = Request::get(target).body(Body::empty()).unwrap();
        assert!(Mount::enter(&mut request, "/static").unwrap());
        let response = site::call(site.files(), request).await;
        let bytes = site::bytes(response.into_body()).await;
        let html = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(html.contains(heading), "{html}");
        assert_eq!(html.contains("href=\"../\""), has_parent, "{target}");
    }
}

#[tokio::test]
async fn a_large_directory_has_pages_and_a_bound() {
    let site = Site::new().file("many/0.txt", b"").with(Files::listing);
    let many = site.root().join("many");
    for number in 1..10_001 {
        std::fs::hard_link(many.join("0.txt"), many.join(format!("{number}.txt"))).unwrap();
    }
    let (_, html) = page(&site, "/many/?page=2").await;
    assert_eq!(html.matches("<data ").count(), 1000);
    assert!(html.contains("Page 2 of 10"));
    assert!(html.contains("only 10000 names were looked at"));
    let names = names(&site, "/many/?page=10&sort=-name").await;
    assert_eq!(names.len(), 1000);
    assert!(names.is_sorted_by_key(|name| {
        let number: i32 = name.trim_end_matches(".txt").parse().unwrap();
        -number
    }));
}
