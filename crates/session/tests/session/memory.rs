//! The memory store.

use std::time::Duration;

use plywood_session::MemoryStore;
use plywood_session_core::{Data, Id, Key, Record, Store, Timestamp, Update, conformance};

fn key() -> Key {
    Id::random().unwrap().key()
}

fn record(lives: Duration) -> Record {
    let end = Timestamp::now() + lives;
    Record::new(Data::new(), end, end)
}

fn tombstone() -> Record {
    let mut record = record(HOUR);
    record.version = 0;
    record
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn it_keeps_the_rules_of_stores() {
    conformance::check(MemoryStore::new()).await;
}

#[tokio::test]
async fn it_answers_as_the_model_does() {
    for seed in 0..20 {
        conformance::model(MemoryStore::new(), seed, 100).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn it_answers_as_the_model_does_to_many_threads() {
    let store = std::sync::Arc::new(MemoryStore::new());
    let models = (0..8).map(|seed| {
        let store = std::sync::Arc::clone(&store);
        tokio::spawn(async move { conformance::model(store, seed, 200).await })
    });
    for model in models.collect::<Vec<_>>() {
        model.await.unwrap();
    }
}

#[tokio::test]
async fn tombstones_are_not_counted_however_they_come_and_go() {
    let store = MemoryStore::new();
    let (first, second) = (key(), key());
    store.create(&first, record(HOUR)).await.unwrap();
    store.create(&second, tombstone()).await.unwrap();
    assert_eq!(store.len(), 1);
    let replaced = store.update(&second, 0, record(HOUR)).await;
    assert_eq!((replaced.unwrap(), store.len()), (Update::Saved, 2));
    let buried = store.update(&first, 1, tombstone()).await;
    assert_eq!((buried.unwrap(), store.len()), (Update::Saved, 1));
    store.delete(&first).await.unwrap();
    assert_eq!(store.len(), 1);
}

fn owned() -> Record {
    let mut record = record(HOUR);
    record.owner = Some("ada".into());
    record
}

#[tokio::test]
async fn a_flood_of_strangers_signs_nobody_out_and_keeps_nobody_from_signing_in() {
    let store = MemoryStore::new().max_sessions(100);
    let (old, renewed, late, owned) = (key(), key(), key(), key());
    store.create(&old, record(HOUR)).await.unwrap();
    let moved = store.rename(&old, 1, &renewed, record(HOUR), tombstone());
    assert_eq!(moved.await.unwrap(), Update::Saved);
    store.create(&owned, self::owned()).await.unwrap();
    // Who is given an owner later is a stranger no more.
    store.create(&late, record(HOUR)).await.unwrap();
    let signed_in = store.update(&late, 1, self::owned()).await;
    assert_eq!(signed_in.unwrap(), Update::Saved);
    for _ in 0..1000 {
        assert!(store.create(&key(), record(HOUR)).await.unwrap());
    }
    assert_eq!(store.len(), 100);
    for key in [renewed, late, owned] {
        assert!(store.load(&key).await.unwrap().is_some());
    }
    assert!(store.load(&old).await.unwrap().is_none());
    let new = key();
    assert!(store.create(&new, self::owned()).await.unwrap());
    assert!(store.load(&new).await.unwrap().is_some());
    assert_eq!(store.len(), 100);
}

#[tokio::test]
async fn a_store_full_of_those_who_are_signed_in_takes_nobody_and_forgets_nobody() {
    let store = MemoryStore::new().max_sessions(100);
    let early = key();
    assert!(store.create(&early, owned()).await.unwrap());
    for _ in 1..100 {
        assert!(store.create(&key(), owned()).await.unwrap());
    }
    for record in [owned(), record(HOUR)] {
        let error = store.create(&key(), record).await.unwrap_err();
        assert!(error.to_string().contains("100 sessions"), "{error}");
    }
    assert_eq!(store.len(), 100);
    assert!(store.load(&early).await.unwrap().is_some());

    // One leaves, and one may come.
    store.delete(&early).await.unwrap();
    store.delete(&early).await.unwrap();
    assert!(store.create(&key(), owned()).await.unwrap());
    assert!(store.create(&key(), owned()).await.is_err());
}

fn large(bytes: usize) -> Record {
    let mut record = owned();
    let data = std::sync::Arc::make_mut(&mut record.data);
    data.insert("page".into(), "x".repeat(bytes).into());
    record
}

#[tokio::test]
async fn the_bytes_are_bounded_as_the_sessions_are() {
    let store = MemoryStore::new().max_bytes(100_000);
    let first = key();
    store.create(&first, large(40_000)).await.unwrap();
    store.create(&key(), large(40_000)).await.unwrap();
    let error = store.create(&key(), large(40_000)).await.unwrap_err();
    assert!(error.to_string().contains("100000 bytes"), "{error}");
    assert!(store.update(&first, 1, large(80_000)).await.is_err());
    // What is refused leaves what was there, and what leaves makes room.
    assert_eq!(store.load(&first).await.unwrap().unwrap().version, 1);
    for _ in 0..1000 {
        let update = store.update(&first, 1, large(10)).await.unwrap();
        assert_eq!(update, Update::Saved);
        let update = store.update(&first, 7, large(10)).await.unwrap();
        assert_eq!(update, Update::Conflict);
        assert!(!store.create(&first, large(10)).await.unwrap());
    }
    store.create(&key(), large(40_000)).await.unwrap();
    assert_eq!(store.delete_all("ada", None).await.unwrap(), 3);
    store.create(&key(), large(90_000)).await.unwrap();
}

#[tokio::test]
async fn what_has_expired_makes_room() {
    let store = MemoryStore::new().max_sessions(100);
    for _ in 0..100 {
        store.create(&key(), record(Duration::ZERO)).await.unwrap();
    }
    for _ in 0..100 {
        assert!(store.create(&key(), owned()).await.unwrap());
    }
    assert!(store.create(&key(), owned()).await.is_err());
}

#[tokio::test]
async fn sign_ins_and_sign_outs_without_end_leave_nothing_behind() {
    let store = MemoryStore::new().max_sessions(10);
    for _ in 0..1000 {
        let (old, new) = (key(), key());
        assert!(store.create(&old, record(HOUR)).await.unwrap());
        let renamed = store.rename(&old, 1, &new, record(HOUR), tombstone());
        assert_eq!(renamed.await.unwrap(), Update::Saved);
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
                    let renamed = store.rename(&now, version, &next, record, tombstone());
                    renamed.await.unwrap();
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
