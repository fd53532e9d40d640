//! The store without a server: addresses, and servers that are not there or say nothing. With one it is tried in the integration tests.

#![expect(clippy::unwrap_used, reason = "a test may")]

use std::time::{Duration, Instant};

use plywood_session_core::{Data, Id, Key, Record, Store, Timestamp};
use plywood_session_redis::{AddressErrorKind, RedisStore};
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
        ("redis://127.0.0.1", "127.0.0.1:6379"),
        (
            "redis://ada:s3cret@redis.internal:6380/3",
            "redis.internal:6380",
        ),
        ("valkey://:s3cret@redis.internal", "redis.internal:6379"),
        (
            "redis+unix:///run/redis.sock?pass=s3cret",
            "/run/redis.sock",
        ),
    ] {
        let store = RedisStore::new(url).unwrap();
        assert_eq!(store.server(), server);
        assert!(!format!("{store:?}").contains("s3cret"));
    }
}

#[test]
fn an_address_that_cannot_be_used_is_an_error_that_does_not_repeat_it() {
    for (url, kind) in [
        ("", AddressErrorKind::Malformed),
        ("redis.internal", AddressErrorKind::Malformed),
        (
            "http://ada:s3cret@redis.internal",
            AddressErrorKind::Malformed,
        ),
        (
            "redis://ada:s3cret@redis.internal/none",
            AddressErrorKind::Malformed,
        ),
        (
            "redis://ada:s3cret@redis.internal:none",
            AddressErrorKind::Malformed,
        ),
        ("rediss://ada:s3cret@redis.internal", AddressErrorKind::Tls),
    ] {
        let error = RedisStore::new(url).unwrap_err();
        assert_eq!(error.kind(), kind, "{url}");
        assert!(error.to_string().contains("redis://"), "{error}");
        assert!(
            !format!("{error} {error:?}").contains("s3cret"),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn a_server_that_is_not_there_is_an_error_that_names_it() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = gone.local_addr().unwrap();
    drop(gone);
    let store = RedisStore::new(&format!("redis://ada:s3cret@{address}")).unwrap();
    let message = store.ready().await.unwrap_err().to_string();
    assert!(message.contains(&address.to_string()), "{message}");
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
    let store = RedisStore::new(&format!("redis://{address}")).unwrap();
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
