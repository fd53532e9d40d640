//! Sessions beside their peers: `cargo bench -p plywood-benches --bench session`.
//!
//! What each adds to a request (nanoseconds, allocations), and how many requests 32 visitors at a time get answered. The rounds of all candidates
//! are interleaved, so that a machine whose speed drifts treats them alike.

use std::{
    cell::RefCell,
    convert::Infallible,
    ffi::OsStr,
    io::{BufRead, BufReader, Write},
    process::{Command, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use http::{Request, Response};
use plywood_benches::{
    crowd::{Crowd, TASKS, VISITORS, ask, crowd, visitors},
    spread,
};
use plywood_core::{Body, HttpBody, HttpService};
use plywood_session::{Keys, MemoryStore, Session, SessionLayer};
use plywood_session_sqlite::SqliteStore;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, service_fn};
use tower_cookies::{Cookie, CookieManagerLayer, Cookies, Key};
use tower_sessions::{MemoryStore as PeerStore, SessionManagerLayer};

const ROUNDS: usize = 31;
const ROUND: Duration = Duration::from_millis(10);

fn main() {
    let runtime = runtime(1);
    if let Ok(only) = std::env::var("ONLY") {
        return alone(&only, &runtime);
    }
    println!(
        "| a request | ns | added ns | of the peer's | allocations added |\n|---|--:|--:|--:|--:|"
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
    let keys = Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").expect("it is a secret");
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
    let peer = std::env::var_os("SQLITE_PEER");
    let directory = tempfile::tempdir().expect("there is a disk");
    for what in ["/read", "/write"] {
        let path = directory.path().join("sessions.db");
        let store = SqliteStore::open(path).expect("the directory is new");
        let ours = SessionLayer::new(store);
        crowds(
            &format!("SQLite, {what}"),
            &crowd(ours.layer(service_fn(visit)), what),
            peer.as_ref()
                .map(|program| elsewhere(program, what))
                .as_ref(),
        );
    }
}

/// One candidate, a million times, for a profiler: `ONLY=/read`, `ONLY=sealed`, or its peer `ONLY=jar`, or `ONLY=bare`. `TIMES` is another number.
fn alone(only: &str, runtime: &Runtime) {
    let run = match only {
        "bare" => measured(service_fn(bare), "/untouched", runtime),
        "sealed" => {
            let keys = Keys::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").expect("it is a secret");
            let sealed = SessionLayer::sealed(keys);
            measured(sealed.layer(service_fn(visit)), "/write", runtime)
        }
        "jar" => {
            let jar = CookieManagerLayer::new();
            measured(jar.layer(service_fn(visit_jar)), "/write", runtime)
        }
        _ => {
            let ours = SessionLayer::new(MemoryStore::new().max_sessions(usize::MAX));
            measured(ours.layer(service_fn(visit)), only, runtime)
        }
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

/// A crowd in a program of its own, which answers the number of workers by the requests a second.
#[expect(clippy::zombie_processes, reason = "this process ends soon after")]
fn elsewhere(program: &OsStr, path: &str) -> Crowd {
    let mut child = Command::new(program)
        .arg(path)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the program can be started");
    let asked = child.stdin.take().expect("it is a pipe");
    let answers = BufReader::new(child.stdout.take().expect("it is a pipe"));
    let talk = RefCell::new((asked, answers));
    Box::new(move |workers| {
        let (asked, answers) = &mut *talk.borrow_mut();
        writeln!(asked, "{workers}").expect("it listens");
        let mut line = String::new();
        answers.read_line(&mut line).expect("it answers");
        line.trim().parse().expect("it is a number")
    })
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
