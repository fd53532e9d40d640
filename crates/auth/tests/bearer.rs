//! Bearer tokens through the public API, between two lints.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{collections::HashMap, convert::Infallible};

use http::{Request, Response, StatusCode, header};
use http_body_util::BodyExt;
use plywood_auth::{
    AuthLayer, Basic, Bearer, BearerLayer, RequireLayer, Verdict,
    bearer::{MAX_TOKEN, Token, TokenHash},
};
use plywood_core::{Body, Failure, Identity};
use plywood_lint::LintLayer;
use tower::{ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

fn greeter() -> App {
    BoxCloneSyncService::new(service_fn(async |request: Request<Body>| {
        let caller = Identity::of(&request);
        let greeting = caller.map_or_else(
            || "nobody".to_owned(),
            |caller| format!("{} by {}", caller.name(), caller.auth_scheme()),
        );
        Ok(Response::new(greeting.into()))
    }))
}

fn stack(layer: impl Into<AuthLayer>) -> App {
    BoxCloneSyncService::new(
        ServiceBuilder::new()
            .map_response(|response: Response<_>| response.map(Body::new))
            .layer(LintLayer::new())
            .layer(layer.into())
            .layer(LintLayer::new())
            .service(greeter()),
    )
}

/// The status, the challenges with what is said of them, and the reason for the operator or the greeting.
async fn ask(app: &App, target: &str, authorization: &[&str]) -> (u16, String, String) {
    let mut request = Request::get(target).header(header::HOST, "a.example");
    for line in authorization {
        request = request.header(header::AUTHORIZATION, *line);
    }
    let request = request.body(Body::empty()).unwrap();
    let Ok(response) = app.clone().oneshot(request).await;
    let fields = response.headers().get_all(header::WWW_AUTHENTICATE).iter();
    let challenges: Vec<_> = fields.map(|field| field.to_str().unwrap()).collect();
    let challenges = challenges.join(" | ");
    let status = response.status().as_u16();
    if let Some(failure) = Failure::of(&response) {
        return (status, challenges, failure.to_string());
    }
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    let said = String::from_utf8(bytes.to_vec()).unwrap();
    (status, challenges, said)
}

/// A token of ada's, and the scheme that knows it.
fn known() -> (String, Bearer) {
    let token = Token::new("notes").unwrap();
    let ada = Identity::new("ada").roles(["read"]);
    let kept = HashMap::from([(token.hash(), ada)]);
    let bearer = Bearer::new(move |hash| kept.get(hash).cloned()).realm("the \"notes\"");
    (format!("Bearer {}", token.as_str()), bearer)
}

#[tokio::test]
async fn a_token_lets_in_and_everything_else_is_told_what_it_is() {
    let (right, bearer) = known();
    let app = stack(BearerLayer::from(bearer));
    let realm = r#"Bearer realm="the \"notes\"""#;
    let with = |error: &str| format!("{realm}, error=\"{error}\"");
    let long = format!("Bearer {}", "a".repeat(MAX_TOKEN + 1));
    let upper = right.replacen("Bearer", "BEARER", 1);
    for (sent, status, challenge) in [
        (&[right.as_str()][..], 200, String::new()),
        (&[&upper], 200, String::new()),
        (&[], 401, realm.to_owned()),
        (&["Basic YTpi"], 401, realm.to_owned()),
        (&["Bearer wrong"], 401, with("invalid_token")),
        (&[&right[..right.len() - 1]], 401, with("invalid_token")),
        (&[&long], 401, with("invalid_token")),
        (&["Bearer"], 400, with("invalid_request")),
        (&["Bearer \"a\""], 400, with("invalid_request")),
        (&[&right, &right], 400, with("invalid_request")),
    ] {
        let (found, challenges, said) = ask(&app, "/", sent).await;
        assert_eq!((found, challenges), (status, challenge), "{said}");
    }
    assert_eq!(ask(&app, "/", &[&right]).await.2, "ada by Bearer");
}

#[tokio::test]
async fn a_token_is_not_taken_from_the_address() {
    let (right, bearer) = known();
    let app = stack(BearerLayer::from(bearer));
    let token = right.strip_prefix("Bearer ").unwrap();
    let (status, challenge, _) = ask(&app, &format!("/?access_token={token}"), &[]).await;
    assert_eq!(status, 401);
    assert!(!challenge.contains("error"), "{challenge}");
}

#[tokio::test]
async fn a_scope_is_asked_of_whoever_was_found_outside() {
    let (right, bearer) = known();
    let inner = |scope: &str| {
        let layer = BearerLayer::from(bearer.clone()).scope(scope);
        ServiceBuilder::new()
            .map_response(|response: Response<_>| response.map(Body::new))
            .layer(BearerLayer::from(bearer.clone()))
            .layer(layer.below("/admin"))
            .service(greeter())
    };
    for (scope, target, status) in [
        ("read", "/admin", 200),
        ("admin", "/admin", 403),
        ("admin", "/", 200),
    ] {
        let app = BoxCloneSyncService::new(inner(scope));
        let (found, challenge, _) = ask(&app, target, &[&right]).await;
        assert_eq!(found, status, "{scope} {target}");
        assert_eq!(challenge.contains("insufficient_scope"), status == 403);
    }
}

#[tokio::test]
async fn a_missing_scope_is_named() {
    let (right, bearer) = known();
    let app = stack(BearerLayer::from(bearer.clone()).scope("read"));
    assert_eq!(ask(&app, "/", &[&right]).await.0, 200);
    let app = stack(
        BearerLayer::from(bearer)
            .realm("r")
            .scope("read")
            .scope("write"),
    );
    let (status, challenge, said) = ask(&app, "/", &[&right]).await;
    assert_eq!((status, &*said), (403, "the token lacks a scope"));
    let expected = r#"Bearer realm="r", error="insufficient_scope", scope="read write""#;
    assert_eq!(challenge, expected);
    let (_, challenge, _) = ask(&app, "/", &[]).await;
    assert_eq!(challenge, r#"Bearer realm="r", scope="read write""#);
}

#[tokio::test]
async fn a_look_up_may_wait_and_may_fail() {
    let bearer = Bearer::new(|hash| {
        let hash = *hash;
        Verdict::later(async move {
            tokio::task::yield_now().await;
            if hash == TokenHash::of("down") {
                return Err("no database".into());
            }
            Ok((hash == TokenHash::of("a")).then(|| Identity::new("ada").scheme("own")))
        })
    });
    let app = stack(AuthLayer::new(bearer));
    assert_eq!(ask(&app, "/", &["Bearer a"]).await.2, "ada by own");
    assert_eq!(ask(&app, "/", &["Bearer b"]).await.0, 401);
    let (status, challenge, said) = ask(&app, "/", &["Bearer down"]).await;
    assert_eq!((status, &*challenge, &*said), (503, "", "no database"));
}

#[tokio::test]
async fn it_stands_beside_other_schemes() {
    let (right, bearer) = known();
    let basic = Basic::new(|name: &str, password: &str| {
        (password == "plywood").then(|| Identity::new(name))
    });
    let app = stack(AuthLayer::new(bearer.realm("r")).or(basic).below("/api"));
    assert_eq!(ask(&app, "/api", &[&right]).await.2, "ada by Bearer");
    assert_eq!(
        ask(&app, "/api", &["Basic YWRhOnBseXdvb2Q="]).await.2,
        "ada by Basic"
    );
    assert_eq!(ask(&app, "/", &[]).await.2, "nobody");
    let basic = r#"Basic realm="restricted", charset="UTF-8""#;
    let (status, challenges, _) = ask(&app, "/api", &[]).await;
    assert_eq!(
        (status, challenges),
        (401, format!("Bearer realm=\"r\" | {basic}"))
    );
    let (_, challenges, _) = ask(&app, "/api", &["Bearer x"]).await;
    assert_eq!(
        challenges,
        format!("Bearer realm=\"r\", error=\"invalid_token\" | {basic}")
    );
}

#[tokio::test]
async fn a_sign_in_that_is_too_old_is_asked_for_again() {
    let bearer =
        Bearer::new(|_| Some(Identity::new("ada").authenticated_at(std::time::UNIX_EPOCH)));
    let inner = RequireLayer::signed_in().max_age(std::time::Duration::from_secs(600));
    let app = ServiceBuilder::new()
        .layer(AuthLayer::new(bearer))
        .layer(inner)
        .service(greeter());
    let request = Request::get("/").header(header::AUTHORIZATION, "Bearer a");
    let Ok(response) = app.oneshot(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    let expected =
        r#"Bearer realm="restricted", error="insufficient_user_authentication", max_age="600""#;
    assert_eq!(response.headers()[header::WWW_AUTHENTICATE], expected);
}

#[test]
fn what_cannot_be_written_into_a_challenge_does_not_build() {
    let builds = |make: fn(Bearer) -> Bearer| {
        std::panic::catch_unwind(|| make(Bearer::new(|_| None))).is_ok()
    };
    assert!(builds(|bearer| bearer.scope("a:b/c.d")));
    assert!(!builds(|bearer| bearer.scope("a b")));
    assert!(!builds(|bearer| bearer.scope("\"")));
    assert!(!builds(|bearer| bearer.scope("")));
    assert!(!builds(|bearer| bearer.realm("a\nb")));
}

#[cfg(feature = "jwt")]
mod jwt {
    use plywood_auth::jwt::{Algorithm, Claims, Invalid, SigningKey, Verifier};
    use serde_json::json;

    use super::*;

    #[tokio::test]
    async fn a_signed_token_stands_for_whom_it_names() {
        let key = SigningKey::generate(Algorithm::Es256).unwrap();
        let verifier = Verifier::new(key.verifying_key()).audience("notes");
        let app = stack(BearerLayer::of(verifier).scope("read"));
        let claims =
            json!({"sub": "ada", "aud": "notes", "exp": 4_000_000_000_u64, "scope": "read write"});
        let sign = |name: &str, value: serde_json::Value| {
            let mut claims = claims.clone();
            claims[name] = value;
            format!("Bearer {}", key.sign(&claims).unwrap())
        };
        for (token, status, said) in [
            (sign("jti", json!("1")), 200, "ada by Bearer"),
            (
                sign("scope", json!("write")),
                403,
                "the token lacks a scope",
            ),
            (sign("scope", json!(["read"])), 200, "ada by Bearer"),
            (sign("exp", json!(1)), 401, "invalid token: it is over"),
            (
                sign("aud", json!("x")),
                401,
                "invalid token: it is for another audience",
            ),
            (
                sign("sub", json!("")),
                401,
                "invalid token: it must have the claim \"sub\"",
            ),
            (
                "Bearer x.y.z".to_owned(),
                401,
                "invalid token: it must be three parts of base64url, with a header of JSON",
            ),
        ] {
            let (found, challenge, reason) = ask(&app, "/", &[&token]).await;
            assert_eq!((found, &*reason), (status, said));
            assert_eq!(challenge.contains("invalid_token"), status == 401);
        }
    }

    #[tokio::test]
    async fn the_claims_are_left_and_say_who_when_and_how() {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let verifier = Verifier::new(key.verifying_key())
            .endless_tokens()
            .name_claim("email")
            .role_claim("groups")
            .role_claim("roles");
        let token = key
            .sign(&json!({"email": "ada@a.example", "groups": ["a b"], "roles": "c d", "scope": "x", "auth_time": 7, "amr": ["pwd", "otp"]}))
            .unwrap();
        let claims = verifier.verify(&token).unwrap();
        let ada = verifier.identity(&claims).unwrap();
        assert_eq!(ada.name(), "ada@a.example");
        assert_eq!(ada.iter_roles().collect::<Vec<_>>(), ["a b", "c", "d"]);
        assert!(ada.has_method("otp"));
        let since = ada.since().unwrap().duration_since(std::time::UNIX_EPOCH);
        assert_eq!(since.unwrap().as_secs(), 7);
        let nobody = key.sign(&json!({"sub": "ada"})).unwrap();
        let nobody = verifier.verify(&nobody).unwrap();
        assert_eq!(
            verifier.identity(&nobody),
            Err(Invalid::Missing("email".into()))
        );

        let app = ServiceBuilder::new()
            .layer(AuthLayer::new(Bearer::of(verifier)))
            .service(service_fn(async |request: Request<Body>| {
                let claims = Claims::of(&request).unwrap();
                Ok::<_, Infallible>(Response::new(Body::from(
                    claims.text("scope").unwrap().to_owned(),
                )))
            }));
        let request = Request::get("/").header(header::AUTHORIZATION, format!("Bearer {token}"));
        let Ok(response) = app.oneshot(request.body(Body::empty()).unwrap()).await;
        assert_eq!(response.into_body().try_into_bytes().unwrap(), "x");
    }
}
