//! Sessions beside their peers: `cargo bench -p plywood-benches --bench session`.
//!
//! What each adds to a request (nanoseconds, allocations), and how many requests 32 visitors at a time get answered. The rounds of all candidates
//! are interleaved, so that a machine whose speed drifts treats them alike.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use http::{
    HeaderValue, Request, Response,
    header::{COOKIE, SET_COOKIE},
};
use plywood_benches::spread;
use plywood_core::{Body, HttpBody, HttpService, Scheme};
use plywood_session::{Keys, MemoryStore, Session, SessionLayer};
use plywood_session_sqlite::SqliteStore;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, ServiceExt, service_fn};
use tower_cookies::{Cookie, CookieManagerLayer, Cookies, Key};
use tower_sessions::{MemoryStore as PeerStore, SessionManagerLayer};

const VISITORS: usize = 500;
const ROUNDS: usize = 31;
const ROUND: Duration = Duration::from_millis(10);
const TASKS: usize = 32;

fn main() {
    let runtime = runtime(1);
    if let Ok(only) = std::env::var("ONLY") {
        return alone(&only, &runtime);
    }
    println!(
        "| request | ns | added ns | of the peer's | allocations added |\n|---|--:|--:|--:|--:|"
    );
    for what in ["/untouched", "/read", "/write", "/create"] {
        let ours = SessionLayer::new(MemoryStore::new());
        let peer = SessionManagerLayer::new(PeerStore::default()).with_name("id");
        side_by_side(
            what,
            &runtime,
            &[
                measured(service_fn(bare), what, &runtime),
                measured(ours.layer(service_fn(visit)), what, &runtime),
                measured(peer.layer(service_fn(visit_peer)), what, &runtime),
            ],
        );
    }
    // As the peer's store, which never forgets: the one above is full by now, and evicts one for each new one.
    let endless = MemoryStore::new()
        .max_sessions(usize::MAX)
        .max_bytes(usize::MAX);
    let peer = SessionManagerLayer::new(PeerStore::default()).with_name("id");
    side_by_side(
        "/create, without bounds",
        &runtime,
        &[
            measured(service_fn(bare), "/create", &runtime),
            measured(
                SessionLayer::new(endless).layer(service_fn(visit)),
                "/create",
                &runtime,
            ),
            measured(peer.layer(service_fn(visit_peer)), "/create", &runtime),
        ],
    );
    let keys = Keys::new(&[7; 32]).expect("it is long enough");
    side_by_side(
        "sealed cookie, /write",
        &runtime,
        &[
            measured(service_fn(bare), "/write", &runtime),
            measured(
                SessionLayer::sealed(keys).layer(service_fn(visit)),
                "/write",
                &runtime,
            ),
            measured(
                CookieManagerLayer::new().layer(service_fn(visit_jar)),
                "/write",
                &runtime,
            ),
        ],
    );

    println!(
        "\n| {TASKS} visitors at a time | 1 worker, /s | 2 workers, /s | of the peer's with 2 |\n|---|--:|--:|--:|"
    );
    for what in ["/read", "/write"] {
        let ours = SessionLayer::new(MemoryStore::new());
        let peer = SessionManagerLayer::new(PeerStore::default()).with_name("id");
        crowds(
            &format!("memory, {what}"),
            &crowd(ours.layer(service_fn(visit)), what),
            Some(&crowd(peer.layer(service_fn(visit_peer)), what)),
        );
    }
    let directory = tempfile::tempdir().expect("there is a disk");
    for what in ["/read", "/write"] {
        let path = directory.path().join("sessions.db");
        let store = SqliteStore::open(path).expect("the directory is new");
        let ours = SessionLayer::new(store);
        crowds(
            &format!("SQLite, {what}"),
            &crowd(ours.layer(service_fn(visit)), what),
            None,
        );
    }
}

/// One of ours, a million times, for a profiler: `ONLY=/read`, or `ONLY=sealed`. `TIMES` is another number.
fn alone(only: &str, runtime: &Runtime) {
    let run = if only == "sealed" {
        let keys = Keys::new(&[7; 32]).expect("it is long enough");
        let sealed = SessionLayer::sealed(keys);
        measured(sealed.layer(service_fn(visit)), "/write", runtime)
    } else {
        let ours = SessionLayer::new(MemoryStore::new().max_sessions(usize::MAX));
        measured(ours.layer(service_fn(visit)), only, runtime)
    };
    let times = std::env::var("TIMES").map(|times| times.parse().expect("it is a number"));
    run(runtime, times.unwrap_or(1_000_000));
}

type Answer = Result<Response<Body>, Infallible>;

const WORKS: &str = "the store works";

fn answer() -> Response<Body> {
    Response::new(Body::from("hello, world\n"))
}

async fn bare(_: Request<Body>) -> Answer {
    Ok(answer())
}

/// What is done is the path's.
async fn visit(request: Request<Body>) -> Answer {
    let session = Session::of(&request).expect("the layer is there");
    match request.uri().path() {
        "/read" => {
            let user: Option<String> = session.get("user").await.expect(WORKS);
            assert!(user.is_some());
        }
        "/write" => {
            let more = |count: Option<u64>| count.unwrap_or(0) + 1;
            assert!(session.get::<String>("user").await.expect(WORKS).is_some());
            session.update("count", more).await.expect(WORKS);
        }
        "/create" => {
            session.insert("user", "ada lovelace").expect(WORKS);
            session.insert("count", 0).expect(WORKS);
        }
        _ => {}
    }
    Ok(answer())
}

async fn visit_peer(request: Request<Body>) -> Answer {
    let session = request.extensions().get::<tower_sessions::Session>();
    let session = session.expect("the layer is there").clone();
    match request.uri().path() {
        "/read" => {
            let user: Option<String> = session.get("user").await.expect(WORKS);
            assert!(user.is_some());
        }
        "/write" => {
            assert!(session.get::<String>("user").await.expect(WORKS).is_some());
            let count: Option<u64> = session.get("count").await.expect(WORKS);
            let more = count.unwrap_or(0) + 1;
            session.insert("count", more).await.expect(WORKS);
        }
        "/create" => {
            session.insert("user", "ada lovelace").await.expect(WORKS);
            session.insert("count", 0).await.expect(WORKS);
        }
        _ => {}
    }
    Ok(answer())
}

/// The same content as JSON in a private cookie.
async fn visit_jar(request: Request<Body>) -> Answer {
    static KEY: std::sync::LazyLock<Key> = std::sync::LazyLock::new(|| Key::from(&[7; 64]));

    let cookies = request.extensions().get::<Cookies>();
    let cookies = cookies.expect("the layer is there").clone();
    let jar = cookies.private(&KEY);
    let mut values: serde_json::Map<String, serde_json::Value> = match jar.get("session") {
        Some(cookie) => serde_json::from_str(cookie.value()).expect("it is ours"),
        None => serde_json::Map::new(),
    };
    if request.uri().path() == "/write" {
        assert!(values["user"].is_string());
        let more = values["count"].as_u64().unwrap_or(0) + 1;
        values.insert("count".to_owned(), more.into());
    } else {
        values.insert("user".to_owned(), "ada lovelace".into());
        values.insert("count".to_owned(), 0.into());
    }
    let text = serde_json::to_string(&values).expect("it is JSON");
    let mut cookie = Cookie::new("session", text);
    cookie.set_path("/");
    cookie.set_http_only(true);
    cookie.set_secure(true);
    jar.add(cookie);
    Ok(answer())
}

fn runtime(workers: usize) -> Runtime {
    let mut builder = match workers {
        1 => Builder::new_current_thread(),
        _ => Builder::new_multi_thread(),
    };
    builder.worker_threads(workers).enable_all();
    builder.build().expect("a runtime can be made")
}

/// What a browser sends to a server, which leaves something of its own in the request.
fn request(path: &str, cookie: Option<&str>) -> Request<()> {
    let cookie = cookie.unwrap_or("id=none");
    let mut request = Request::get(path)
        .header("host", "example.com")
        .header(
            "user-agent",
            "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
        )
        .header(
            "accept",
            "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
        )
        .header("accept-language", "en-GB,en;q=0.7,de;q=0.3")
        .header("accept-encoding", "gzip, deflate, br, zstd")
        .header(COOKIE, format!("theme=dark; {cookie}"))
        .body(())
        .expect("it is well-formed");
    request.extensions_mut().insert(Scheme::Https);
    request
}

/// The requests of visitors who have a session already.
async fn visitors<S>(service: &S, path: &str) -> Vec<Request<()>>
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let mut requests = Vec::new();
    for _ in 0..VISITORS {
        let (parts, ()) = request("/create", None).into_parts();
        let first = Request::from_parts(parts, Body::empty());
        let response = service.clone().oneshot(first).await;
        let response = response.unwrap_or_else(|never| match never {});
        let set = response.headers().get(SET_COOKIE);
        let cookie = set.map(|set| set.to_str().expect("it is text"));
        let pair = cookie.and_then(|cookie| cookie.split(';').next());
        requests.push(request(path, pair.filter(|_| path != "/create")));
    }
    requests
}

async fn ask<S>(service: &S, request: &Request<()>)
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let (parts, ()) = request.clone().into_parts();
    let request = Request::from_parts(parts, Body::empty());
    let response = service.clone().oneshot(request).await;
    let response = response.unwrap_or_else(|never| match never {});
    assert_eq!(response.status(), 200);
}

/// The time of the processor that this thread has had: what others do meanwhile does not count.
fn worked() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::try_from(time).expect("it does not run backwards")
}

type Measured = Box<dyn Fn(&Runtime, usize)>;

fn measured<S>(service: S, path: &str, runtime: &Runtime) -> Measured
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let requests = runtime.block_on(visitors(&service, path));
    let next = AtomicUsize::new(0);
    Box::new(move |runtime, times| {
        runtime.block_on(async {
            for _ in 0..times {
                let turn = next.fetch_add(1, Ordering::Relaxed);
                ask(&service, &requests[turn % VISITORS]).await;
            }
        });
    })
}

/// Rows of the bare service, ours and the peer's.
fn side_by_side(what: &str, runtime: &Runtime, candidates: &[Measured; 3]) {
    let times = candidates.each_ref().map(|candidate| {
        let mut times = 100;
        loop {
            let started = worked();
            candidate(runtime, times);
            if worked().saturating_sub(started) >= ROUND {
                return times;
            }
            times *= 2;
        }
    });
    let mut rounds = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        for ((candidate, times), rounds) in candidates.iter().zip(times).zip(&mut rounds) {
            let started = worked();
            candidate(runtime, times);
            rounds.push(float(worked().saturating_sub(started).as_nanos()) / float(times as u128));
        }
    }
    let allocations = candidates.each_ref().map(|candidate| {
        let counted = allocation_counter::measure(|| candidate(runtime, 1000));
        float(counted.count_total.into()) / 1000.0
    });
    let added = |who: usize| {
        rounds[who]
            .iter()
            .zip(&rounds[0])
            .map(|(one, bare)| one - bare)
    };
    for (who, name) in [(1, "plywood"), (2, "peer")] {
        let (_, whole, _) = spread(rounds[who].iter().copied());
        let (_, more, _) = spread(added(who));
        let (least, ratio, greatest) =
            spread(added(who).zip(added(2)).map(|(one, peer)| one / peer));
        println!(
            "| {what}, {name} | {whole:.0} | {more:.0} | {ratio:.2} ({least:.2} to {greatest:.2}) | {:.1} |",
            allocations[who] - allocations[0],
        );
    }
}

/// A request that shares nothing with another: a server reads each from its own connection.
fn copied(request: &Request<()>) -> Request<()> {
    let path = request.uri().to_string();
    let mut copy = Request::get(path).body(()).expect("it was a path");
    for (name, value) in request.headers() {
        let value = HeaderValue::from_bytes(value.as_bytes()).expect("it was a value");
        copy.headers_mut().append(name, value);
    }
    copy.extensions_mut().insert(Scheme::Https);
    copy
}

/// Requests a second with so many workers.
type Crowd = Box<dyn Fn(usize) -> f64>;

fn crowd<S>(service: S, path: &str) -> Crowd
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> + Sync,
{
    let requests: Arc<[Request<()>]> = runtime(1).block_on(visitors(&service, path)).into();
    Box::new(move |workers| {
        const SPAN: Duration = Duration::from_millis(700);
        let (runtime, answered) = (runtime_of(workers), Arc::new(AtomicU64::new(0)));
        let started = Instant::now();
        runtime.block_on(async {
            let tasks: Vec<_> = (0..TASKS)
                .map(|task| {
                    let (service, answered) = (service.clone(), Arc::clone(&answered));
                    let some = (0..64).map(|turn| &requests[(task * 31 + turn * 7) % VISITORS]);
                    let requests: Vec<_> = some.map(copied).collect();
                    tokio::spawn(async move {
                        let mut turn = 0;
                        while started.elapsed() < SPAN {
                            for _ in 0..16 {
                                ask(&service, &requests[turn % 64]).await;
                                turn += 1;
                            }
                            answered.fetch_add(16, Ordering::Relaxed);
                            tokio::task::yield_now().await;
                        }
                    })
                })
                .collect();
            for task in tasks {
                task.await.expect("no task panics");
            }
        });
        float(answered.load(Ordering::Relaxed).into()) / started.elapsed().as_secs_f64()
    })
}

/// Tasks run on the workers alone.
fn runtime_of(workers: usize) -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(workers).enable_all();
    builder.build().expect("a runtime can be made")
}

fn crowds(what: &str, ours: &Crowd, peer: Option<&Crowd>) {
    let mut figures = [const { Vec::new() }; 4];
    for _ in 0..5 {
        for workers in [1, 2] {
            figures[workers - 1].push(ours(workers));
            if let Some(peer) = peer {
                figures[workers + 1].push(peer(workers));
            }
        }
    }
    let median = |who: usize| spread(figures[who].iter().copied()).1;
    let ratio = peer.map_or_else(String::new, |_| format!("{:.2}", median(1) / median(3)));
    println!(
        "| {what}, plywood | {:.0} | {:.0} | {ratio} |",
        median(0),
        median(1)
    );
    if peer.is_some() {
        println!("| {what}, peer | {:.0} | {:.0} | |", median(2), median(3));
    }
}

#[expect(clippy::cast_precision_loss, reason = "no count here is that great")]
fn float(number: u128) -> f64 {
    number as f64
}
