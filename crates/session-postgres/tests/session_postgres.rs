//! The store without a server: addresses, and servers that are not there or say nothing. With one it is tried in the integration tests.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::time::{Duration, Instant};

use plywood_session_core::{Data, Id, Key, Record, Store, Timestamp};
use plywood_session_postgres::{ConfigErrorKind, PostgresStore};
use tokio::net::TcpListener;

fn key() -> Key {
    Id::random().unwrap().key()
}

fn record() -> Record {
    let end = Timestamp::now() + Duration::from_secs(60);
    Record::new(Data::new(), end, end)
}

#[test]
fn an_address_names_its_server_and_hides_its_password() {
    for (url, server) in [
        ("postgres://ada@127.0.0.1", "127.0.0.1:5432/ada"),
        (
            "postgres://ada:s3cret@db.internal:5433/shop",
            "db.internal:5433/shop",
        ),
        (
            "postgresql://ada:s3cret@one,two:5433/shop?target_session_attrs=read-write",
            "one:5432,two:5433/shop",
        ),
        (
            "postgres://ada:s3cret@%2Frun%2Fpostgresql/shop",
            "/run/postgresql/shop",
        ),
        (
            "host=db.internal user=ada password=s3cret",
            "db.internal:5432/ada",
        ),
    ] {
        let store = PostgresStore::new(url).unwrap();
        assert_eq!(store.server(), server);
        assert!(!format!("{store:?}").contains("s3cret"));
    }
}

#[test]
fn what_cannot_be_used_is_an_error_that_does_not_repeat_an_address() {
    for (url, kind) in [
        ("", ConfigErrorKind::Address),
        ("db.internal", ConfigErrorKind::Address),
        ("postgres:///shop", ConfigErrorKind::Address),
        ("http://ada:s3cret@db.internal", ConfigErrorKind::Address),
        (
            "postgres://ada:s3cret@db.internal:none/shop",
            ConfigErrorKind::Address,
        ),
        (
            "postgres://ada:s3cret@db.internal/shop?none=1",
            ConfigErrorKind::Address,
        ),
        (
            "postgres://ada:s3cret@db.internal/shop?sslmode=require",
            ConfigErrorKind::Tls,
        ),
    ] {
        let error = PostgresStore::new(url).unwrap_err();
        assert_eq!(error.kind(), kind, "{url}");
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
    let store = PostgresStore::new("postgres://ada@127.0.0.1").unwrap();
    let error = store.table("session; DROP TABLE shop").unwrap_err();
    assert_eq!(error.kind(), ConfigErrorKind::Table);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_that_names_it() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let store = PostgresStore::new(&format!("postgres://ada:s3cret@{address}/shop")).unwrap();
    let message = store.ready().await.unwrap_err().to_string();
    assert!(message.contains(&format!("{address}/shop")), "{message}");
    for error in [
        store.load(&key()).await.unwrap_err(),
        store.create(&key(), record()).await.unwrap_err(),
        store.delete_all("ada", None).await.unwrap_err(),
    ] {
        assert_eq!(error.to_string(), message);
        assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
    }
}

#[tokio::test]
async fn a_crowd_before_a_server_that_says_nothing_waits_once_and_not_one_after_the_other() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let store = PostgresStore::new(&format!("postgres://ada@{address}/shop")).unwrap();
    let store = store.timeout(Duration::from_millis(200));
    let started = Instant::now();
    for _ in 0..100 {
        let error = store.update(&key(), 1, record()).await.unwrap_err();
        assert!(
            error.to_string().contains("no answer within 200ms"),
            "{error}"
        );
    }
    // One after the other it would be 20 seconds.
    assert!(started.elapsed() < Duration::from_secs(10));
}
