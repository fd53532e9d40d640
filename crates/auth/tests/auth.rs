//! Basic, through its public API and between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use plywood_auth::{BasicAuthLayer, MAX_CREDENTIAL, RequireLayer, Verdict};
use plywood_core::{Body, BoxError, Failure, Identity, Mount, Witness};
use plywood_lint::LintLayer;
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

const ADA: &str = "Basic YWRhOnBseXdvb2Q="; // ada:plywood
const EVE: &str = "Basic YWRhOnd4eQ=="; // ada:wxy

fn check(name: &str, password: &str) -> Option<Identity> {
    (name == "ada" && password == "plywood").then(|| Identity::new(name))
}

/// Tells who asks for what.
async fn hello(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let caller = Identity::of(&request);
    let name = caller.map_or("nobody", Identity::name);
    let scheme = caller.map_or("", Identity::auth_scheme);
    let text = format!("{name} {scheme} {}", request.uri().path());
    Ok(Response::new(text.into()))
}

async fn send(layer: BasicAuthLayer, mut request: Request<Body>) -> Response<Bytes> {
    let witness = Witness::call(&mut request);
    let stack = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .service(service_fn(hello));
    let Ok(response) = stack.oneshot(request).await;
    let (mut head, body) = response.into_parts();
    head.extensions.insert(witness);
    Response::from_parts(head, body.collect().await.unwrap().to_bytes())
}

/// Who a layer outside was told of.
fn told(response: &Response<Bytes>) -> Option<String> {
    let witness = response.extensions().get::<Witness>().unwrap();
    witness
        .identity()
        .map(|identity| identity.name().to_owned())
}

async fn get(layer: BasicAuthLayer, target: &str, authorization: Option<&str>) -> Response<Bytes> {
    let mut request = Request::get(target).header(header::HOST, "a.example");
    if let Some(authorization) = authorization {
        request = request.header(header::AUTHORIZATION, authorization);
    }
    send(layer, request.body(Body::empty()).unwrap()).await
}

fn basic(name: &str, password: &str) -> String {
    use base64::{Engine, prelude::BASE64_STANDARD};
    format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{name}:{password}"))
    )
}

#[tokio::test]
async fn who_is_known_gets_in_and_is_named_inside_and_outside() {
    let response = get(BasicAuthLayer::new(check), "/x", Some(ADA)).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(response.body(), "ada Basic /x");
    assert_eq!(told(&response).as_deref(), Some("ada"));
    assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));
}

#[tokio::test]
async fn everybody_else_is_challenged() {
    for authorization in [
        None,
        Some(EVE),
        Some("Bearer YTpi"),
        Some("Digest x=y"),
        Some(""),
    ] {
        let layer = BasicAuthLayer::new(check).realm(r#"the "shed""#);
        let response = get(layer, "/", authorization).await;
        assert_eq!(
            response.status(),
            StatusCode::UNAUTHORIZED,
            "{authorization:?}"
        );
        assert_eq!(
            response.headers()[header::WWW_AUTHENTICATE],
            r#"Basic realm="the \"shed\"", charset="UTF-8""#
        );
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert_eq!(response.body(), "401 Unauthorized\n");
        assert!(Failure::of(&response).is_some());
        assert_eq!(told(&response), None);
    }
}

#[tokio::test]
async fn a_head_request_is_refused_without_a_body() {
    let request = Request::head("/").header(header::HOST, "a.example");
    let response = send(
        BasicAuthLayer::new(check),
        request.body(Body::empty()).unwrap(),
    )
    .await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(response.body().is_empty());
}

#[tokio::test]
async fn credentials_are_read_by_the_standard() {
    // What the check hears; `None` where it is not asked.
    for (authorization, heard) in [
        (
            "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            Some("Aladdin/open sesame"),
        ),
        (
            "basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            Some("Aladdin/open sesame"),
        ),
        (
            "BASIC  QWxhZGRpbjpvcGVuIHNlc2FtZQ==",
            Some("Aladdin/open sesame"),
        ),
        ("Basic dGVzdDoxMjPCow==", Some("test/123£")),
        ("Basic YTpiOmM6", Some("a/b:c:")),
        ("Basic YTo=", Some("a/")),
        ("Basic OmI=", Some("/b")),
        ("Basic Og==", Some("/")),
        ("Basic YToJ", Some("a/\t")),
        ("Basic c3AgYWNlOmEgYiBj", Some("sp ace/a b c")),
        ("Basic", None),
        ("Basic ", None),
        ("Basic YWI=", None),
        ("Basic YTpi,", None),
        ("Basic YTpi YTpi", None),
        ("Basic YQBiOmM=", None),
        ("Basic YTr/", None),
        ("Basic YTpié", None),
        ("Basic ====", None),
        ("Basic\tYTpi", None),
    ] {
        let layer = BasicAuthLayer::new(|name: &str, password: &str| {
            Some(Identity::new(format!("{name}/{password}")))
        });
        let layer = layer.insecure_empty_passwords();
        let response = get(layer, "/", Some(authorization)).await;
        match heard {
            Some(heard) => {
                assert_eq!(told(&response).as_deref(), Some(heard), "{authorization}");
            }
            None => assert_eq!(
                response.status(),
                StatusCode::BAD_REQUEST,
                "{authorization}"
            ),
        }
    }
}

#[tokio::test]
async fn a_refusal_tells_the_operator_why_and_never_the_password() {
    for (authorization, reason) in [
        (None, "no credentials"),
        (Some(EVE), "wrong name or password"),
        (
            Some("Bearer x"),
            "the credentials are of no scheme that is on offer",
        ),
        (
            Some("Basic c2VjcmV0"),
            "malformed authorization: the credentials must hold a colon between user and password",
        ),
    ] {
        let response = get(BasicAuthLayer::new(check), "/", authorization).await;
        assert_eq!(Failure::of(&response).unwrap().to_string(), reason);
    }
}

#[tokio::test]
async fn where_no_layer_signs_people_in_the_refusal_names_those_that_do() {
    let stack = ServiceBuilder::new()
        .layer(LintLayer::new())
        .layer(RequireLayer::signed_in())
        .layer(LintLayer::new())
        .service(service_fn(hello));
    let response = stack.oneshot(Request::new(Body::empty())).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let reason = Failure::of(&response).unwrap().to_string();
    for named in ["BasicAuthLayer", "FormLoginLayer", "plywood-auth"] {
        assert!(reason.contains(named), "{reason}");
    }
}

#[tokio::test]
async fn who_has_proved_it_outside_is_not_asked_again() {
    let layer = BasicAuthLayer::new(|_, _| -> Option<Identity> { unreachable!("not asked") });
    let mut request = Request::get("/").header(header::HOST, "a.example");
    request = request.header(header::AUTHORIZATION, ADA);
    let mut request = request.body(Body::empty()).unwrap();
    let grace = Identity::new("grace").scheme("ticket");
    request.extensions_mut().insert(grace);
    assert_eq!(send(layer, request).await.body(), "grace ticket /");
}

#[tokio::test]
async fn the_layer_twice_asks_once() {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&asked);
    let layer = BasicAuthLayer::new(move |name: &str, password: &str| {
        count.fetch_add(1, Ordering::Relaxed);
        check(name, password)
    });
    let stack = (layer.clone(), layer).layer(service_fn(hello));
    let request = Request::get("/").header(header::AUTHORIZATION, ADA);
    let Ok(response) = stack.oneshot(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::OK);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_check_may_take_a_wait() {
    let layer = BasicAuthLayer::new(|name: &str, password: &str| {
        let found = check(name, password);
        Verdict::later(async move {
            tokio::task::yield_now().await;
            Ok(found)
        })
    });
    let response = get(layer.clone(), "/x", Some(ADA)).await;
    assert_eq!(response.body(), "ada Basic /x");
    assert_eq!(told(&response).as_deref(), Some("ada"));
    let response = get(layer, "/x", Some(EVE)).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(response.headers().contains_key(header::WWW_AUTHENTICATE));
}

#[tokio::test]
async fn nobody_gets_in_on_an_error() {
    let at_once = BasicAuthLayer::new(|_: &str, _: &str| {
        Err::<Option<Identity>, BoxError>("the directory is down".into())
    });
    let later = BasicAuthLayer::new(|_: &str, _: &str| {
        Verdict::later(async { Err("the directory is down".into()) })
    });
    for layer in [at_once, later] {
        let response = get(layer, "/", Some(ADA)).await;
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(
            Failure::of(&response).unwrap().to_string(),
            "the directory is down"
        );
        assert_eq!(response.body(), "503 Service Unavailable\n");
    }
}

#[tokio::test]
async fn a_password_beyond_the_limit_never_reaches_the_check() {
    for (length, status) in [
        (MAX_CREDENTIAL, StatusCode::OK),
        (MAX_CREDENTIAL + 1, StatusCode::UNAUTHORIZED),
        (1_000_000, StatusCode::UNAUTHORIZED),
    ] {
        let layer = BasicAuthLayer::new(|name: &str, password: &str| {
            assert!(password.len() <= MAX_CREDENTIAL);
            Some(Identity::new(name))
        });
        let authorization = basic("ada", &"x".repeat(length));
        let response = get(layer, "/", Some(&authorization)).await;
        assert_eq!(response.status(), status, "{length}");
    }
}

/// The spellings of CVE-2021-41773, GHSA-q5qw-h33p-qvwr, CVE-2026-39406, CVE-2026-34786 and their kin.
#[tokio::test]
async fn no_spelling_of_the_path_passes_the_guard() {
    for (target, status) in [
        ("/admin", StatusCode::UNAUTHORIZED),
        ("/admin/", StatusCode::UNAUTHORIZED),
        ("/admin/secret.txt", StatusCode::UNAUTHORIZED),
        ("/admin/secret.txt?x=/../", StatusCode::UNAUTHORIZED),
        ("//admin/secret.txt", StatusCode::UNAUTHORIZED),
        ("/admin//secret.txt", StatusCode::UNAUTHORIZED),
        ("/%61dmin/secret.txt", StatusCode::UNAUTHORIZED),
        ("/%61%64%6D%69%6e/secret.txt", StatusCode::UNAUTHORIZED),
        (
            "http://a.example/admin/secret.txt",
            StatusCode::UNAUTHORIZED,
        ),
        ("/admin/secret.txt::$DATA", StatusCode::UNAUTHORIZED),
        ("/x/../admin/secret.txt", StatusCode::NOT_FOUND),
        ("/./admin/secret.txt", StatusCode::NOT_FOUND),
        ("/x/%2e%2e/admin/secret.txt", StatusCode::NOT_FOUND),
        ("/x/.%2E/admin/secret.txt", StatusCode::NOT_FOUND),
        ("/%2e%2fadmin/secret.txt", StatusCode::BAD_REQUEST),
        ("/admin%2fsecret.txt", StatusCode::BAD_REQUEST),
        ("/%2fadmin/secret.txt", StatusCode::BAD_REQUEST),
        ("/admin%5csecret.txt", StatusCode::BAD_REQUEST),
        ("/admin%00/secret.txt", StatusCode::BAD_REQUEST),
        ("/admin%/secret.txt", StatusCode::BAD_REQUEST),
        ("/%c0%af/admin/secret.txt", StatusCode::BAD_REQUEST),
        // Other names, which lead to other places for everybody.
        ("/admin;/secret.txt", StatusCode::OK),
        ("/admin%20/secret.txt", StatusCode::OK),
        ("/admin%252fsecret.txt", StatusCode::OK),
        ("/ADMIN/secret.txt", StatusCode::OK),
        ("/administrator", StatusCode::OK),
        ("/", StatusCode::OK),
    ] {
        let layer = BasicAuthLayer::new(check).below("/admin");
        let response = get(layer.clone(), target, None).await;
        assert_eq!(response.status(), status, "{target}");
        if !status.is_success() {
            assert!(Failure::of(&response).is_some(), "{target}");
        }
        if status == StatusCode::UNAUTHORIZED {
            let response = get(layer, target, Some(ADA)).await;
            assert_eq!(response.status(), StatusCode::OK, "{target}");
        }
    }
}

#[tokio::test]
async fn a_plain_backslash_does_not_pass_either() {
    // Not every parser takes it, so that it is no row of the table.
    if let Ok(uri) = "/admin\\secret.txt".parse::<http::Uri>() {
        let layer = BasicAuthLayer::new(check).below("/admin");
        let response = get(layer, &uri.to_string(), None).await;
        assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    }
}

#[tokio::test]
async fn a_prefix_is_relative_to_the_mount_in_which_the_guard_stands() {
    for (target, status) in [
        ("/shop/admin/x", StatusCode::UNAUTHORIZED),
        ("//shop//%61dmin/x", StatusCode::UNAUTHORIZED),
        ("/shop/x", StatusCode::OK),
    ] {
        let mut request = Request::get(target).header(header::HOST, "a.example");
        request = request.header(header::ACCEPT, "*/*");
        let mut request = request.body(Body::empty()).unwrap();
        assert!(Mount::enter(&mut request, "/shop").unwrap());
        let layer = BasicAuthLayer::new(check).below("/admin");
        assert_eq!(send(layer, request).await.status(), status, "{target}");
    }
}

#[tokio::test]
async fn a_request_body_reaches_the_inner_service_and_its_error_the_outer_one() {
    async fn echo(request: Request<Body>) -> Result<Response<Body>, BoxError> {
        if request.method() == Method::DELETE {
            return Err("no".into());
        }
        Ok(Response::new(request.into_body()))
    }
    let waiting = BasicAuthLayer::new(|name: &str, password: &str| {
        let found = check(name, password);
        Verdict::later(async move { Ok(found) })
    });
    for layer in [BasicAuthLayer::new(check), waiting] {
        let mut stack = layer.layer(service_fn(echo));
        for (method, expected) in [(Method::POST, Some("hello")), (Method::DELETE, None)] {
            let request = Request::builder().method(method).uri("/");
            let request = request.header(header::AUTHORIZATION, ADA);
            let request = request.body(Body::from("hello")).unwrap();
            let answer = stack.ready().await.unwrap().call(request).await;
            let text = answer
                .ok()
                .map(|response| response.into_body().try_into_bytes().unwrap());
            assert_eq!(text.as_deref(), expected.map(str::as_bytes));
        }
    }
}

#[tokio::test]
async fn any_bytes_in_the_field_are_refused_and_none_are_a_panic() {
    use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

    let mut runner = TestRunner::deterministic();
    let bytes = proptest::collection::vec(0x20u8.., 0..60);
    for _ in 0..2_000 {
        let mut value = b"Basic ".to_vec();
        value.extend(bytes.new_tree(&mut runner).unwrap().current());
        let Ok(value) = http::HeaderValue::from_bytes(&value) else {
            continue;
        };
        let request = Request::get("/").header(header::AUTHORIZATION, value);
        let request = request.header(header::HOST, "a.example");
        let response = send(
            BasicAuthLayer::new(check),
            request.body(Body::empty()).unwrap(),
        );
        assert!(response.await.status().is_client_error());
    }
}

#[test]
fn a_realm_that_cannot_be_sent_does_not_build() {
    for realm in ["a\nb", "café"] {
        let built = std::panic::catch_unwind(|| BasicAuthLayer::new(check).realm(realm));
        assert!(built.is_err(), "{realm:?}");
    }
}
