//! The memory store.

use std::time::Duration;

use plywood_session::MemoryStore;
use plywood_session_core::{Data, Id, Key, Record, Store, Timestamp, conformance};

fn key() -> Key {
    Id::random().unwrap().key()
}

fn record(lives: Duration) -> Record {
    let end = Timestamp::now() + lives;
    Record::new(Data::new(), end, end)
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn it_keeps_the_rules_of_stores() {
    conformance::check(MemoryStore::new()).await;
}

#[tokio::test]
async fn a_flood_is_refused_and_signs_nobody_out() {
    let store = MemoryStore::new().max_sessions(100);
    let early = key();
    assert!(store.create(&early, record(HOUR)).await.unwrap());
    for _ in 1..100 {
        assert!(store.create(&key(), record(HOUR)).await.unwrap());
    }
    let error = store.create(&key(), record(HOUR)).await.unwrap_err();
    assert!(error.to_string().contains("full (100 sessions)"), "{error}");
    assert_eq!(store.len(), 100);
    assert!(store.load(&early).await.unwrap().is_some());

    // One leaves, and one may come.
    store.delete(&early).await.unwrap();
    store.delete(&early).await.unwrap();
    assert!(store.create(&key(), record(HOUR)).await.unwrap());
    assert!(store.create(&key(), record(HOUR)).await.is_err());
}

#[tokio::test]
async fn what_has_expired_makes_room() {
    let store = MemoryStore::new().max_sessions(100);
    for _ in 0..100 {
        store.create(&key(), record(Duration::ZERO)).await.unwrap();
    }
    for _ in 0..100 {
        assert!(store.create(&key(), record(HOUR)).await.unwrap());
    }
    assert!(store.create(&key(), record(HOUR)).await.is_err());
}

#[tokio::test]
async fn sign_ins_and_sign_outs_without_end_leave_nothing_behind() {
    let store = MemoryStore::new().max_sessions(10);
    for _ in 0..1000 {
        let (old, new) = (key(), key());
        assert!(store.create(&old, record(HOUR)).await.unwrap());
        store.rename(&old, 1, &new, record(HOUR)).await.unwrap();
        store.delete(&new).await.unwrap();
    }
    assert!(store.is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn moves_in_both_directions_do_not_wait_for_each_other() {
    let store = MemoryStore::new();
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut now = key();
                store.create(&now, record(HOUR)).await.unwrap();
                for version in 1..2000 {
                    let next = key();
                    let mut record = record(HOUR);
                    record.version = version + 1;
                    store.rename(&now, version, &next, record).await.unwrap();
                    now = next;
                }
                assert!(store.load(&now).await.unwrap().is_some());
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(store.len(), 8);
}
