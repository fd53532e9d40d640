use std::time::Duration;

use futures_util::future::join_all;
use plywood_integration_tests::PostgresServer;
use plywood_session_core::{Key, Store, Update, Vault};
use plywood_session_postgres::PostgresStore;
use tokio::time::{sleep, timeout};
use tokio_postgres::{Client, NoTls};

use crate::{faults, rules};

/// Who waits for as long as a busy machine takes.
fn store(url: &str) -> PostgresStore {
    PostgresStore::new(url).unwrap().timeout(rules::HOUR)
}

/// Who waits as the applications do.
fn impatient(url: &str) -> PostgresStore {
    store(url).timeout(PostgresStore::TIMEOUT)
}

/// One that leaves the connections to the server to the other stores.
fn aside(url: &str) -> PostgresStore {
    store(&format!("{url}?application_name=aside"))
}

async fn client(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn number(client: &Client, query: &str) -> i64 {
    client.query_one(query, &[]).await.unwrap().get(0)
}

const OURS: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'plywood sessions'";

/// The server has no more connections of a store than that may have, as soon as it has seen which of them were given up.
async fn few_are_connected(client: &Client) {
    let few = async {
        while number(client, OURS).await > 8 {
            sleep(Duration::from_millis(5)).await;
        }
    };
    let few = timeout(faults::PATIENCE, few).await;
    few.expect("the server is rid of connections that were given up");
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_the_rules_of_stores() {
    let (url, _server) = PostgresServer::given_or_started();
    rules::hold(|| store(&url)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_crashes_loses_nothing_and_is_found_again() {
    let server = PostgresServer::start();
    let (url, store) = (server.url(), impatient(&server.url()));
    let server = faults::crashes(server, store.clone(), || aside(&url)).await;
    few_are_connected(&client(&url).await).await;
    drop((server, store));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_an_error_in_time() {
    let server = PostgresServer::start();
    let (url, store) = (server.url(), impatient(&server.url()));
    let server = faults::hangs(server, store.clone(), || aside(&url)).await;
    few_are_connected(&client(&url).await).await;
    drop((server, store));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_store_does_not_notice_a_restart() {
    let mut server = PostgresServer::start();
    let vault = Vault::new(store(&server.url()));
    let id = rules::counted(&vault).await;
    for n in 1..4 {
        server.kill();
        faults::disconnected(server.port()).await;
        server.restart();
        assert_eq!(rules::count_up(vault.clone(), id).await.unwrap(), n);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_waits_for_a_lock_gives_up_and_leaves_nobody_waiting() {
    let server = PostgresServer::start();
    let key = rules::key();
    let aside = aside(&server.url());
    let created = aside.create(&key, rules::record_of("ada", rules::HOUR));
    assert!(created.await.unwrap());
    let store = store(&server.url()).timeout(Duration::from_millis(300));
    store.ready().await.unwrap();
    let other = client(&server.url()).await;
    let lock = "BEGIN; LOCK TABLE plywood_session";
    other.batch_execute(lock).await.unwrap();
    for _ in 0..5 {
        let crowd = join_all((0..20).map(|_| store.touch(&key, rules::soon()))).await;
        assert!(crowd.iter().all(Result::is_err), "{crowd:?}");
    }
    // The server gives up a moment after the client.
    few_are_connected(&other).await;
    other.batch_execute("COMMIT").await.unwrap();
    let touched = async {
        loop {
            match store.touch(&key, rules::soon()).await {
                Ok(touched) => break touched,
                Err(_) => sleep(Duration::from_millis(5)).await,
            }
        }
    };
    let touched = timeout(faults::PATIENCE, touched).await;
    assert!(touched.expect("the store works again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_of_updates_is_told_what_became_of_each_and_waits_for_no_row_that_another_has_locked()
 {
    let server = PostgresServer::start();
    let store = store(&server.url());
    let keys: Vec<Key> = (0..100).map(|_| rules::key()).collect();
    for key in &keys {
        let created = store
            .create(key, rules::record_of("ada", rules::HOUR))
            .await;
        assert!(created.unwrap());
    }
    let update = |key: Key| {
        let (store, mut next) = (store.clone(), rules::record_of("ada", rules::HOUR));
        next.version = 2;
        async move { store.update(&key, 1, next).await.unwrap() }
    };
    let (locked, free) = keys.split_at(3);
    let mut other = client(&server.url()).await;
    let lock = other.transaction().await.unwrap();
    let bytes: Vec<&[u8]> = locked.iter().map(|key| &key.as_bytes()[..]).collect();
    let statement = "SELECT FROM plywood_session WHERE key = ANY($1) FOR UPDATE";
    assert_eq!(lock.query(statement, &[&bytes]).await.unwrap().len(), 3);
    let waiting: Vec<_> = locked
        .iter()
        .map(|key| tokio::spawn(update(*key)))
        .collect();

    let absent: Vec<Key> = (0..10).map(|_| rules::key()).collect();
    for (keys, outcome) in [
        (free, Update::Saved),
        (free, Update::Conflict),
        (&absent, Update::Gone),
    ] {
        let updates = join_all(keys.iter().map(|key| tokio::spawn(update(*key)))).await;
        for update in updates {
            assert_eq!(update.unwrap(), outcome);
        }
    }
    // Of two that expect the same version of one row, one has it.
    let key = rules::key();
    let created = store
        .create(&key, rules::record_of("ada", rules::HOUR))
        .await;
    assert!(created.unwrap());
    let updates = join_all((0..50).map(|_| tokio::spawn(update(key)))).await;
    let saved = |update: &Result<Update, _>| *update.as_ref().unwrap() == Update::Saved;
    assert_eq!(updates.iter().filter(|update| saved(update)).count(), 1);

    assert!(waiting.iter().all(|update| !update.is_finished()));
    lock.commit().await.unwrap();
    for update in waiting {
        assert_eq!(update.await.unwrap(), Update::Saved);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stores_that_start_together_make_one_table() {
    let server = PostgresServer::start();
    for table in ["visit", "shop.visit", "select"] {
        let stores: Vec<_> = (0..8)
            .map(|_| store(&server.url()).table(table).unwrap().connections(1))
            .collect();
        for ready in join_all(stores.iter().map(PostgresStore::ready)).await {
            ready.unwrap();
        }
        let key = rules::key();
        assert!(
            stores[0]
                .create(&key, rules::record_of("ada", rules::HOUR))
                .await
                .unwrap()
        );
        assert!(stores[7].load(&key).await.unwrap().is_some());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_gives_up_while_a_table_is_made_leaves_no_lock() {
    let server = PostgresServer::start();
    let other = client(&server.url()).await;
    for n in 0..20 {
        let table = format!("visit_{n}");
        let store = store(&server.url()).table(&table).unwrap();
        let give_up = Duration::from_millis(n);
        let _ = timeout(give_up, store.ready()).await;
        store.ready().await.unwrap();
    }
    // The server ends the lock when it sees that the connection has ended, which is a moment after `ready` has returned.
    let locks = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'";
    let none_left = async { while number(&other, locks).await != 0 {} };
    let waited = timeout(faults::PATIENCE, none_left).await;
    waited.expect("the lock ends with its connection");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_something_else_or_of_a_later_version_is_left_alone() {
    let server = PostgresServer::start();
    let other = client(&server.url()).await;
    let tables = "CREATE TABLE orders (key text); CREATE TABLE later (key text);
        COMMENT ON TABLE later IS 'plywood sessions, version 1000'";
    other.batch_execute(tables).await.unwrap();
    for (table, reason) in [
        ("orders", "holds something else"),
        ("later", "later version"),
    ] {
        let store = store(&server.url()).table(table).unwrap();
        for error in [
            store.ready().await,
            store.load(&rules::key()).await.map(drop),
        ] {
            let message = error.unwrap_err().to_string();
            assert!(
                message.contains(table) && message.contains(reason),
                "{message}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_make_a_table_can_use_one_that_is_there() {
    let server = PostgresServer::start();
    let owner = store(&server.url());
    let admin = client(&server.url()).await;
    admin
        .batch_execute("CREATE ROLE guest LOGIN")
        .await
        .unwrap();
    let url = server.url().replace("postgres@", "guest@");
    let guest = store(&url);
    let message = guest.ready().await.unwrap_err().to_string();
    assert!(message.contains("permission denied"), "{message}");
    owner.ready().await.unwrap();
    let grant = "GRANT SELECT, INSERT, UPDATE, DELETE ON plywood_session TO guest";
    admin.batch_execute(grant).await.unwrap();
    // Until then the store remembers that it was refused.
    sleep(Duration::from_millis(120)).await;
    plywood_session_core::conformance::check(guest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_has_expired_leaves_the_table() {
    let server = PostgresServer::start();
    let store = store(&server.url());
    store.ready().await.unwrap();
    let client = client(&server.url()).await;
    // 1200 are long over, and 100 end soon.
    client
        .batch_execute(
            "INSERT INTO plywood_session (key, version, expires, deadline, data)
             SELECT decode(lpad(to_hex(n), 64, '0'), 'hex'), 1, at, at, '{}'
             FROM generate_series(1, 1300) AS n,
             LATERAL (SELECT CASE WHEN n <= 1200 THEN 1000 ELSE 4000000000000 END AS at) AS ends",
        )
        .await
        .unwrap();
    let lives = rules::key();
    assert!(
        store
            .create(&lives, rules::record_of("ada", rules::HOUR))
            .await
            .unwrap()
    );
    let swept = async {
        while number(&client, "SELECT count(*) FROM plywood_session").await != 101 {
            sleep(Duration::from_millis(20)).await;
        }
    };
    let swept = timeout(faults::PATIENCE, swept).await;
    swept.expect("what lives is left, and nothing else");
    assert!(store.load(&lives).await.unwrap().is_some());
}
