use std::convert::Infallible;

use http::{HeaderValue, Request, Response, StatusCode, header};
use plywood_auth::{FormLoginLayer, RequireLayer};
use plywood_core::{Body, Failure, Identity};
use plywood_lint::LintLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn};

use crate::site::{Browser, below, check, location, pages, site_of};

async fn ask(layer: RequireLayer, target: &str, caller: Option<Identity>) -> Response<Body> {
    let stack = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service(service_fn(async |_: Request<Body>| {
            Ok::<_, Infallible>(Response::new(Body::from("in")))
        }));
    let mut request = Request::get(target).header(header::HOST, "a.example");
    if let Some(caller) = caller {
        request.extensions_mut().unwrap().insert(caller);
    }
    let Ok(response) = stack.oneshot(request.body(Body::empty()).unwrap()).await;
    response
}

#[tokio::test]
async fn nobody_is_asked_in_and_who_lacks_the_right_is_refused() {
    let nobody = || None;
    let eve = || Some(Identity::new("eve").roles(["author"]));
    let ada = || Some(Identity::new("ada").roles(["author", "admin"]));
    let signed_in = RequireLayer::signed_in();
    let admin = signed_in.clone().role("admin");
    let either = admin.clone().role("author");
    for (layer, caller, status) in [
        (&signed_in, nobody(), StatusCode::UNAUTHORIZED),
        (&signed_in, eve(), StatusCode::OK),
        (&admin, nobody(), StatusCode::UNAUTHORIZED),
        (&admin, eve(), StatusCode::FORBIDDEN),
        (&admin, ada(), StatusCode::OK),
        (&either, eve(), StatusCode::OK),
        (&either, Some(Identity::new("bob")), StatusCode::FORBIDDEN),
    ] {
        let response = ask(layer.clone(), "/", caller).await;
        assert_eq!(response.status(), status);
        assert_eq!(Failure::of(&response).is_some(), !status.is_success());
        let challenged = response.headers().contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(challenged, status == StatusCode::UNAUTHORIZED);
    }
}

#[tokio::test]
async fn the_challenge_may_be_named() {
    let layer = RequireLayer::signed_in();
    let response = ask(layer.clone(), "/", None).await;
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "SignIn");
    let bearer = layer.challenge(HeaderValue::from_static("Bearer"));
    let response = ask(bearer, "/", None).await;
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
}

#[tokio::test]
async fn no_spelling_of_the_path_passes() {
    for (target, status) in [
        ("/", StatusCode::OK),
        ("/admin", StatusCode::UNAUTHORIZED),
        ("//%61dmin/x", StatusCode::UNAUTHORIZED),
        ("/x/../admin", StatusCode::NOT_FOUND),
        ("/admin%2fx", StatusCode::BAD_REQUEST),
    ] {
        let layer = RequireLayer::signed_in().below("/admin");
        assert_eq!(ask(layer, target, None).await.status(), status, "{target}");
    }
}

#[tokio::test]
async fn a_stranger_is_led_to_the_form_that_stands_outside() {
    let admin = RequireLayer::signed_in().role("admin").below("/admin");
    let inner = admin.layer(service_fn(pages));
    let form = FormLoginLayer::new(check).below("/inbox");
    let (app, _) = site_of(form, inner);

    let mut browser = Browser::new(&app);
    assert_eq!(browser.get("/").await.body(), "hello nobody");
    let response = browser.get("/admin/x?y").await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(location(&response), "/login?next=%2Fadmin%2Fx%3Fy");

    let mut program = browser.clone().sending(header::ACCEPT, "*/*");
    let response = program.get("/admin/x").await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(
        response.headers()[header::WWW_AUTHENTICATE],
        r#"SignIn form="/login""#
    );

    browser.sign_in("username=eve&password=apple").await;
    assert_eq!(
        browser.get("/admin/x").await.status(),
        StatusCode::FORBIDDEN
    );
    browser.sign_in("username=ada&password=plywood").await;
    assert_eq!(browser.get("/admin/x").await.body(), "hello ada");
}

#[tokio::test]
async fn the_form_is_found_from_within_a_deeper_mount() {
    let inner = RequireLayer::signed_in().layer(service_fn(pages));
    let inner = below("/deep", tower::util::BoxCloneSyncService::new(inner));
    let (app, _) = site_of(FormLoginLayer::new(check).below("/inbox"), inner);

    let response = Browser::new(&app).get("/deep/page?x").await;
    assert_eq!(location(&response), "/login?next=%2Fdeep%2Fpage%3Fx");
    let response = Browser::new(&below("/shop", app))
        .get("/shop/deep/page?x")
        .await;
    assert_eq!(
        location(&response),
        "/shop/login?next=%2Fshop%2Fdeep%2Fpage%3Fx"
    );
}
