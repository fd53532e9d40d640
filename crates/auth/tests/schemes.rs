//! Several schemes in one layer, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    time::{Duration, SystemTime},
};

use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use plywood_auth::{AuthLayer, Basic, Finding, Head, Known, Refusal, RequireLayer, Scheme};
use plywood_core::{Body, BoxError, Failure, Identity, future::Next};
use plywood_lint::LintLayer;
use tower::{Layer, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

const ADA: &str = "Basic YWRhOnBseXdvb2Q="; // ada:plywood
const EVE: &str = "Basic YWRhOnd4eQ=="; // ada:wxy

fn basic() -> Basic {
    Basic::new(|name: &str, password: &str| {
        (name == "ada" && password == "plywood").then(|| Identity::new(name))
    })
}

/// A key in a field of its own, looked up at once or after a wait.
#[derive(Debug)]
struct Key {
    waits: bool,
}

impl Key {
    fn find(key: &HeaderValue) -> Finding {
        match key.as_bytes() {
            b"good" => Known::new(Identity::new("robot").scheme("Key"))
                .fields(|fields| {
                    let info = HeaderValue::from_static("nextkey=better");
                    fields.insert("authentication-info", info);
                })
                .into(),
            b"slow down" => Refusal::throttled(Duration::from_millis(1500)).into(),
            b"down" => Refusal::unknown("the key ring is lost").into(),
            b"#" => Refusal::malformed("a key has letters").into(),
            _ => Refusal::unauthorized(WrongKey).into(),
        }
    }
}

#[derive(Debug)]
struct WrongKey;

impl std::fmt::Display for WrongKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("wrong key")
    }
}

impl std::error::Error for WrongKey {}

impl Scheme for Key {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let key = head.headers().get("x-key").cloned();
        let found = key.map_or(Finding::Nothing, |key| Self::find(&key));
        if !self.waits {
            return Next::Now(found);
        }
        Next::Later(Box::pin(async {
            tokio::task::yield_now().await;
            found
        }))
    }

    fn challenges(&self, why: Option<&Failure>) -> Vec<HeaderValue> {
        let wrong = why.is_some_and(|why| why.reason().is::<WrongKey>());
        let challenge = if wrong { "Key error=wrong" } else { "Key" };
        vec![HeaderValue::from_static(challenge)]
    }
}

/// A cookie or an address: it is there or it is not, and there is no way to ask for it.
#[derive(Debug)]
struct Silent;

impl Scheme for Silent {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        Next::Now(if head.headers().contains_key("x-inside") {
            Identity::new("insider").scheme("address").into()
        } else {
            Finding::Nothing
        })
    }
}

/// Tells who asks, or answers as it is told.
async fn hello(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let caller = Identity::of(&request);
    let name = caller.map_or("nobody", Identity::name).to_owned();
    let mut response = Response::new(Body::from(name));
    match request.uri().path() {
        "/bare" => *response.status_mut() = StatusCode::UNAUTHORIZED,
        "/own" => {
            *response.status_mut() = StatusCode::UNAUTHORIZED;
            let own = HeaderValue::from_static("Negotiate");
            response.headers_mut().insert(header::WWW_AUTHENTICATE, own);
        }
        _ => {}
    }
    Ok(response)
}

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

fn pages() -> App {
    BoxCloneSyncService::new(service_fn(hello))
}

fn stack(layer: AuthLayer, inner: App) -> App {
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            .map_response(|response: Response<_>| response.map(Body::new))
            .layer(LintLayer::new())
            .layer(layer)
            .layer(LintLayer::new())
            .service(inner),
    )
}

async fn ask(app: &App, target: &str, fields: &[(&'static str, &str)]) -> Response<Body> {
    let mut request = Request::get(target).header(header::HOST, "a.example");
    for (name, value) in fields {
        request = request.header(*name, *value);
    }
    let request = request.body(Body::empty()).unwrap();
    let Ok(response) = app.clone().oneshot(request).await;
    response
}

fn challenges(response: &Response<Body>) -> Vec<&str> {
    let fields = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
    fields.map(|field| field.to_str().unwrap()).collect()
}

async fn text(response: Response<Body>) -> String {
    String::from_utf8(
        response
            .into_body()
            .collect()
            .await
            .unwrap()
            .to_bytes()
            .to_vec(),
    )
    .unwrap()
}

const BASIC: &str = r#"Basic realm="restricted", charset="UTF-8""#;

#[tokio::test]
async fn the_first_scheme_that_finds_credentials_decides() {
    for waits in [false, true] {
        let layer = AuthLayer::new(Key { waits }).or(Silent).or(basic());
        let app = stack(layer, pages());
        for (fields, name) in [
            (&[("x-key", "good")][..], "robot"),
            (&[("authorization", ADA)], "ada"),
            (&[("x-inside", "")], "insider"),
            (&[("x-key", "good"), ("authorization", ADA)], "robot"),
            (&[("x-inside", ""), ("authorization", EVE)], "insider"),
        ] {
            let response = ask(&app, "/", fields).await;
            assert_eq!(response.status(), StatusCode::OK, "{fields:?}");
            let told = response.headers().contains_key("authentication-info");
            assert_eq!(told, name == "robot");
            assert_eq!(text(response).await, name);
        }
    }
}

#[tokio::test]
async fn a_refusal_offers_every_scheme_and_is_not_mended_by_another() {
    for waits in [false, true] {
        let layer = AuthLayer::new(Key { waits }).or(Silent).or(basic());
        let app = stack(layer, pages());
        for (fields, reason, expected) in [
            (&[][..], "no credentials", ["Key", BASIC]),
            (
                &[("authorization", "Bearer x")],
                "the credentials are of no scheme that is on offer",
                ["Key", BASIC],
            ),
            (
                &[("authorization", EVE)],
                "wrong name or password",
                ["Key", BASIC],
            ),
            (
                &[("x-key", "bad"), ("authorization", ADA)],
                "wrong key",
                ["Key error=wrong", BASIC],
            ),
        ] {
            let response = ask(&app, "/", fields).await;
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED, "{fields:?}");
            assert_eq!(challenges(&response), expected);
            assert_eq!(Failure::of(&response).unwrap().to_string(), reason);
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        }
    }
}

#[tokio::test]
async fn what_is_no_401_has_no_challenge() {
    let app = stack(AuthLayer::new(Key { waits: true }).or(basic()), pages());
    for (key, status) in [
        ("#", StatusCode::BAD_REQUEST),
        ("slow down", StatusCode::TOO_MANY_REQUESTS),
        ("down", StatusCode::SERVICE_UNAVAILABLE),
    ] {
        let response = ask(&app, "/", &[("x-key", key)]).await;
        assert_eq!(response.status(), status);
        assert!(challenges(&response).is_empty());
        let wait = response.headers().get(header::RETRY_AFTER);
        assert_eq!(wait.is_some_and(|wait| wait == "2"), key == "slow down");
    }
}

#[tokio::test]
async fn who_cannot_be_asked_is_forbidden() {
    let app = stack(AuthLayer::new(Silent), pages());
    let response = ask(&app, "/", &[]).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(challenges(&response).is_empty());
}

#[tokio::test]
async fn strangers_are_let_through_where_they_may_and_wrong_credentials_are_not() {
    let app = stack(AuthLayer::new(basic()).optional(), pages());
    assert_eq!(text(ask(&app, "/", &[]).await).await, "nobody");
    let other = ask(&app, "/", &[("authorization", "Bearer x")]).await;
    assert_eq!(text(other).await, "nobody");
    assert_eq!(
        text(ask(&app, "/", &[("authorization", ADA)]).await).await,
        "ada"
    );
    let wrong = ask(&app, "/", &[("authorization", EVE)]).await;
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_401_of_the_inner_service_is_challenged_unless_it_is_already() {
    let app = stack(AuthLayer::new(basic()).optional(), pages());
    let guarded = stack(AuthLayer::new(basic()), pages());
    let elsewhere = stack(AuthLayer::new(basic()).below("/shed").optional(), pages());
    for (app, fields, target, expected) in [
        (&app, &[][..], "/bare", BASIC),
        (&app, &[], "/own", "Negotiate"),
        (&app, &[("authorization", ADA)], "/bare", BASIC),
        (&guarded, &[("authorization", ADA)], "/bare", BASIC),
        (&guarded, &[("authorization", ADA)], "/own", "Negotiate"),
        (&elsewhere, &[], "/own", "Negotiate"),
    ] {
        let response = ask(app, target, fields).await;
        assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
        assert_eq!(challenges(&response), [expected], "{target}");
    }
}

#[tokio::test]
async fn layers_around_one_another_offer_what_all_of_them_take() {
    let inner = stack(AuthLayer::new(basic()), pages());
    let app = stack(AuthLayer::new(Key { waits: false }).optional(), inner);
    let response = ask(&app, "/", &[]).await;
    assert_eq!(challenges(&response), ["Key", BASIC]);
    assert_eq!(
        text(ask(&app, "/", &[("x-key", "good")]).await).await,
        "robot"
    );
    assert_eq!(
        text(ask(&app, "/", &[("authorization", ADA)]).await).await,
        "ada"
    );

    let required = RequireLayer::signed_in().layer(pages());
    let app = stack(
        AuthLayer::new(basic()).optional(),
        BoxCloneSyncService::new(required),
    );
    assert_eq!(challenges(&ask(&app, "/", &[]).await), [BASIC]);

    let negotiate = HeaderValue::from_static("Negotiate");
    let required = RequireLayer::signed_in()
        .challenge(negotiate)
        .layer(pages());
    let app = stack(
        AuthLayer::new(basic()).optional(),
        BoxCloneSyncService::new(required),
    );
    assert_eq!(challenges(&ask(&app, "/", &[]).await), ["Negotiate"]);
}

#[tokio::test]
async fn an_error_of_the_inner_service_passes() {
    let failing = service_fn(async |_: Request<Body>| Err::<Response<Body>, BoxError>("no".into()));
    let app = AuthLayer::new(Key { waits: true }).layer(failing);
    let request = Request::get("/").header("x-key", "good");
    let answer = app.oneshot(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.unwrap_err().to_string(), "no");
}

#[tokio::test]
async fn a_right_is_asked_for_by_role_by_rule_and_by_the_time_of_the_sign_in() {
    let now = SystemTime::now();
    let ada = Identity::new("ada").roles(["author"]);
    let old = ada.clone().authenticated_at(now - Duration::from_secs(601));
    let fresh = ada.clone().authenticated_at(now);
    let signed_in = RequireLayer::signed_in();
    let recent = signed_in.clone().max_age(Duration::from_secs(600));
    let own = signed_in
        .clone()
        .when(|head, caller| head.uri().path().ends_with(caller.name()));
    for (layer, caller, target, reason) in [
        (&recent, &fresh, "/", None),
        (
            &recent,
            &old,
            "/",
            Some("401 not signed in within the last 600 s"),
        ),
        (
            &recent,
            &ada,
            "/",
            Some("403 nobody knows when they have signed in"),
        ),
        (
            &recent.clone().role("admin"),
            &old,
            "/",
            Some("403 a role is missing"),
        ),
        (&own, &ada, "/drawer/ada", None),
        (&own, &ada, "/drawer/eve", Some("403 a rule refuses it")),
        (
            &own.clone().when(|_, _| false),
            &ada,
            "/drawer/ada",
            Some("403 a rule refuses it"),
        ),
    ] {
        let mut request = Request::get(target).body(Body::empty()).unwrap();
        request.extensions_mut().insert(caller.clone());
        let Ok(response) = layer.layer(pages()).oneshot(request).await;
        let failure = Failure::of(&response);
        let got = failure.map(|why| format!("{} {why}", response.status().as_u16()));
        assert_eq!(got.as_deref(), reason, "{target}");
        let is_challenged = response.headers().contains_key(header::WWW_AUTHENTICATE);
        assert_eq!(is_challenged, response.status() == StatusCode::UNAUTHORIZED);
    }
}
