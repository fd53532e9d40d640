//! Wrong passwords are counted, and right ones are kept in mind.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    convert::Infallible,
    ops::RangeInclusive,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use futures_util::FutureExt;
use http::{Request, Response, StatusCode, header};
use plywood_auth::{
    Accounts, Attempt, Attempts, BasicAuthLayer, Note, Throttle, Verdict, constant_time_eq,
};
use plywood_core::{Body, Client, Failure, Identity, future::Next};
use tower::{Layer, ServiceExt, service_fn};

const HERE: [u8; 4] = [192, 0, 2, 1];
const THERE: [u8; 4] = [192, 0, 2, 2];
const PROXY: [u8; 4] = [127, 0, 0, 1];

fn check(name: &str, password: &str) -> Option<Identity> {
    constant_time_eq(password, "plywood").then(|| Identity::new(name))
}

/// Checks after a wait, as a slow hash does.
fn slowly(name: &str, password: &str) -> Verdict {
    let found = check(name, password);
    Verdict::later(async {
        tokio::task::yield_now().await;
        Ok(found)
    })
}

async fn ask(layer: &BasicAuthLayer, name: &str, password: &str, from: [u8; 4]) -> Response<Body> {
    let credentials = BASE64_STANDARD.encode(format!("{name}:{password}"));
    let request = Request::get("/")
        .header(header::AUTHORIZATION, format!("Basic {credentials}"))
        .extension(Client::tcp((from, 40312).into()))
        .body(Body::empty())
        .unwrap();
    let app = layer.layer(service_fn(async |_: Request<Body>| {
        Ok::<_, Infallible>(Response::new(Body::empty()))
    }));
    let Ok(response) = app.oneshot(request).await;
    response
}

async fn status(layer: &BasicAuthLayer, name: &str, password: &str, from: [u8; 4]) -> u16 {
    ask(layer, name, password, from).await.status().as_u16()
}

/// Waits that no test outlasts.
const LONG: RangeInclusive<Duration> = Duration::from_secs(3600)..=Duration::from_secs(3600);

#[tokio::test]
async fn whoever_guesses_waits_and_nobody_else() {
    for layer in [BasicAuthLayer::new(check), BasicAuthLayer::new(slowly)] {
        let layer = layer.throttle(Attempts::new().per_client_and_account(10, LONG));
        for guess in 0..=10 {
            assert_eq!(status(&layer, "ada", &guess.to_string(), HERE).await, 401);
        }
        let response = ask(&layer, "ada", "11", HERE).await;
        assert_eq!(response.status(), StatusCode::TOO_MANY_REQUESTS);
        assert!(response.headers().contains_key(header::RETRY_AFTER));
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
        assert!(!response.headers().contains_key(header::WWW_AUTHENTICATE));
        assert!(Failure::of(&response).is_some());

        assert_eq!(status(&layer, "ada", "plywood", HERE).await, 429);
        assert_eq!(status(&layer, "Ada ", "plywood", HERE).await, 429);
        assert_eq!(status(&layer, "ada", "plywood", THERE).await, 200);
        assert_eq!(status(&layer, "eve", "plywood", HERE).await, 200);
    }
}

#[tokio::test]
async fn there_is_a_limit_unless_it_is_switched_off() {
    let layer = BasicAuthLayer::new(check);
    let mut first = None;
    for guess in 0..40 {
        if status(&layer, "ada", "x", HERE).await == 429 {
            first.get_or_insert(guess);
        }
    }
    assert!(first.unwrap() >= 11, "{first:?}");

    let open = BasicAuthLayer::new(check).unlimited_attempts();
    for _ in 0..1000 {
        assert_eq!(status(&open, "ada", "x", HERE).await, 401);
    }
}

#[tokio::test]
async fn many_right_ones_at_a_time_are_no_guesses() {
    let layer = BasicAuthLayer::new(slowly);
    let all = (0..200).map(|_| status(&layer, "ada", "plywood", HERE));
    let all = futures_util::future::join_all(all).await;
    assert!(all.iter().all(|status| *status == 200));
}

#[tokio::test]
async fn guesses_that_are_sent_at_once_are_all_counted() {
    let attempts = Attempts::new()
        .per_client_and_account(199, LONG)
        .per_client(199, LONG)
        .per_account(199, LONG);
    let layer = BasicAuthLayer::new(slowly).throttle(attempts);
    let layer = &layer;
    let all = (0..200).map(async |guess: u32| status(layer, "ada", &guess.to_string(), HERE).await);
    let all = futures_util::future::join_all(all).await;
    assert!(all.iter().all(|status| *status == 401));
    assert_eq!(status(layer, "ada", "plywood", HERE).await, 429);
}

#[tokio::test]
async fn of_guesses_that_are_sent_at_once_no_more_are_answered_than_of_as_many_one_by_one() {
    let attempts = Attempts::new().per_client_and_account(10, LONG);
    let layer = BasicAuthLayer::new(slowly).throttle(attempts);
    let layer = &layer;
    let passwords = (0..200).map(|guess: u32| match guess {
        150 => "plywood".to_owned(),
        _ => guess.to_string(),
    });
    let all = passwords.map(async |password| status(layer, "ada", &password, HERE).await);
    let all = futures_util::future::join_all(all).await;
    let answered = |status| all.iter().filter(|one| **one == status).count();
    assert_eq!((answered(401), answered(429)), (11, 189));
    assert_eq!(status(layer, "ada", "plywood", THERE).await, 200);
}

#[tokio::test]
async fn who_goes_away_learns_nothing_and_is_not_counted() {
    let layer = BasicAuthLayer::of(File::default());
    for password in ["plywood", "x"] {
        for _ in 0..20 {
            let given_up = ask(&layer, "ada", password, HERE).now_or_never();
            assert!(given_up.is_none());
        }
    }
    assert_eq!(status(&layer, "ada", "plywood", HERE).await, 200);
}

#[tokio::test]
async fn the_limits_may_be_chosen_and_are_shared_by_clones() {
    let attempts = Attempts::new()
        .per_client_and_account(1, LONG)
        .per_client(3, LONG)
        .per_account(2, LONG);
    let one = BasicAuthLayer::new(check).throttle(attempts.clone());
    let other = BasicAuthLayer::new(check).throttle(attempts);
    assert_eq!(status(&one, "ada", "x", HERE).await, 401);
    assert_eq!(status(&other, "ada", "x", HERE).await, 401);
    assert_eq!(status(&one, "ada", "plywood", HERE).await, 429);
    assert_eq!(status(&one, "ada", "x", THERE).await, 401);
    assert_eq!(status(&one, "ada", "plywood", [192, 0, 2, 3]).await, 429);
    for name in ["a", "b"] {
        assert_eq!(status(&other, name, "x", HERE).await, 401);
    }
    assert_eq!(status(&one, "c", "plywood", HERE).await, 429);
}

/// Asks elsewhere: lets everybody try twice, whoever they are.
#[derive(Debug, Default)]
struct Elsewhere {
    wrong: Arc<AtomicU64>,
    right: Arc<AtomicU64>,
}

impl Throttle for Elsewhere {
    fn admits(&self, _: &Attempt<'_>) -> Next<Result<(), Duration>> {
        let wrong = Arc::clone(&self.wrong);
        Next::Later(Box::pin(async move {
            tokio::task::yield_now().await;
            if wrong.load(Ordering::Relaxed) < 2 {
                Ok(())
            } else {
                Err(Duration::from_secs(7))
            }
        }))
    }

    fn note(&self, attempt: &Attempt<'_>, note: Note) -> Next<Result<(), Duration>> {
        assert_eq!(attempt.account(), "ada");
        assert_eq!(attempt.client(), Some(HERE.into()));
        let count = match note {
            Note::Wrong => Arc::clone(&self.wrong),
            Note::Right => Arc::clone(&self.right),
        };
        Next::Later(Box::pin(async move {
            tokio::task::yield_now().await;
            count.fetch_add(1, Ordering::Relaxed);
            Ok(())
        }))
    }
}

#[tokio::test]
async fn another_may_count_and_take_its_time() {
    for layer in [BasicAuthLayer::new(check), BasicAuthLayer::new(slowly)] {
        let (throttle, right) = (Elsewhere::default(), Arc::<AtomicU64>::default());
        let throttle = Elsewhere {
            right: Arc::clone(&right),
            ..throttle
        };
        let layer = layer.throttle(throttle);
        assert_eq!(status(&layer, "ada", "plywood", HERE).await, 200);
        assert_eq!(right.load(Ordering::Relaxed), 1);
        for expected in [401, 401, 429] {
            assert_eq!(status(&layer, "ada", "x", HERE).await, expected);
        }
        let response = ask(&layer, "ada", "plywood", HERE).await;
        assert_eq!(response.headers()[header::RETRY_AFTER], "7");
    }
}

/// A password file, which counts how often it is asked.
#[derive(Clone, Default)]
struct File {
    asked: Arc<AtomicUsize>,
    edition: Arc<AtomicU64>,
}

impl Accounts for File {
    fn check(&self, name: &str, password: &str) -> Verdict {
        self.asked.fetch_add(1, Ordering::Relaxed);
        slowly(name, password)
    }

    fn edition(&self) -> Option<u64> {
        Some(self.edition.load(Ordering::Relaxed))
    }
}

#[tokio::test]
async fn a_right_password_is_hashed_once_until_the_file_changes() {
    let file = File::default();
    let layer = BasicAuthLayer::of(file.clone());
    let asked = || file.asked.swap(0, Ordering::Relaxed);
    for _ in 0..5 {
        assert_eq!(status(&layer, "ada", "plywood", HERE).await, 200);
    }
    assert_eq!(asked(), 1);
    assert_eq!(status(&layer, "eve", "plywood", HERE).await, 200);
    assert_eq!(asked(), 1);
    file.edition.fetch_add(1, Ordering::Relaxed);
    for _ in 0..5 {
        assert_eq!(status(&layer, "ada", "plywood", HERE).await, 200);
    }
    assert_eq!(asked(), 1);
}

#[tokio::test]
async fn a_wrong_password_is_never_kept() {
    let file = File::default();
    let layer = BasicAuthLayer::of(file.clone());
    for _ in 0..5 {
        assert_eq!(status(&layer, "ada", "x", HERE).await, 401);
    }
    assert_eq!(file.asked.load(Ordering::Relaxed), 5);
}

#[tokio::test]
async fn who_is_remembered_is_not_kept_out_by_the_guesses_of_others() {
    let attempts = Attempts::new().per_client_and_account(10, LONG);
    let layer = BasicAuthLayer::of(File::default()).throttle(attempts);
    assert_eq!(status(&layer, "ada", "plywood", HERE).await, 200);
    for guess in 0..12 {
        status(&layer, "ada", &guess.to_string(), HERE).await;
    }
    assert_eq!(status(&layer, "ada", "x", HERE).await, 429);
    assert_eq!(status(&layer, "ada", "plywood", HERE).await, 200);
}

#[tokio::test]
async fn who_is_remembered_is_no_oracle_for_those_who_have_to_wait() {
    let attempts = Attempts::new().per_client_and_account(10, LONG);
    let layer = BasicAuthLayer::of(File::default()).throttle(attempts);
    assert_eq!(status(&layer, "ada", "plywood", THERE).await, 200);
    for guess in 0..12 {
        status(&layer, "ada", &guess.to_string(), HERE).await;
    }
    assert_eq!(status(&layer, "ada", "plywood", HERE).await, 429);
    assert_eq!(status(&layer, "ada", "plywood", THERE).await, 200);

    // Who has no address of their own may be anybody.
    for throttle in [Attempts::new().per_account(2, LONG), Attempts::new()] {
        let layer = BasicAuthLayer::of(File::default()).throttle(throttle);
        assert_eq!(status(&layer, "ada", "plywood", PROXY).await, 200);
        for guess in 0..40 {
            status(&layer, "ada", &guess.to_string(), PROXY).await;
        }
        for password in ["x", "plywood"] {
            assert_eq!(status(&layer, "ada", password, PROXY).await, 429);
        }
    }
}

#[tokio::test]
async fn an_empty_password_is_wrong_and_the_check_does_not_see_it() {
    let guest = |name: &str, password: &str| password.is_empty().then(|| Identity::new(name));
    let layer = BasicAuthLayer::new(guest);
    for _ in 0..20 {
        assert_eq!(status(&layer, "ada", "", HERE).await, 401);
    }
    let tokens_as_names = layer.insecure_empty_passwords();
    assert_eq!(status(&tokens_as_names, "token", "", HERE).await, 200);
}

#[tokio::test]
async fn how_long_is_for_the_site_to_say() {
    let file = File::default();
    let forgetful = BasicAuthLayer::of(file.clone()).remember(Duration::ZERO);
    let closure = {
        let file = file.clone();
        BasicAuthLayer::new(move |name: &str, password: &str| file.check(name, password))
    };
    for (layer, expected) in [
        (&forgetful, 3),
        (&closure, 3),
        (&closure.clone().remember(Duration::from_secs(60)), 1),
    ] {
        for _ in 0..3 {
            assert_eq!(status(layer, "ada", "plywood", HERE).await, 200);
        }
        assert_eq!(file.asked.swap(0, Ordering::Relaxed), expected);
    }
}
