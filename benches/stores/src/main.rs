//! Plywood's session stores beside those of tower-sessions: requests a second of 32 visitors at a time, read and written.
//!
//! `REDIS_URL=.. DATABASE_URL=.. cargo run --release`, in this folder; a server whose address is not given is left out. The rounds are interleaved, so
//! that a machine whose speed drifts treats all alike. No HTTP: the layer is called as a server calls it.

use std::{
    convert::Infallible,
    env,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use http::{
    Request, Response,
    header::{COOKIE, SET_COOKIE},
};
use http_body_util::Empty;
use plywood_core::{Body, HttpBody, HttpService};
use plywood_session::{Session, SessionLayer};
use plywood_session_core::Store;
use plywood_session_postgres::PostgresStore;
use plywood_session_redis::RedisStore;
use rustix::time::{ClockId, clock_gettime};
use tokio::runtime::{Builder, Runtime};
use tower::{Layer, ServiceExt, service_fn};
use tower_sessions::{SessionManagerLayer, SessionStore};
use tower_sessions_redis_store::{
    RedisStore as PeerRedis,
    fred::prelude::{ClientLike, Config, Pool},
};
use tower_sessions_sqlx_store::{PostgresStore as PeerPostgres, sqlx::postgres::PgPoolOptions};

const VISITORS: usize = 500;
const TASKS: usize = 32;
const ROUNDS: usize = 7;
const ROUND: Duration = Duration::from_millis(700);

/// The connections of both sides' pools to PostgreSQL.
const CONNECTIONS: usize = PostgresStore::CONNECTIONS;

/// As many as the peer's own example has.
const PEER_REDIS_CONNECTIONS: usize = 6;

fn main() {
    println!(
        "| {TASKS} visitors at a time, 2 workers | plywood, /s | tower-sessions, /s | ratio | plywood, us of this process | tower-sessions |\n|---|--:|--:|--:|--:|--:|"
    );
    if let Ok(url) = env::var("REDIS_URL") {
        let runtime = runtime();
        let ours = RedisStore::new(&url).expect("it is an address");
        let peer = runtime.block_on(async {
            let config = Config::from_url(&url).expect("it is an address");
            let pool = Pool::new(config, None, None, None, PEER_REDIS_CONNECTIONS);
            let pool = pool.expect("it can be made");
            pool.init().await.expect("the server is there");
            PeerRedis::new(pool)
        });
        compare("Redis", &runtime, ours, peer);
    }
    if let Ok(url) = env::var("DATABASE_URL") {
        let runtime = runtime();
        let ours = PostgresStore::new(&url).expect("it is an address");
        let peer = runtime.block_on(async {
            let pool = PgPoolOptions::new().max_connections(CONNECTIONS as u32);
            let store = PeerPostgres::new(pool.connect(&url).await.expect("the server is there"));
            store.migrate().await.expect("it may make a table");
            store
        });
        compare("PostgreSQL", &runtime, ours, peer);
    }
}

fn compare<O, P>(name: &str, runtime: &Runtime, ours: O, peer: P)
where
    O: Store,
    P: SessionStore + Clone,
{
    let ours = SessionLayer::new(ours).layer(service_fn(visit));
    let peer = SessionManagerLayer::new(peer)
        .with_name("id")
        .layer(service_fn(visit_peer));
    for what in ["/read", "/write"] {
        let requests = runtime.block_on(visitors(&ours, what));
        let peers_requests = runtime.block_on(visitors(&peer, what));
        let (mut figures, mut costs) = ([const { Vec::new() }; 2], [const { Vec::new() }; 2]);
        for _ in 0..ROUNDS {
            let (rate, cost) = runtime.block_on(crowd(&ours, &requests));
            figures[0].push(rate);
            costs[0].push(cost);
            let (rate, cost) = runtime.block_on(crowd(&peer, &peers_requests));
            figures[1].push(rate);
            costs[1].push(cost);
        }
        let [our_cost, peers_cost] = costs.map(middle);
        let ratios = figures[0]
            .iter()
            .zip(&figures[1])
            .map(|(one, peer)| one / peer);
        let ratio = middle(ratios.collect());
        let [ours, peer] = figures.map(middle);
        println!(
            "| {name}, {what} | {ours:.0} | {peer:.0} | {ratio:.2} | {our_cost:.1} | {peers_cost:.1} |"
        );
    }
}

type Answer = Result<Response<Body>, Infallible>;

const WORKS: &str = "the store works";

async fn visit(request: Request<Body>) -> Answer {
    let session = Session::of(&request).expect("the layer is there");
    match request.uri().path() {
        "/create" => {
            session.insert("user", "ada lovelace").expect(WORKS);
            session.insert("count", 0).expect(WORKS);
        }
        what => {
            assert!(session.get::<String>("user").await.expect(WORKS).is_some());
            if what == "/write" {
                let more = |count: Option<u64>| count.unwrap_or(0) + 1;
                session.update("count", more).await.expect(WORKS);
            }
        }
    }
    Ok(Response::new(Body::from("hello, world\n")))
}

async fn visit_peer(request: Request<Body>) -> Answer {
    let session = request.extensions().get::<tower_sessions::Session>();
    let session = session.expect("the layer is there").clone();
    match request.uri().path() {
        "/create" => {
            session.insert("user", "ada lovelace").await.expect(WORKS);
            session.insert("count", 0).await.expect(WORKS);
        }
        what => {
            assert!(session.get::<String>("user").await.expect(WORKS).is_some());
            if what == "/write" {
                let count: Option<u64> = session.get("count").await.expect(WORKS);
                session
                    .insert("count", count.unwrap_or(0) + 1)
                    .await
                    .expect(WORKS);
            }
        }
    }
    Ok(Response::new(Body::from("hello, world\n")))
}

fn runtime() -> Runtime {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(2).enable_all();
    builder.build().expect("a runtime can be made")
}

/// The requests of visitors who have a session already.
async fn visitors<S>(service: &S, path: &str) -> Arc<[Request<()>]>
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible>,
{
    let mut requests = Vec::new();
    for _ in 0..VISITORS {
        let first = Request::get("/create").body(Body::new(Empty::new()));
        let response = service
            .clone()
            .oneshot(first.expect("it is well-formed"))
            .await;
        let response = response.unwrap_or_else(|never| match never {});
        let cookie = response.headers()[SET_COOKIE].to_str().expect("it is text");
        let pair = cookie.split(';').next().unwrap_or_default();
        let request = Request::get(path).header(COOKIE, pair).body(());
        requests.push(request.expect("it is well-formed"));
    }
    requests.into()
}

/// Requests a second, and microseconds of this process's processor time for each.
async fn crowd<S>(service: &S, requests: &Arc<[Request<()>]>) -> (f64, f64)
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible, Future: Send> + Sync,
{
    let answered = Arc::new(AtomicU64::new(0));
    let (started, worked) = (Instant::now(), worked());
    let tasks: Vec<_> = (0..TASKS)
        .map(|task| {
            let (service, requests) = (service.clone(), Arc::clone(requests));
            let answered = Arc::clone(&answered);
            tokio::spawn(async move {
                let mut turn = task * 31;
                while started.elapsed() < ROUND {
                    let (parts, ()) = requests[turn % VISITORS].clone().into_parts();
                    let request = Request::from_parts(parts, Body::new(Empty::new()));
                    let response = service.clone().oneshot(request).await;
                    let response = response.unwrap_or_else(|never| match never {});
                    assert_eq!(response.status(), 200);
                    answered.fetch_add(1, Relaxed);
                    turn += 7;
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.expect("no task panics");
    }
    let answered = answered.load(Relaxed) as f64;
    let cost = (self::worked() - worked).as_secs_f64() * 1e6 / answered;
    (answered / started.elapsed().as_secs_f64(), cost)
}

fn worked() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::try_from(time).expect("it does not run backwards")
}

fn middle(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
