//! The store under a scheduler that chooses, at each lock and each counter, which thread goes on: by chance, and by priorities. A failure
//! prints the schedule that leads to it.
//!
//! The scheduler takes every counter for sequential. What `Relaxed` would allow beyond that is not tried, and need not be, because a counter
//! stands for nothing but its own number.

#![allow(clippy::unwrap_used)]

use std::sync::{Arc, atomic::Ordering};

use futures_util::FutureExt;
use plywood_session_core::{BoxError, Data, Key, Record, Store, Timestamp, Update};
use shuttle::{
    Config, Runner,
    rand::{Rng, thread_rng},
    scheduler::{PctScheduler, RandomScheduler},
    thread,
};

use super::{MemoryStore, SHARDS, lock};

const ROUNDS: usize = 3000;

/// How many moments may have to fall together before something breaks.
const DEPTH: usize = 3;

#[test]
fn what_is_counted_is_what_is_there_and_never_more_than_may_be() {
    explore(|| {
        let store = small(4);
        thread::scope(|scope| {
            for number in 1..=3 {
                let store = &store;
                scope.spawn(move || wander(store, number));
            }
        });
        let there = store.shards.iter().map(|slot| lock(slot).census());
        let there = there.fold([0; 3], |sum, census| {
            std::array::from_fn(|each| sum[each] + census[each])
        });
        assert_eq!(counted(&store), there);
    });
}

#[test]
fn of_three_changes_none_is_lost() {
    explore(|| {
        let store = MemoryStore::new();
        assert!(create(&store, key(0, 0), of(None)));
        thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| while add(&store, key(0, 0)) != Update::Saved {});
            }
        });
        assert_eq!(load(&store, key(0, 0)).unwrap().version, 4);
    });
}

#[test]
fn a_session_that_was_deleted_stays_deleted() {
    explore(|| {
        let store = MemoryStore::new();
        assert!(create(&store, key(0, 0), of(None)));
        let seen = load(&store, key(0, 0)).unwrap();
        let (saved, deleted) = thread::scope(|scope| {
            let slow = scope.spawn(|| save(&store, key(0, 0), seen, 0));
            let late = scope.spawn(|| add(&store, key(0, 0)));
            let deleted = scope.spawn(|| {
                let deleted = done(store.delete(&key(0, 0))).unwrap().unwrap();
                assert_eq!(load(&store, key(0, 0)), None);
                deleted
            });
            let saved = [slow.join().unwrap(), late.join().unwrap()];
            (saved, deleted.join().unwrap())
        });
        let saved = saved.iter().filter(|update| **update == Update::Saved);
        assert_eq!(deleted.version, 1 + saved.count() as u64);
        assert_eq!(load(&store, key(0, 0)), None);
        assert_eq!(counted(&store), [0; 3]);
    });
}

#[test]
fn of_three_who_create_under_one_key_one_does() {
    explore(|| {
        let store = MemoryStore::new();
        let created = thread::scope(|scope| {
            let threads = [(); 3].map(|()| scope.spawn(|| create(&store, key(0, 0), of(None))));
            threads.map(|thread| thread.join().unwrap())
        });
        assert_eq!(created.iter().filter(|created| **created).count(), 1);
        assert_eq!(counted(&store)[0], 1);
    });
}

/// Two move past each other, and could wait for each other.
#[test]
fn a_session_that_moves_is_always_at_one_place() {
    explore(|| {
        let store = MemoryStore::new();
        let moves = [(key(0, 0), key(1, 1)), (key(1, 0), key(0, 1))];
        for (old, _) in moves {
            assert!(create(&store, old, of(None)));
        }
        thread::scope(|scope| {
            for (old, new) in moves {
                let store = &store;
                scope.spawn(move || assert_eq!(rename(store, old, new), Update::Saved));
                scope.spawn(move || {
                    let arrived = load(store, new).is_some();
                    let left = load(store, old).unwrap().is_tombstone();
                    assert!(left || !arrived, "at both");
                    assert!(!left || load(store, new).is_some(), "at neither");
                });
            }
        });
    });
}

#[test]
fn of_two_moves_from_one_place_one_arrives() {
    explore(|| {
        let store = MemoryStore::new();
        let (old, new) = (key(0, 0), [key(0, 1), key(1, 1)]);
        assert!(create(&store, old, of(None)));
        let moved = thread::scope(|scope| {
            let store = &store;
            let threads = new.map(|new| scope.spawn(move || rename(store, old, new)));
            threads.map(|thread| thread.join().unwrap())
        });
        let arrived = new.map(|new| load(&store, new).is_some());
        assert_eq!(moved.map(|moved| moved == Update::Saved), arrived);
        assert_eq!((store.len(), counted(&store)[1]), (1, 1));
    });
}

#[test]
fn who_signs_out_everywhere_is_nowhere_though_a_session_moves() {
    explore(|| {
        let store = MemoryStore::new();
        let (old, new) = (key(1, 0), key(0, 0));
        assert!(create(&store, old, of(Some("ada"))));
        thread::scope(|scope| {
            scope.spawn(|| rename(&store, old, new));
            scope.spawn(|| done(store.delete_all("ada", None)).unwrap());
        });
        assert_eq!(load(&store, new), None);
        assert_eq!(store.len(), 0);
    });
}

#[test]
fn a_flood_of_strangers_forgets_nobody_who_has_signed_in() {
    explore(|| {
        let store = small(4);
        let [ada, bob, cy, moved] = [key(0, 0), key(1, 0), key(0, 1), key(1, 1)];
        assert!(create(&store, ada, of(Some("ada"))));
        assert!(create(&store, bob, of(None)));
        assert!(create(&store, cy, of(None)));
        let (named, renewed) = thread::scope(|scope| {
            for number in 1..=2 {
                let store = &store;
                scope.spawn(move || {
                    for shard in 0..2 {
                        // There may be no room for it, and that is right.
                        let _ = done(store.create(&key(shard, number + 1), of(None)));
                        assert!(load(store, ada).is_some());
                    }
                });
            }
            let named = scope.spawn(|| save(&store, bob, of(Some("bob")), 0));
            let renewed = scope.spawn(|| rename(&store, cy, moved));
            (named.join().unwrap(), renewed.join().unwrap())
        });
        for (key, update) in [(bob, named), (moved, renewed)] {
            assert!(update != Update::Saved || load(&store, key).is_some());
        }
    });
}

fn explore(test: fn()) {
    let mut config = Config::new();
    config.stack_size = 256 << 10;
    config.silence_warnings = true;
    Runner::new(RandomScheduler::new(ROUNDS), config.clone()).run(test);
    Runner::new(PctScheduler::new(DEPTH, ROUNDS), config).run(test);
}

/// Does something, some times over, in a store that others use too.
fn wander(store: &MemoryStore, number: u8) {
    let mut fresh = (number * 10..).map(|number| key(number % 2, number));
    for _ in 0..4 {
        let mut dice = thread_rng();
        let at = key(dice.gen_range(0..2), dice.gen_range(0..2));
        let owner = ["ada", "bob"].get(dice.gen_range(0..4));
        match dice.gen_range(0..8) {
            0..3 => {
                let mut record = of(owner.copied());
                if dice.gen_range(0..4) == 0 {
                    record.expires = Timestamp::from_millis(0);
                }
                // Whether there was room does not matter to what is counted.
                let _ = done(store.create(&at, record));
            }
            3 | 4 => {
                let length = dice.gen_range(0..500);
                if let Some(record) = session(store, at) {
                    save(store, at, record, length);
                }
            }
            5 => {
                rename(store, at, fresh.next().unwrap());
            }
            6 => {
                done(store.delete(&at)).unwrap();
            }
            _ => {
                done(store.delete_all("ada", None)).unwrap();
            }
        }
        let [sessions, tombstones, bytes] = counted(store);
        assert!(sessions <= store.max_sessions, "{sessions} sessions");
        assert!(tombstones < usize::MAX / 2, "fewer tombstones than none");
        assert!(bytes <= store.max_bytes, "{bytes} bytes");
    }
}

/// A store for so many sessions, and for hardly as many bytes as they may grow to.
fn small(sessions: usize) -> MemoryStore {
    MemoryStore::new()
        .max_sessions(sessions)
        .max_bytes(sessions * 450)
}

/// The sessions, the tombstones among them and the bytes that the store believes it has.
fn counted(store: &MemoryStore) -> [usize; 3] {
    let taken = &store.taken;
    [&taken.sessions, &taken.tombstones, &taken.bytes].map(|taken| taken.load(Ordering::Relaxed))
}

fn done<T>(verb: impl Future<Output = Result<T, BoxError>>) -> Result<T, BoxError> {
    verb.now_or_never()
        .expect("a verb waits for nothing but locks")
}

fn load(store: &MemoryStore, key: Key) -> Option<Record> {
    done(store.load(&key)).unwrap()
}

/// Nobody changes a tombstone.
fn session(store: &MemoryStore, key: Key) -> Option<Record> {
    load(store, key).filter(|record| !record.is_tombstone())
}

fn create(store: &MemoryStore, key: Key, record: Record) -> bool {
    done(store.create(&key, record)).unwrap()
}

/// Saves what was seen as the next version, with a text so long. Where there is no room it is as if it had not been tried.
fn save(store: &MemoryStore, key: Key, mut record: Record, length: usize) -> Update {
    let expected = record.version;
    record.version += 1;
    let text = "x".repeat(length).into();
    Arc::make_mut(&mut record.data).insert("text".to_owned(), text);
    done(store.update(&key, expected, record)).unwrap_or(Update::Conflict)
}

fn add(store: &MemoryStore, key: Key) -> Update {
    session(store, key).map_or(Update::Gone, |record| save(store, key, record, 0))
}

fn rename(store: &MemoryStore, key: Key, new: Key) -> Update {
    let never = Timestamp::from_millis(i64::MAX);
    let tombstone = Record::restored(Data::new(), 0, never, never, None);
    let Some(mut record) = session(store, key) else {
        return Update::Gone;
    };
    let expected = record.version;
    record.version += 1;
    done(store.rename(&key, expected, &new, record, tombstone)).unwrap_or(Update::Conflict)
}

fn of(owner: Option<&str>) -> Record {
    let never = Timestamp::from_millis(i64::MAX);
    Record::restored(Data::new(), 1, never, never, owner.map(Arc::from))
}

/// A key in the shard of that number.
fn key(shard: u8, number: u8) -> Key {
    assert!(usize::from(shard) < SHARDS);
    let mut key = [number; 32];
    key[0] = shard;
    Key::from(key)
}
