//! The mounts, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{convert::Infallible, sync::Arc};

use http::{Request, Response, StatusCode, header::LOCATION};
use http_body_util::BodyExt;
use plywood_core::{AnyService, Body, BoxError, Failure, MatchedRoute, Mount, Witness};
use plywood_lint::LintLayer;
use plywood_mount::{BuildErrorKind, Mounts};
use plywood_test::Client;
use tower::{Layer, ServiceExt, limit::ConcurrencyLimit, service_fn};

/// Says who it is, what it was told and where it stands.
fn echo(name: &'static str) -> AnyService {
    AnyService::new(
        LintLayer::new().layer(service_fn(move |request: Request<Body>| async move {
            let mount = Mount::of(&request);
            let text = format!("{name} {} {}", mount.prefix(), request.uri());
            Ok::<_, BoxError>(Response::new(Body::from(text)))
        })),
    )
}

async fn text(site: &Mounts, target: &str) -> String {
    let client = Client::new(site.clone());
    let reply = client.get(target).await;
    match reply.status() {
        StatusCode::OK => reply.text().to_owned(),
        status => status.to_string(),
    }
}

#[tokio::test]
async fn a_service_sees_the_rest_of_the_path_and_where_it_is_mounted() {
    let site = Mounts::<BoxError>::new();
    site.mount("/api", echo("api")).unwrap();
    site.mount("/api/v2/", echo("v2")).unwrap();
    site.mount("/a b", echo("space")).unwrap();
    for (target, expected) in [
        ("/api", "api /api /"),
        ("/api/", "api /api /"),
        ("/api/x?q=%20", "api /api /x?q=%20"),
        ("/api/v2", "v2 /api/v2 /"),
        ("/api/v2/y/", "v2 /api/v2 /y/"),
        ("/api/v22", "api /api /v22"),
        ("//api///x", "api /api /x"),
        ("/%61pi/x", "api /api /x"),
        ("/a%20b/c%20d", "space /a%20b /c%20d"),
        ("/apix", "404 Not Found"),
        ("/API", "404 Not Found"),
        ("/", "404 Not Found"),
    ] {
        assert_eq!(text(&site, target).await, expected, "{target}");
    }
}

#[tokio::test]
async fn the_root_and_what_a_predicate_chooses_see_the_request_as_it_came() {
    let site = Mounts::<BoxError>::new();
    site.mount("/", echo("root")).unwrap();
    site.mount_if(
        "beta",
        |head| head.headers.contains_key("x-beta"),
        echo("beta"),
    )
    .unwrap();
    let client = Client::new(site);
    client.get("//a/%62").await.expect_text("root  //a/%62");
    client
        .get("/a")
        .header("x-beta", "1")
        .await
        .expect_text("beta  /a");
}

#[tokio::test]
async fn the_longest_host_is_first() {
    let site = Mounts::<BoxError>::new();
    site.mount("/x", echo("any")).unwrap();
    site.mount("//blog.example", echo("blog")).unwrap();
    site.mount("//blog.example:8000/x", echo("port")).unwrap();
    for (host, expected) in [
        ("blog.example", "blog  /x"),
        ("BLOG.example.", "blog  /x"),
        ("blog.example:8000", "port /x /"),
        ("blog.example:81", "blog  /x"),
        ("other.example", "any /x /"),
    ] {
        let request = Request::get("/x").header("host", host);
        let request = request.body(Body::empty()).unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        let bytes = response.into_body().collect().await.unwrap().to_bytes();
        assert_eq!(bytes, expected, "{host}");
    }
}

/// Sends to its own `/d/`, and links to its own `/e`.
async fn inner(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mount = Mount::of(&request);
    let original = mount.original_uri(request.uri()).to_string();
    let response = Response::builder()
        .status(StatusCode::PERMANENT_REDIRECT)
        .header(LOCATION, mount.location("/d/", request.uri().query()))
        .header("x-link", mount.absolute("/e"))
        .header("x-original", original);
    Ok(response.body(Body::empty()).unwrap())
}

#[tokio::test]
async fn three_deep_redirects_links_and_routes_are_those_of_the_site() {
    let (third, second, first) = (
        Mounts::<BoxError>::new(),
        Mounts::<BoxError>::new(),
        Mounts::<BoxError>::new(),
    );
    third.mount("/c", service_fn(inner)).unwrap();
    second.mount("/b b", third).unwrap();
    first.mount("/a", LintLayer::new().layer(second)).unwrap();

    let mut request = Request::get("/a/b%20b/c/d?q=1")
        .body(Body::empty())
        .unwrap();
    let witness = Witness::call(&mut request);
    let response = LintLayer::new()
        .layer(first)
        .oneshot(request)
        .await
        .unwrap();
    assert_eq!(response.headers()[LOCATION], "/a/b%20b/c/d/?q=1");
    assert_eq!(response.headers()["x-link"], "/a/b%20b/c/e");
    assert_eq!(response.headers()["x-original"], "/a/b%20b/c/d?q=1");
    let route = witness.route();
    assert_eq!(
        route.as_ref().map(MatchedRoute::pattern),
        Some("/a/b%20b/c")
    );
}

#[tokio::test]
async fn the_table_changes_while_it_serves() {
    let site = Mounts::<BoxError>::new();
    assert_eq!(text(&site, "/a").await, "404 Not Found");
    site.mount("/a", echo("one"))
        .unwrap()
        .mount("//h/a/", echo("h"))
        .unwrap();
    assert_eq!(text(&site, "/a").await, "one /a /");
    site.mount("/a/", echo("two")).unwrap();
    assert_eq!(text(&site, "/a").await, "two /a /");
    site.mount_if("never", |_| false, echo("never")).unwrap();
    assert_eq!(site.places(), ["never", "//h/a", "/a"]);
    assert!(site.unmount("/a") && !site.unmount("/a"));
    assert!(site.unmount("never") && !site.unmount("never"));
    assert!(!site.unmount("/none") && !site.unmount("//none/"));
    assert_eq!(site.places(), ["//h/a"]);
    site.fallback(echo("fallback"));
    assert_eq!(text(&site, "/a").await, "fallback  /a");
}

#[test]
fn nobody_s_change_is_lost() {
    let site = Mounts::<BoxError>::new();
    std::thread::scope(|threads| {
        for thread in 0..4 {
            let site = &site;
            threads.spawn(move || {
                for number in 0..50 {
                    site.mount(&format!("/{thread}/{number}"), echo("one"))
                        .unwrap();
                    if number % 2 == 0 {
                        assert!(site.unmount(&format!("/{thread}/{number}")));
                    }
                }
            });
        }
    });
    assert_eq!(site.places().len(), 100);
}

#[tokio::test]
async fn a_request_on_its_way_keeps_its_service() {
    let site = Mounts::<BoxError>::new();
    let gate = Arc::new(tokio::sync::Semaphore::new(0));
    let slow = {
        let gate = Arc::clone(&gate);
        service_fn(move |_: Request<Body>| {
            let gate = Arc::clone(&gate);
            async move {
                let _permit = gate.acquire().await?;
                Ok::<_, BoxError>(Response::new(Body::from("slow")))
            }
        })
    };
    site.mount("/", slow).unwrap();
    let call = tokio::spawn(site.clone().oneshot(Request::new(Body::empty())));
    tokio::task::yield_now().await;
    assert!(site.unmount("/"));
    gate.add_permits(1);
    let response = call.await.unwrap().unwrap();
    assert_eq!(response.into_body().try_into_bytes().unwrap(), "slow");
}

#[tokio::test]
async fn nothing_is_answered_by_404_and_the_operator_learns_what_there_is() {
    let site = Mounts::<BoxError>::new();
    for (places, expected) in [
        (&[][..], "nothing is mounted yet"),
        (
            &["/a", "//h/"],
            "nothing is mounted there: the mounts are //h/, /a",
        ),
    ] {
        for place in places {
            site.mount(place, echo("x")).unwrap();
        }
        let request = Request::get("/b").body(Body::empty()).unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), StatusCode::NOT_FOUND);
        assert_eq!(Failure::of(&response).unwrap().to_string(), expected);
    }
}

#[tokio::test]
async fn what_cannot_be_read_in_one_way_is_refused_whatever_is_mounted() {
    let site = Mounts::<BoxError>::new();
    site.mount("/a", echo("a"))
        .unwrap()
        .fallback(echo("fallback"));
    for (target, status) in [
        ("/a/../b", StatusCode::NOT_FOUND),
        ("/a%2fb", StatusCode::BAD_REQUEST),
        ("/%zz", StatusCode::BAD_REQUEST),
        ("/a%00", StatusCode::BAD_REQUEST),
    ] {
        let request = Request::get(target).body(Body::empty()).unwrap();
        let response = site.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), status, "{target}");
        assert!(Failure::of(&response).is_some());
    }
}

#[tokio::test]
async fn a_question_about_the_server_goes_to_who_stands_at_the_root() {
    let site = Mounts::<BoxError>::new();
    let ask = || Request::options("*").body(Body::empty()).unwrap();
    site.mount("/a", echo("a")).unwrap();
    let response = site.clone().oneshot(ask()).await.unwrap();
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    site.mount("/", echo("root")).unwrap();
    let response = site.oneshot(ask()).await.unwrap();
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    assert_eq!(bytes, "root  *");
}

#[tokio::test]
async fn a_service_that_is_busy_holds_up_no_other() {
    let busy = Arc::new(tokio::sync::Semaphore::new(0));
    let site = Mounts::<BoxError>::new();
    site.mount(
        "/a",
        ConcurrencyLimit::with_semaphore(echo("a"), Arc::clone(&busy)),
    )
    .unwrap();
    site.mount("/b", echo("b")).unwrap();
    let waits = tokio::spawn({
        let site = site.clone();
        async move { text(&site, "/a").await }
    });
    assert_eq!(text(&site, "/b").await, "b /b /");
    busy.add_permits(1);
    assert_eq!(waits.await.unwrap(), "a /a /");
}

#[test]
fn a_place_that_no_request_can_have_is_an_error_that_says_what_would_be_right() {
    let site = Mounts::<BoxError>::new();
    let error = site.mount("shop", echo("x")).unwrap_err();
    assert_eq!(
        (error.kind(), error.input()),
        (BuildErrorKind::Path, "shop")
    );
    assert!(error.to_string().contains("such as \"/shop\""), "{error}");
    let error = site.mount("//a b/", echo("x")).unwrap_err();
    assert_eq!(error.kind(), BuildErrorKind::Host);
    for name in ["", "/a"] {
        let error = site.mount_if(name, |_| true, echo("x")).unwrap_err();
        assert_eq!(error.kind(), BuildErrorKind::Name);
    }
    assert!(site.places().is_empty());
}
