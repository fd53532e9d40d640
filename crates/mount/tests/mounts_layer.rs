//! Mounts in front of another service, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::convert::Infallible;

use http::{Method, Request, Response};
use http_body_util::BodyExt;
use plywood_core::{AnyService, Body, Mount};
use plywood_lint::LintLayer;
use plywood_mount::{Mounts, MountsFirst};
use plywood_test::Client;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

/// Says who it is and where it stands.
fn echo(name: &'static str) -> AnyService<Infallible> {
    let echo = service_fn(move |request: Request<Body>| async move {
        let mount = Mount::of(&request);
        let text = format!("{name} {} {}", mount.prefix(), request.uri());
        Ok::<_, Infallible>(Response::new(Body::from(text)))
    });
    AnyService::new(LintLayer::new().layer(echo))
}

fn site(mounts: &Mounts<Infallible>) -> Client {
    let site = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(mounts.clone().layer())
        .service(echo("app"));
    Client::new(site)
}

#[tokio::test]
async fn what_goes_nowhere_else_goes_in_as_it_came() {
    let mounts = Mounts::new();
    mounts.mount("/shop", echo("shop")).unwrap();
    let site = site(&mounts);
    for (target, expected) in [
        ("/shop/cart?a=1", "shop /shop /cart?a=1"),
        ("/shop", "shop /shop /"),
        ("/shopping?a=1", "app  /shopping?a=1"),
        ("/", "app  /"),
    ] {
        assert_eq!(site.get(target).await.text(), expected, "{target}");
    }
    mounts.unmount("/shop");
    mounts.mount("/shopping", echo("mall")).unwrap();
    assert_eq!(site.get("/shop").await.text(), "app  /shop");
    assert_eq!(site.get("/shopping").await.text(), "mall /shopping /");
}

#[tokio::test]
async fn a_path_of_two_readings_goes_to_neither() {
    let mounts = Mounts::new();
    mounts.mount("/shop", echo("shop")).unwrap();
    for (target, status) in [("/x/../shop", 404), ("/shop%2fcart", 400), ("/%ff", 400)] {
        let reply = site(&mounts).get(target).await.expect_status(status);
        assert_eq!(reply.text(), "", "{target}");
    }
}

#[tokio::test]
async fn a_fallback_of_the_mounts_leaves_nothing() {
    let mounts = Mounts::new();
    mounts.fallback(echo("all"));
    assert_eq!(site(&mounts).get("/x").await.text(), "all  /x");
}

#[tokio::test]
async fn a_question_about_the_whole_server_goes_in() {
    let mut request = Request::new(Body::empty());
    *request.method_mut() = Method::OPTIONS;
    *request.uri_mut() = "*".parse().unwrap();
    let mounts = Mounts::<Infallible>::new();
    let site: MountsFirst<_, _> = mounts.layer().layer(echo("app"));
    let response = site.oneshot(request).await.unwrap();
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "app  *");
}
