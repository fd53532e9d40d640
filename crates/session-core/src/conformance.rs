//! The rules of [`Store`], as a test that every back end runs, ours or yours.

mod model;

use std::{sync::Arc, time::Duration};

use futures_util::future::{join, join_all, join3};
use serde_json::{Value, json};

use crate::{Data, Id, Key, Record, Store, Timestamp, Update, Vault};

/// Tries every rule on `store`, which may hold other records: the keys are random.
///
/// ```
/// # async fn test(store: impl plywood_session_core::Store) {
/// // In a `#[tokio::test]` of your store's crate:
/// plywood_session_core::conformance::check(store).await;
/// # }
/// ```
///
/// # Panics
///
/// At the first rule that is broken, with a sentence that says which.
pub async fn check(store: impl Store) {
    let store = Arc::new(store);
    records_are_kept_whole(&*store).await;
    create_needs_an_absent_key(&*store).await;
    update_compares_and_swaps(&*store).await;
    rename_moves(&*store).await;
    touch_moves_the_end_alone(&*store).await;
    delete_returns_what_it_removed(&*store).await;
    delete_all_ends_those_of_one_owner(&*store).await;
    what_is_absent_stays_absent(&*store).await;
    what_has_expired_is_absent(&*store).await;
    of_many_writers_one_wins(&*store).await;
    destroy_wins(&*store).await;
    no_update_is_lost(store).await;
}

/// Lets eight clients do at random what clients do, with `steps` steps each: first in turns, each answer compared with a model's, then at
/// the same time. The same `seed` rolls the same dice.
///
/// ```
/// # async fn test(store: impl plywood_session_core::Store) {
/// plywood_session_core::conformance::model(store, 1, 100).await;
/// # }
/// ```
///
/// # Panics
///
/// At the first answer that is wrong.
pub async fn model(store: impl Store, seed: u64, steps: usize) {
    let store = Arc::new(store);
    let mut dice = model::Dice(seed.wrapping_mul(2) | 1);
    model::one_after_another(&*store, &mut dice, steps * 8).await;
    model::all_at_once(store, &mut dice, steps).await;
}

const HOUR: Duration = Duration::from_secs(3600);
const WORKS: &str = "the store works: no verb of this call is an error";

async fn records_are_kept_whole(store: &impl Store) {
    let large = "x".repeat(60 * 1024);
    let longest = "\u{e9}".repeat(Record::MAX_OWNER / 2);
    let owners = [
        None,
        Some("ada"),
        Some(""),
        Some("o'\u{0}\u{1f980};--"),
        Some(&*longest),
    ];
    let mut names = owners.into_iter().map(|owner| owner.map(Arc::from));
    for value in [
        json!({}),
        json!({"user": "ada", "roles": ["admin", null, true], "nested": {"deep": {"er": []}}}),
        json!({"": "an empty key", "a b\u{0}c": "\u{0}", "\u{1f980}": "\u{e9}\n\"'\\;--"}),
        json!({"greatest": u64::MAX, "least": i64::MIN, "float": 0.1, "whole": 1.0, "small": 1e-300}),
        json!({"large": large}),
    ] {
        let (key, mut record) = (key(), record(value));
        record.owner = names.next().flatten();
        assert!(
            store.create(&key, record.clone()).await.expect(WORKS),
            "a record is created under an absent key"
        );
        let loaded = store.load(&key).await.expect(WORKS);
        assert!(
            loaded == Some(record),
            "a record is loaded as it was created: data, version, expires, deadline, owner"
        );
    }
}

async fn create_needs_an_absent_key(store: &impl Store) {
    let (key, first) = (kept(store, 1).await, record(json!({"n": 1})));
    let created = store.create(&key, record(json!({"n": 2}))).await;
    assert!(
        !created.expect(WORKS),
        "create under a present key says `false`"
    );
    let loaded = store.load(&key).await.expect(WORKS);
    assert!(
        loaded.is_some_and(|loaded| loaded.data == first.data),
        "create under a present key changes nothing"
    );
}

async fn update_compares_and_swaps(store: &impl Store) {
    let key = kept(store, 1).await;
    let saved = store.update(&key, 1, version(2, 2)).await;
    assert_eq!(
        saved.expect(WORKS),
        Update::Saved,
        "update of the expected version is saved"
    );
    let loaded = store.load(&key).await.expect(WORKS);
    assert_eq!(
        loaded.as_ref().map(seen),
        Some((2, 2)),
        "an updated record is loaded with its new data and version"
    );
    for stale in [0, 1, 3, u64::from(u32::MAX)] {
        let refused = store.update(&key, stale, version(9, stale + 1)).await;
        assert_eq!(
            refused.expect(WORKS),
            Update::Conflict,
            "update of any other version is a conflict"
        );
    }
    let loaded = store.load(&key).await.expect(WORKS);
    assert_eq!(
        loaded.as_ref().map(seen),
        Some((2, 2)),
        "a conflict changes nothing"
    );
}

async fn rename_moves(store: &impl Store) {
    let (old, new) = (kept(store, 1).await, key());
    let tombstone = || version(7, 0);
    let refused = store.rename(&old, 7, &new, version(2, 8), tombstone());
    assert_eq!(
        refused.await.expect(WORKS),
        Update::Conflict,
        "rename of another version is a conflict"
    );
    assert_eq!(
        (live(store, &old).await, live(store, &new).await),
        (Some((1, 1)), None),
        "a conflict renames nothing"
    );
    let saved = store.rename(&old, 1, &new, version(2, 2), tombstone());
    assert_eq!(
        saved.await.expect(WORKS),
        Update::Saved,
        "rename of the expected version is saved"
    );
    assert_eq!(
        (live(store, &old).await, live(store, &new).await),
        (Some((7, 0)), Some((2, 2))),
        "a renamed record is found under its new key, and the tombstone under its old one"
    );
    let late = store.update(&old, 1, version(3, 2)).await;
    assert_eq!(
        late.expect(WORKS),
        Update::Conflict,
        "an update under the old key comes too late"
    );
    let third = key();
    let again = store.rename(&old, 1, &third, version(3, 2), tombstone());
    assert_eq!(
        again.await.expect(WORKS),
        Update::Conflict,
        "and so does another rename"
    );
    let created = store.create(&old, version(4, 1)).await;
    assert!(
        !created.expect(WORKS),
        "a tombstone keeps its key from being created"
    );

    let (old, new) = (kept(store, 1).await, key());
    let mut over = tombstone();
    over.deadline = Timestamp::from_millis(Timestamp::now().millis() - 1);
    let saved = store.rename(&old, 1, &new, version(2, 2), over).await;
    assert_eq!(saved.expect(WORKS), Update::Saved, "rename is saved");
    assert_eq!(
        (live(store, &old).await, live(store, &new).await),
        (None, Some((2, 2))),
        "a tombstone ends as any record does"
    );
}

async fn delete_returns_what_it_removed(store: &impl Store) {
    let (key, mut record) = (key(), record(json!({"n": 1})));
    record.owner = Some("ada".into());
    store.create(&key, record.clone()).await.expect(WORKS);
    let removed = store.delete(&key).await.expect(WORKS);
    assert!(
        removed == Some(record),
        "delete returns the record that it removed: data, version, expires, deadline, owner"
    );
    let (old, new) = (kept(store, 1).await, self::key());
    let renamed = store.rename(&old, 1, &new, version(2, 2), version(7, 0));
    renamed.await.expect(WORKS);
    let removed = store.delete(&old).await.expect(WORKS);
    assert_eq!(
        removed.as_ref().map(seen),
        Some((7, 0)),
        "delete returns a tombstone too"
    );
    assert_eq!(
        live(store, &new).await,
        Some((2, 2)),
        "and leaves alone what has moved"
    );
}

async fn delete_all_ends_those_of_one_owner(store: &impl Store) {
    let (ada, bob) = (owner(), owner());
    let mut keys = Vec::new();
    for (n, owner) in [Some(&ada), Some(&ada), Some(&ada), Some(&bob), None]
        .into_iter()
        .enumerate()
    {
        let (key, mut record) = (key(), version(n as u64, 1));
        record.owner = owner.cloned();
        store.create(&key, record).await.expect(WORKS);
        keys.push(key);
    }
    // The owner changes, the key changes, the end changes.
    let mut bobs = version(0, 2);
    bobs.owner = Some(Arc::clone(&bob));
    store.update(&keys[0], 1, bobs).await.expect(WORKS);
    let (moved, mut record) = (key(), version(1, 2));
    record.owner = Some(Arc::clone(&ada));
    let renamed = store.rename(&keys[1], 1, &moved, record, version(7, 0));
    renamed.await.expect(WORKS);
    let later = Timestamp::now() + HOUR + HOUR;
    store.touch(&keys[2], later).await.expect(WORKS);

    let mut deleted = 0;
    let kept = &keys[2];
    for (except, expected) in [(Some(kept), 1), (Some(kept), 0), (None, 1), (None, 0)] {
        deleted += expected;
        assert_eq!(
            store.delete_all(&ada, except).await.expect(WORKS),
            expected,
            "delete_all says how many records it removed"
        );
        let left = if deleted == 2 { None } else { Some((2, 1)) };
        let found = [live(store, &moved).await, live(store, kept).await];
        assert_eq!(
            found,
            [None, left],
            "delete_all removes all records of the owner, but the one that is excepted"
        );
    }
    for key in [&keys[0], &keys[3], &keys[4]] {
        assert!(
            live(store, key).await.is_some(),
            "delete_all leaves the records of others"
        );
    }
    store.delete(&keys[0]).await.expect(WORKS);
    assert_eq!(
        store.delete_all(&bob, None).await.expect(WORKS),
        1,
        "what was deleted before is not deleted again"
    );

    // A session that is renewed all the time does not escape.
    for _ in 0..8 {
        let (first, mut record) = (key(), version(1, 1));
        record.owner = Some(Arc::clone(&ada));
        store.create(&first, record.clone()).await.expect(WORKS);
        let renewals = async {
            let mut now = first;
            for version in 1..16 {
                record.version = version + 1;
                let (new, tombstone) = (key(), self::version(7, 0));
                let moved = store.rename(&now, version, &new, record.clone(), tombstone);
                if moved.await.expect(WORKS) == Update::Saved {
                    now = new;
                }
            }
            now
        };
        let (last, deleted) = join(renewals, store.delete_all(&ada, None)).await;
        deleted.expect(WORKS);
        assert_eq!(
            live(store, &last).await,
            None,
            "a record that moves does not escape from delete_all"
        );
    }
}

async fn touch_moves_the_end_alone(store: &impl Store) {
    let key = kept(store, 1).await;
    let later = Timestamp::from_millis(Timestamp::now().millis() + 1_800_123);
    assert!(
        store.touch(&key, later).await.expect(WORKS),
        "touch of a present record says `true`"
    );
    let loaded = store.load(&key).await.expect(WORKS).expect("it is there");
    assert_eq!(
        loaded.expires, later,
        "touch moves the end, to the millisecond"
    );
    assert_eq!(seen(&loaded), (1, 1), "touch leaves the data and version");
    let saved = store.update(&key, 1, version(2, 2)).await;
    assert_eq!(
        saved.expect(WORKS),
        Update::Saved,
        "a touch is no conflict for a writer"
    );
}

async fn what_is_absent_stays_absent(store: &impl Store) {
    let deleted = kept(store, 1).await;
    store.delete(&deleted).await.expect(WORKS);
    for absent in [key(), deleted] {
        nothing_is_there(store, &absent).await;
        let removed = store.delete(&absent).await.expect(WORKS);
        assert!(
            removed.is_none(),
            "delete of an absent record removes nothing"
        );
    }
}

async fn what_has_expired_is_absent(store: &impl Store) {
    let (past, future) = (
        Timestamp::from_millis(Timestamp::now().millis() - 1),
        Timestamp::now() + HOUR,
    );
    for (expires, deadline) in [(past, future), (future, past)] {
        let key = key();
        let over = Record::new(Data::new(), expires, deadline);
        store.create(&key, over).await.expect(WORKS);
        nothing_is_there(store, &key).await;
        assert!(
            store.create(&key, version(1, 1)).await.expect(WORKS),
            "an expired record makes room under its key"
        );
        assert_eq!(
            live(store, &key).await,
            Some((1, 1)),
            "and the new one is found"
        );
    }
}

async fn nothing_is_there(store: &impl Store, absent: &Key) {
    let new = key();
    assert!(
        store.load(absent).await.expect(WORKS).is_none(),
        "load of an absent or expired record finds nothing"
    );
    let updated = store.update(absent, 1, version(2, 2)).await.expect(WORKS);
    assert_eq!(
        updated,
        Update::Gone,
        "update of an absent or expired record says `Gone`"
    );
    let renamed = store.rename(absent, 1, &new, version(2, 2), version(7, 0));
    assert_eq!(
        renamed.await.expect(WORKS),
        Update::Gone,
        "rename of an absent or expired record says `Gone`"
    );
    let touched = store.touch(absent, Timestamp::now() + HOUR).await;
    assert!(
        !touched.expect(WORKS),
        "touch of an absent or expired record says `false`"
    );
    assert_eq!(
        (live(store, absent).await, live(store, &new).await),
        (None, None),
        "nothing but create brings a record into being"
    );
}

async fn of_many_writers_one_wins(store: &impl Store) {
    let wanted = key();
    let created = join_all((0..16).map(|n| store.create(&wanted, version(n, 1)))).await;
    let winners = created
        .into_iter()
        .filter(|won| *won.as_ref().expect(WORKS));
    assert_eq!(
        winners.count(),
        1,
        "of many creations under one key, one succeeds"
    );

    let updated = join_all((0..16).map(|n| store.update(&wanted, 1, version(n, 2)))).await;
    assert_eq!(
        saved(updated),
        1,
        "of many updates of one version, one is saved"
    );

    let new: Vec<Key> = (0..16).map(|_| key()).collect();
    let renamed = new
        .iter()
        .map(|new| store.rename(&wanted, 2, new, version(3, 3), version(7, 0)));
    assert_eq!(
        saved(join_all(renamed).await),
        1,
        "of many renames of one version, one is saved"
    );
    let found = join_all(new.iter().map(|new| live(store, new))).await;
    assert_eq!(
        found.into_iter().flatten().count(),
        1,
        "after many renames, the record is found under one key"
    );
}

async fn destroy_wins(store: &impl Store) {
    for _ in 0..8 {
        let (old, new) = (kept(store, 1).await, key());
        let writers = join_all((0..4).map(|n| store.update(&old, 1, version(n, 2))));
        let touch = store.touch(&old, Timestamp::now() + HOUR);
        let (deleted, _, _) = join3(store.delete(&old), writers, touch).await;
        deleted.expect(WORKS);
        let late = store.rename(&old, 2, &new, version(3, 3), version(7, 0));
        assert_eq!(
            late.await.expect(WORKS),
            Update::Gone,
            "a record that is deleted among writers is gone for later ones"
        );
        assert_eq!(
            (live(store, &old).await, live(store, &new).await),
            (None, None),
            "a record that is deleted among writers stays deleted"
        );
    }
}

async fn no_update_is_lost(store: Arc<impl Store>) {
    const REQUESTS: u64 = 50;
    let (id, vault) = (
        Id::random().expect("the system has randomness"),
        Vault::new(Arc::clone(&store)),
    );
    store
        .create(&id.key(), record(json!({"count": 0})))
        .await
        .expect(WORKS);
    let requests: Vec<_> = (0..REQUESTS).map(|n| (n, vault.session([id]))).collect();
    // All have loaded before the first one saves.
    let changes = requests.iter().map(async |(n, session)| {
        session.insert(&format!("key {n}"), n)?;
        let more = |count: Option<u64>| count.unwrap_or(0) + 1;
        session.update("count", more).await
    });
    let every = "every request saves its changes, however many others there are";
    for count in join_all(changes).await {
        count.expect(every);
    }
    for saved in join_all(requests.iter().map(|(_, session)| session.commit())).await {
        saved.expect(every);
    }
    let loaded = store
        .load(&id.key())
        .await
        .expect(WORKS)
        .expect("it is there");
    assert_eq!(
        loaded.data["count"], REQUESTS,
        "concurrent updates of one value are all counted"
    );
    assert_eq!(
        loaded.data.len() as u64,
        REQUESTS + 1,
        "concurrent insertions of different keys all survive"
    );
}

fn key() -> Key {
    Id::random().expect("the system has randomness").key()
}

fn owner() -> Arc<str> {
    Id::random()
        .expect("the system has randomness")
        .as_str()
        .into()
}

fn record(value: Value) -> Record {
    let Value::Object(data) = value else {
        unreachable!("every record here is an object");
    };
    let expires = Timestamp::now() + HOUR;
    Record::new(data, expires, expires + HOUR)
}

fn version(n: u64, version: u64) -> Record {
    Record {
        version,
        ..record(json!({ "n": n }))
    }
}

/// The key of a new record with `n` in it.
async fn kept(store: &impl Store, n: u64) -> Key {
    let key = key();
    let created = store.create(&key, version(n, 1)).await.expect(WORKS);
    assert!(created, "a record is created under an absent key");
    key
}

async fn live(store: &impl Store, key: &Key) -> Option<(u64, u64)> {
    let found = store.load(key).await.expect(WORKS);
    if let Some(at_once) = store.load_now(key) {
        let at_once = at_once.expect(WORKS);
        let at_once = at_once.filter(|record| !record.is_expired(Timestamp::now()));
        assert_eq!(at_once, found, "what is loaded at once is what is loaded");
    }
    found.as_ref().map(seen)
}

fn seen(record: &Record) -> (u64, u64) {
    let n = record.data.get("n").and_then(Value::as_u64);
    (n.unwrap_or_default(), record.version)
}

fn saved<E: std::fmt::Debug>(updates: Vec<Result<Update, E>>) -> usize {
    let updates = updates.into_iter().map(|update| update.expect(WORKS));
    updates.filter(|update| *update == Update::Saved).count()
}
