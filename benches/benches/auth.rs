//! Basic with its passwords kept in mind, and what guessing costs others: `cargo bench -p plywood-benches --bench auth`.
//!
//! - What a request with a right password adds to the bare service while the password is kept in mind (nanoseconds, allocations).
//! - Whether a name that is unknown takes another time than a wrong password: Welch's t over 10^5 of each. Beyond 4.5 it does.
//! - How long a request of somebody else takes while a thousand wrong passwords a second are checked.
//! - With `ONLY=bare` or `kept` it does one of the first figure's two `COUNT` times and nothing else, for a profiler.

use std::{
    convert::Infallible,
    hint::black_box,
    io::Write,
    time::{Duration, Instant},
};

use http::{HeaderValue, Request, Response, StatusCode, header::AUTHORIZATION};
use plywood_auth::{
    BasicAuthLayer,
    password::{self, Htpasswd},
};
use plywood_benches::spread;
use plywood_core::{Body, Client};
use rustix::time::{ClockId, clock_gettime};
use tempfile::NamedTempFile;
use tokio::{
    runtime::{Builder, Runtime},
    task::JoinSet,
    time::{MissedTickBehavior, interval},
};
use tower::{Layer, Service, ServiceExt, service_fn};

const ADA: &str = "Basic YWRhOnBseXdvb2Q="; // ada:plywood
const WRONG: &str = "Basic YWRhOnBseXdvb2Y="; // ada:plywoof
const UNKNOWN: &str = "Basic ZXZlOnBseXdvb2Q="; // eve:plywood

/// `plywood` as Apache's `htpasswd -s` hashes it: so fast that a difference of a few nanoseconds would show.
const FAST: &str = "ada:{SHA}bgXiyOZTFxpMrgZZJvuRGLu1Fhc=\n";

fn main() {
    if let Ok(only) = std::env::var("ONLY") {
        return run(&only);
    }
    println!("| Basic | measured |\n|---|--:|");
    warm();
    timing();
    crowd();
}

async fn bare(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    Ok(Response::new(Body::from("hello, world\n")))
}

fn request(authorization: &'static str) -> Request<Body> {
    let mut request = Request::new(Body::empty());
    let field = HeaderValue::from_static(authorization);
    request.headers_mut().insert(AUTHORIZATION, field);
    request
}

fn file(line: &str) -> (NamedTempFile, Htpasswd) {
    let mut file = NamedTempFile::new().expect("there is a disk");
    file.write_all(line.as_bytes()).expect("it has room");
    let accounts = Htpasswd::open(file.path()).expect("the line is well-formed");
    (file, accounts)
}

fn alone() -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime can be made")
}

/// A file whose password is kept in mind already, for a client that nobody knows and for one that a gateway has told.
fn kept(runtime: &Runtime) -> (NamedTempFile, BasicAuthLayer) {
    let line = format!("ada:{}\n", password::hash("plywood"));
    let (file, accounts) = file(&line);
    let basic = BasicAuthLayer::of(accounts).remember(Duration::from_secs(3600));
    for request in [asked(), told()] {
        let response = runtime.block_on(basic.layer(service_fn(bare)).oneshot(request));
        assert_eq!(response.map(|answer| answer.status()), Ok(StatusCode::OK));
    }
    (file, basic)
}

fn asked() -> Request<Body> {
    request(ADA)
}

/// As a gateway leaves it.
fn told() -> Request<Body> {
    let mut request = asked();
    let client = Client::tcp(([192, 0, 2, 7], 40312).into());
    request.extensions_mut().insert(client);
    request
}

/// What a request adds while its password is kept in mind.
fn warm() {
    const ROUNDS: usize = 101;
    const REQUESTS: u32 = 20_000;
    let runtime = alone();
    let (_file, basic) = kept(&runtime);
    let (basic, bare) = (basic.layer(service_fn(bare)), service_fn(bare));
    for (said, again, ask) in [
        (
            "a password that is kept in mind",
            "the same",
            asked as fn() -> _,
        ),
        (
            "of a client that a gateway has told",
            "of that client",
            told,
        ),
    ] {
        let mut added = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let [without, with] = [
                time(&runtime, bare, ask, REQUESTS),
                time(&runtime, basic.clone(), ask, REQUESTS),
            ];
            added.push((with - without) / f64::from(REQUESTS));
        }
        let with = allocations(&runtime, basic.clone(), ask());
        let (least, median, most) = spread(added);
        println!("| {said}: ns added | {median:.0} ({least:.0} to {most:.0}) |");
        let without = allocations(&runtime, bare, ask());
        println!("| {again}: allocations added | {} |", with - without);
    }
}

/// One of the two that [`warm`] compares, `COUNT` times, for a profiler.
fn run(only: &str) {
    let count =
        std::env::var("COUNT").map_or(1000, |count| count.parse().expect("COUNT is a number"));
    let runtime = alone();
    let (_file, basic) = kept(&runtime);
    match only {
        "bare" => time(&runtime, service_fn(bare), asked, count),
        "kept" => time(&runtime, basic.layer(service_fn(bare)), asked, count),
        other => panic!("{other} is none of them"),
    };
}

/// Nanoseconds of processor time.
fn time<S>(runtime: &Runtime, mut service: S, ask: fn() -> Request<Body>, requests: u32) -> f64
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let busy = || -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.try_into().expect("it does not run backwards")
    };
    runtime.block_on(async {
        let started = busy();
        for _ in 0..requests {
            black_box(service.call(ask()).await).ok();
        }
        busy().saturating_sub(started).as_secs_f64() * 1e9
    })
}

fn allocations<S>(runtime: &Runtime, mut service: S, request: Request<Body>) -> u64
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
{
    let counted = allocation_counter::measure(|| {
        runtime.block_on(async { black_box(service.call(request).await).ok() });
    });
    counted.count_total
}

/// Does the time tell whether there is such a name?
fn timing() {
    const SAMPLES: usize = 100_000;
    let runtime = alone();
    let (_file, accounts) = file(FAST);
    let basic = BasicAuthLayer::of(accounts).unlimited_attempts();
    let mut app = basic.layer(service_fn(bare));
    let (mut wrong, mut unknown) = (Vec::new(), Vec::new());
    let mut coin = 0x9e37_79b9_7f4a_7c15_u64;
    while wrong.len().min(unknown.len()) < SAMPLES {
        coin ^= coin << 13;
        coin ^= coin >> 7;
        coin ^= coin << 17;
        let (authorization, times) = if coin & 1 == 0 {
            (WRONG, &mut wrong)
        } else {
            (UNKNOWN, &mut unknown)
        };
        let request = request(authorization);
        let started = Instant::now();
        let response = runtime.block_on(app.call(request));
        let took = started.elapsed();
        assert_eq!(
            response.map(|answer| answer.status()),
            Ok(StatusCode::UNAUTHORIZED)
        );
        times.push(took.as_secs_f64() * 1e9);
    }
    // What else runs on the machine makes a few of them very long, on both sides alike.
    let mut all: Vec<f64> = wrong.iter().chain(&unknown).copied().collect();
    all.sort_by(f64::total_cmp);
    let longest = all[all.len() * 95 / 100];
    let cropped = |times: &[f64]| -> Vec<f64> {
        let short = times.iter().copied().filter(|time| *time <= longest);
        short.collect()
    };
    println!(
        "| unknown name against wrong password: size of Welch's t | {:.2} |",
        welch(&unknown, &wrong).abs()
    );
    println!(
        "| the same without the longest twentieth | {:.2} |",
        welch(&cropped(&unknown), &cropped(&wrong)).abs()
    );
}

/// Welch's t.
#[expect(clippy::cast_precision_loss, reason = "there are 10^5 of them")]
fn welch(one: &[f64], other: &[f64]) -> f64 {
    let moments = |values: &[f64]| {
        let count = values.len() as f64;
        let mean = values.iter().sum::<f64>() / count;
        let squares = values.iter().map(|value| (value - mean).powi(2));
        (mean, squares.sum::<f64>() / (count - 1.0) / count)
    };
    let ((one, one_error), (other, other_error)) = (moments(one), moments(other));
    (one - other) / (one_error + other_error).sqrt()
}

/// How long does somebody else wait while passwords are guessed?
fn crowd() {
    let workers = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build();
    let runtime = workers.expect("a runtime can be made");
    let line = format!("ada:{}\n", password::hash("plywood"));
    let (_file, accounts) = file(&line);
    let basic = BasicAuthLayer::of(accounts)
        .unlimited_attempts()
        .below("/shed");
    let app = basic.layer(service_fn(bare));
    for (said, guesses) in [("nobody guesses", 0), ("a thousand guesses a second", 1000)] {
        let (waits, refused) = runtime.block_on(others(app.clone(), guesses));
        let longest = waits.len() - 1;
        let at = |percent: usize| waits[longest * percent / 100].as_secs_f64() * 1e3;
        for (percent, whom) in [(50, "half of them"), (99, "99 of 100"), (100, "all")] {
            println!(
                "| {said}: ms that others wait, {whom} | {:.2} |",
                at(percent)
            );
        }
        println!("| {said}: guesses refused at once | {refused} |");
    }
}

/// The waits of a visitor who asks five hundred times a second, in order; and how many guesses were refused at once, because enough wait.
async fn others<S>(app: S, guesses: u64) -> (Vec<Duration>, usize)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send,
{
    const FOR: Duration = Duration::from_secs(10);
    let ends = Instant::now() + FOR;
    let (attacker, mut tasks) = (app.clone(), JoinSet::new());
    if guesses > 0 {
        tasks.spawn(async move {
            let (mut pause, mut all) = (interval(Duration::from_millis(10)), JoinSet::new());
            while Instant::now() < ends {
                pause.tick().await;
                for _ in 0..guesses / 100 {
                    let mut request = request(WRONG);
                    *request.uri_mut() = http::Uri::from_static("/shed");
                    all.spawn(attacker.clone().oneshot(request));
                }
            }
            let answers = all.join_all().await;
            let refused = |answer: &Result<Response<Body>, Infallible>| {
                answer
                    .as_ref()
                    .is_ok_and(|answer| answer.status() == StatusCode::SERVICE_UNAVAILABLE)
            };
            answers.iter().filter(|answer| refused(answer)).count()
        });
    }
    let visitor = tokio::spawn(async move {
        let (mut pause, mut waits) = (interval(Duration::from_millis(2)), Vec::new());
        pause.set_missed_tick_behavior(MissedTickBehavior::Burst);
        while Instant::now() < ends {
            // From when it was due: a visitor who could not even ask has waited too.
            let due = pause.tick().await.into_std();
            black_box(app.clone().oneshot(request(ADA)).await).ok();
            waits.push(due.elapsed());
        }
        waits.sort();
        waits
    });
    let waits = visitor.await.expect("it does not panic");
    (waits, tasks.join_all().await.into_iter().sum())
}
