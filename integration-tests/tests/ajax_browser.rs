//! A real Chromium whose page asks for many things at a time, over each store.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::{path::Path, sync::Arc, time::Duration};

use plywood::prelude::*;
use plywood_integration_tests::{PostgresServer, RedisServer};
use plywood_session_core::Store;
use plywood_session_postgres::PostgresStore;
use plywood_session_redis::RedisStore;
use serde_json::json;
use tokio::{
    process::Command,
    sync::{Barrier, oneshot},
    time::timeout,
};

/// How many requests wait for each other: fewer than the six that a browser has under way at one host.
const TOGETHER: usize = 5;

/// A hang is a failure. It is generous, because the machine may be busy.
const PATIENCE: Duration = Duration::from_secs(600);

/// What the page asks for. Below `/free` nobody needs to be signed in.
async fn shop(request: Request<Body>, meeting: Arc<Barrier>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    let item = request.uri().query().unwrap_or_default();
    let more = |count: Option<u32>| count.unwrap_or(0) + 1;
    let body = match request.uri().path() {
        // All who meet have loaded the session before one of them saves it.
        "/put" => {
            let careless = more(session.get("careless").await?);
            session.update("count", more).await?;
            session.insert(item, true)?;
            meeting.wait().await;
            session.insert("careless", careless)?;
            "put".into()
        }
        "/put/at-leisure" => {
            session.update("count", more).await?;
            session.insert(item, true)?;
            meeting.wait().await;
            meeting.wait().await;
            "put".into()
        }
        "/put/at-once" => {
            session.update("count", more).await?;
            "put".into()
        }
        "/basket" => {
            let count: Option<u32> = session.get("count").await?;
            let careless: Option<u32> = session.get("careless").await?;
            let keys = session.keys().await?;
            let basket = json!({ "count": count, "careless": careless, "keys": keys });
            basket.to_string().into()
        }
        "/free/meet" => {
            meeting.wait().await;
            "met".into()
        }
        "/free/put" => {
            session.insert(item, true)?;
            "put".into()
        }
        _ => "<!doctype html><html lang=en><title>Shop</title>".into(),
    };
    let page = Response::builder().header(header::CONTENT_TYPE, "text/html; charset=utf-8");
    Ok(page.body(body)?)
}

fn check(name: &str, password: &str) -> Option<Identity> {
    (name == "ada" && password == "plywood").then(|| Identity::new(name))
}

async fn loses_nothing(store: impl Store) {
    let meeting = Arc::new(Barrier::new(TOGETHER));
    let app = ServiceBuilder::new()
        .layer(
            SessionLayer::new(store)
                .cookies_by_scheme()
                .store_timeout(PATIENCE),
        )
        .layer(FormLoginLayer::new(check).open("/free"))
        .service(service_fn(move |request| {
            shop(request, Arc::clone(&meeting))
        }));
    let listener = Listener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let (stop, stopped) = oneshot::channel::<()>();
    let server = Server::new(listener).grace(Duration::ZERO);
    let server = tokio::spawn(server.serve_until(app, async {
        let _ = stopped.await;
    }));

    let mut browser = Command::new("node")
        .args(["ajax.mjs", &address, &TOGETHER.to_string()])
        .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("browser"))
        .kill_on_drop(true)
        .spawn()
        .expect("node is installed by ./test tools");
    let outcome = timeout(PATIENCE, browser.wait()).await;
    assert!(
        outcome
            .expect("no request waits for ever")
            .unwrap()
            .success(),
        "see the output above"
    );
    stop.send(()).unwrap();
    server.await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_a_chromium_browser_lose_nothing_in_memory() {
    loses_nothing(MemoryStore::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_a_chromium_browser_lose_nothing_in_sqlite() {
    let directory = tempfile::tempdir().unwrap();
    loses_nothing(SqliteStore::open(directory.path().join("sessions.db")).unwrap()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_a_chromium_browser_lose_nothing_in_redis() {
    let (url, _server) = RedisServer::given_or_started();
    loses_nothing(RedisStore::new(&url).unwrap().timeout(PATIENCE)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_requests_of_a_chromium_browser_lose_nothing_in_postgresql() {
    let (url, _server) = PostgresServer::given_or_started();
    loses_nothing(PostgresStore::new(&url).unwrap().timeout(PATIENCE)).await;
}
