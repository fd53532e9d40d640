//! Keys that are fetched, over a clock of the test's own.

#![cfg(feature = "jwks")]
#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{Request, Response, StatusCode, header};
use plywood_auth::{
    AuthLayer, Bearer,
    jwt::{Algorithm, FetchedKeys, KeySet, MAX_SET, SigningKey, Verifier},
};
use plywood_core::{Body, BoxError, Failure};
use serde_json::json;
use tower::{Layer, ServiceExt, service_fn, util::BoxCloneSyncService};

/// An issuer: what it answers, and how often it was asked.
#[derive(Clone, Default)]
struct Issuer(Arc<Mutex<Desk>>);

#[derive(Default)]
struct Desk {
    set: String,
    status: u16,
    max_age: Option<u64>,
    takes: Duration,
    panics: bool,
    asked: u32,
}

impl Issuer {
    fn new(keys: &[&SigningKey]) -> Self {
        let issuer = Self::default();
        issuer.says(keys);
        issuer
    }

    fn says(&self, keys: &[&SigningKey]) {
        let keys = KeySet::new(keys.iter().map(|key| key.verifying_key()));
        self.desk(|desk| (desk.set, desk.status) = (keys.to_json(), 200));
    }

    fn desk<T>(&self, look: impl FnOnce(&mut Desk) -> T) -> T {
        look(&mut self.0.lock().unwrap())
    }

    fn asked(&self) -> u32 {
        self.desk(|desk| desk.asked)
    }

    fn keys(&self) -> FetchedKeys {
        let issuer = self.clone();
        let client = service_fn(move |request: Request<Body>| {
            let issuer = issuer.clone();
            async move {
                assert_eq!(request.uri(), "https://id.example/keys");
                let takes = issuer.desk(|desk| {
                    desk.asked += 1;
                    desk.takes
                });
                tokio::time::sleep(takes).await;
                issuer
                    .desk(|desk| {
                        if desk.panics {
                            // Not a lock of the test's that is poisoned: it is given back first.
                            return None;
                        }
                        let mut response = Response::new(Body::from(desk.set.clone()));
                        *response.status_mut() = StatusCode::from_u16(desk.status).unwrap();
                        if let Some(age) = desk.max_age {
                            let value = format!("max-age={age}").parse().unwrap();
                            response.headers_mut().insert(header::CACHE_CONTROL, value);
                        }
                        Some(Ok::<_, BoxError>(response))
                    })
                    .expect("the client breaks")
            }
        });
        FetchedKeys::new("https://id.example/keys".parse().unwrap(), client)
    }
}

type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

fn app(keys: FetchedKeys) -> App {
    let layer = AuthLayer::new(Bearer::of(Verifier::fetching(keys).endless_tokens()));
    let inner =
        service_fn(async |_: Request<Body>| Ok::<_, Infallible>(Response::new(Body::empty())));
    BoxCloneSyncService::new(layer.layer(inner))
}

async fn ask(app: &App, token: &str) -> (u16, String) {
    let request = Request::get("/").header(header::AUTHORIZATION, format!("Bearer {token}"));
    let Ok(response) = app
        .clone()
        .oneshot(request.body(Body::empty()).unwrap())
        .await;
    let why = Failure::of(&response).map(ToString::to_string);
    (response.status().as_u16(), why.unwrap_or_default())
}

fn key(id: &str) -> (SigningKey, String) {
    let key = SigningKey::generate(Algorithm::EdDsa).unwrap().id(id);
    let token = key.sign(&json!({"sub": "ada"})).unwrap();
    (key, token)
}

/// Lets tasks in the background come to their end.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn keys_are_fetched_once_for_all_who_wait() {
    let (ours, token) = key("a");
    let issuer = Issuer::new(&[&ours]);
    issuer.desk(|desk| desk.takes = Duration::from_secs(3));
    let app = app(issuer.keys());
    let all = (0..50).map(|_| ask(&app, &token));
    for (status, why) in futures_util::future::join_all(all).await {
        assert_eq!(status, 200, "{why}");
    }
    assert_eq!(issuer.asked(), 1);
    assert_eq!(ask(&app, &token).await.0, 200);
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_client_that_goes_does_not_take_the_fetch_with_it() {
    let (ours, token) = key("a");
    let issuer = Issuer::new(&[&ours]);
    issuer.desk(|desk| desk.takes = Duration::from_secs(3));
    let app = app(issuer.keys());
    let gone = tokio::time::timeout(Duration::from_secs(1), ask(&app, &token)).await;
    assert!(gone.is_err());
    assert_eq!(ask(&app, &token).await.0, 200);
    assert_eq!(issuer.asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_key_that_is_new_is_fetched_and_unknown_ones_cause_no_flood() {
    let ((old, old_token), (new, new_token)) = (key("old"), key("new"));
    let issuer = Issuer::new(&[&old]);
    let app = app(issuer.keys());
    assert_eq!(ask(&app, &old_token).await.0, 200);

    issuer.says(&[&old, &new]);
    // Fetched just now: it is too soon.
    let (status, why) = ask(&app, &new_token).await;
    assert_eq!(
        (status, &*why),
        (
            401,
            "invalid token: no key has its key id and its algorithm"
        )
    );
    assert_eq!(issuer.asked(), 1);
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(ask(&app, &new_token).await.0, 200);
    assert_eq!(issuer.asked(), 2);

    let strangers: Vec<_> = (0..200).map(|number| key(&number.to_string()).1).collect();
    let begin = tokio::time::Instant::now();
    for token in &strangers {
        assert_eq!(ask(&app, token).await.0, 401);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let most = begin.elapsed().as_secs() / 30 + 1;
    assert!(u64::from(issuer.asked() - 2) <= most, "{}", issuer.asked());
    assert_eq!(ask(&app, &new_token).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn keys_are_renewed_in_the_background_when_their_time_is_over() {
    let ((old, old_token), (new, new_token)) = (key("old"), key("new"));
    let issuer = Issuer::new(&[&old]);
    issuer.desk(|desk| desk.max_age = Some(3600));
    let app = app(issuer.keys());
    assert_eq!(ask(&app, &old_token).await.0, 200);
    issuer.says(&[&new]);
    tokio::time::sleep(Duration::from_secs(3599)).await;
    assert_eq!(ask(&app, &old_token).await.0, 200);
    assert_eq!(issuer.asked(), 1);
    tokio::time::sleep(Duration::from_secs(2)).await;
    // The one that finds out is not kept waiting, and so gets in by the old key.
    assert_eq!(ask(&app, &old_token).await.0, 200);
    settle().await;
    assert_eq!(issuer.asked(), 2);
    assert_eq!(ask(&app, &new_token).await.0, 200);
    assert_eq!(ask(&app, &old_token).await.0, 401);
}

#[tokio::test(start_paused = true)]
async fn old_keys_stay_while_the_issuer_fails_and_not_for_ever() {
    let (ours, token) = key("a");
    let issuer = Issuer::new(&[&ours]);
    let app = app(issuer.keys().keep(Duration::from_secs(3600)));
    assert_eq!(ask(&app, &token).await.0, 200);
    issuer.desk(|desk| desk.status = 500);
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_secs(700)).await;
        assert_eq!(ask(&app, &token).await.0, 200);
    }
    tokio::time::sleep(Duration::from_secs(200)).await;
    let (status, why) = ask(&app, &token).await;
    let expected =
        "there are no keys from https://id.example/keys: the answer was 500 Internal Server Error";
    assert_eq!((status, &*why), (503, expected));
    issuer.desk(|desk| desk.status = 200);
    tokio::time::sleep(Duration::from_secs(6)).await;
    assert_eq!(ask(&app, &token).await.0, 200);
}

#[tokio::test(start_paused = true)]
async fn a_failure_is_retried_but_not_at_once() {
    let (ours, token) = key("a");
    for spoil in [
        (|desk| desk.status = 404) as fn(&mut Desk),
        |desk| desk.set = "nonsense".into(),
        |desk| desk.set = format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(MAX_SET)),
        |desk| desk.takes = Duration::from_secs(11),
        |desk| desk.panics = true,
    ] {
        let issuer = Issuer::new(&[&ours]);
        issuer.desk(spoil);
        let app = app(issuer.keys());
        for _ in 0..20 {
            let (status, why) = ask(&app, &token).await;
            assert_eq!(status, 503, "{why}");
            assert!(why.starts_with("there are no keys from https://id.example/keys: "));
        }
        assert_eq!(issuer.asked(), 1);
        issuer.desk(|desk| (desk.takes, desk.panics) = (Duration::ZERO, false));
        issuer.says(&[&ours]);
        tokio::time::sleep(Duration::from_secs(6)).await;
        assert_eq!(ask(&app, &token).await.0, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn keys_without_ids_are_changed_for_new_ones_too() {
    let [(old, old_token), (new, new_token)] = [(); 2].map(|()| {
        let key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        let token = key.sign(&json!({"sub": "ada"})).unwrap();
        (key, token)
    });
    let issuer = Issuer::new(&[&old]);
    issuer.desk(|desk| desk.max_age = Some(3600));
    let app = app(issuer.keys());
    assert_eq!(ask(&app, &old_token).await.0, 200);
    issuer.says(&[&new]);
    assert_eq!(ask(&app, &new_token).await.0, 401);
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(ask(&app, &new_token).await.0, 200);
    assert_eq!(issuer.asked(), 2);
    // Forged ones cause no flood.
    for _ in 0..60 {
        assert_eq!(ask(&app, &old_token).await.0, 401);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert!(issuer.asked() <= 4, "{}", issuer.asked());
}

#[tokio::test(start_paused = true)]
async fn a_wrong_signature_of_a_key_that_is_named_has_nothing_fetched() {
    let (ours, token) = key("a");
    let (_, forged) = key("a");
    let issuer = Issuer::new(&[&ours]);
    let app = app(issuer.keys());
    assert_eq!(ask(&app, &token).await.0, 200);
    tokio::time::sleep(Duration::from_secs(31)).await;
    assert_eq!(ask(&app, &forged).await.0, 401);
    assert_eq!(issuer.asked(), 1);
}

#[test]
fn without_a_runtime_nobody_gets_in() {
    let (ours, token) = key("a");
    let issuer = Issuer::new(&[&ours]);
    let app = app(issuer.keys());
    let (status, why) = futures_util::FutureExt::now_or_never(ask(&app, &token)).unwrap();
    assert_eq!(status, 503);
    assert!(why.ends_with("there is no Tokio runtime"), "{why}");
}
