//! tower-sessions with its own SQLite store. The session bench starts it, tells it a number of workers by a line, and is told requests a second.
//!
//! `PEER_CONNECTIONS` is the number of connections of its pool, 8 unless another is given. It keeps its file as ours is kept: with a write-ahead log and
//! `synchronous = NORMAL`.

#[path = "../../src/crowd.rs"]
#[allow(dead_code, reason = "the bench uses more of it")]
mod crowd;

use std::{convert::Infallible, env, io::stdin};

use http::{Request, Response};
use plywood_core::Body;
use tokio::runtime::Builder;
use tower::{Layer, service_fn};
use tower_sessions::{Session, SessionManagerLayer};
use tower_sessions_sqlx_store::{
    SqliteStore,
    sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

fn main() {
    let path = env::args().nth(1).expect("the path is told");
    let connections = env::var("PEER_CONNECTIONS").map(|number| number.parse());
    let connections = connections.map_or(8, |number| number.expect("it is a number"));
    let directory = tempfile::tempdir().expect("there is a disk");
    // It stays, because the pool has a task in it.
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let runtime = runtime.expect("a runtime can be made");
    let store = runtime.block_on(async {
        let options = SqliteConnectOptions::new()
            .filename(directory.path().join("sessions.db"))
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal);
        let pool = SqlitePoolOptions::new().max_connections(connections);
        let pool = pool.connect_with(options).await;
        let store = SqliteStore::new(pool.expect("the file can be made"));
        store.migrate().await.expect("the file is new");
        store
    });
    let layer = SessionManagerLayer::new(store).with_name("id");
    let crowd = crowd::crowd(layer.layer(service_fn(visit)), &path);
    for line in stdin().lines() {
        let line = line.expect("it is text");
        println!("{}", crowd(line.parse().expect("it is a number")));
    }
}

const WORKS: &str = "the store works";

/// As the bench's own visit.
async fn visit(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let session = request.extensions().get::<Session>();
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
                let more = count.unwrap_or(0) + 1;
                session.insert("count", more).await.expect(WORKS);
            }
        }
    }
    Ok(Response::new(Body::from("hello, world\n")))
}
