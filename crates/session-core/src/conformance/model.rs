//! Random sequences by several clients, against a model that fits on a page.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use futures_util::future::join_all;
use serde_json::json;

use super::{HOUR, WORKS, key, owner, record};
use crate::{Change, Id, Key, Record, Session, SessionErrorKind, Store, Timestamp, Update, Vault};

const CLIENTS: usize = 8;

/// A store as simple as can be.
#[derive(Default)]
struct Model(HashMap<Key, Record>);

impl Model {
    fn load(&mut self, key: &Key) -> Option<&mut Record> {
        let record = self.0.get_mut(key);
        record.filter(|record| !record.is_expired(Timestamp::now()))
    }

    fn create(&mut self, key: Key, record: Record) -> bool {
        let absent = self.load(&key).is_none();
        if absent {
            self.0.insert(key, record);
        }
        absent
    }

    fn update(&mut self, key: &Key, expected: u64, record: Record) -> Update {
        match self.load(key) {
            None => Update::Gone,
            Some(kept) if kept.version != expected => Update::Conflict,
            Some(kept) => {
                *kept = record;
                Update::Saved
            }
        }
    }

    fn delete(&mut self, key: &Key) -> Option<Record> {
        let live = self.load(key).cloned();
        self.0.remove(key);
        live
    }

    fn delete_all(&mut self, owner: &str, except: Option<&Key>) -> u64 {
        let theirs = |key: &Key, record: &Record| {
            record.owner.as_deref() == Some(owner) && except != Some(key)
        };
        let before = self.0.len();
        self.0.retain(|key, record| !theirs(key, record));
        (before - self.0.len()) as u64
    }
}

/// What one client remembers: it acts on what it has seen, which may be old.
#[derive(Default)]
struct Seen {
    keys: Vec<Key>,
    version: u64,
}

/// Lets eight clients take turns at random, and compares each answer of the store with the model's.
pub(super) async fn one_after_another(store: &impl Store, dice: &mut Dice, steps: usize) {
    let (mut model, mut clients) = (Model::default(), [(); CLIENTS].map(|()| Seen::default()));
    let owners = [owner(), owner()];
    let mut keys: Vec<Key> = (0..4).map(|_| key()).collect();
    for step in 0..steps {
        let client = &mut clients[dice.roll(CLIENTS)];
        if client.keys.is_empty() || dice.roll(4) == 0 {
            client.keys.clone_from(&keys);
        }
        let key = client.keys[dice.roll(client.keys.len())];
        let mut next = record(json!({ "step": step }));
        next.version = client.version + 1;
        next.owner = owners.get(dice.roll(4)).cloned();
        let what = match dice.roll(12) {
            0..3 => {
                next.version = 1;
                let created = store.create(&key, next.clone()).await.expect(WORKS);
                assert_eq!(created, model.create(key, next), "step {step}: create");
                "create"
            }
            3..6 => {
                let expected = client.version;
                let updated = store.update(&key, expected, next.clone()).await;
                let updated = updated.expect(WORKS);
                let right = model.update(&key, expected, next);
                assert_eq!(updated, right, "step {step}: update");
                "update"
            }
            6..8 => {
                let (new, expected) = (super::key(), client.version);
                let tombstone = Record::tombstone(&new, Timestamp::now() + HOUR);
                let renamed = store.rename(&key, expected, &new, next.clone(), tombstone.clone());
                let right = model.update(&key, expected, tombstone);
                if right == Update::Saved {
                    model.create(new, next);
                    // Whoever has not looked since still holds the old key.
                    keys.retain(|kept| *kept != key);
                    keys.extend([new, super::key()]);
                }
                assert_eq!(renamed.await.expect(WORKS), right, "step {step}: rename");
                "rename"
            }
            8 => {
                let deleted = store.delete(&key).await.expect(WORKS);
                assert!(deleted == model.delete(&key), "step {step}: delete");
                "delete"
            }
            9 => {
                let (owner, except) = (&owners[dice.roll(2)], [None, Some(&key)][dice.roll(2)]);
                let deleted = store.delete_all(owner, except).await.expect(WORKS);
                let right = model.delete_all(owner, except);
                assert_eq!(deleted, right, "step {step}: delete_all");
                "delete_all"
            }
            10 => {
                let end = Timestamp::now() + HOUR * u32::try_from(1 + dice.roll(9)).expect("small");
                touch(store, &mut model, &key, end).await;
                "touch"
            }
            _ => {
                let over = Timestamp::from_millis(Timestamp::now().millis() - 1);
                touch(store, &mut model, &key, over).await;
                // What is over need not be counted when its owner's are deleted.
                store.delete(&key).await.expect(WORKS);
                model.delete(&key);
                "expire"
            }
        };
        let loaded = store.load(&key).await.expect(WORKS);
        let right = model.load(&key).cloned();
        assert!(loaded == right, "step {step}: load after {what}");
        client.version = loaded.map_or(0, |record| record.version);
        keys.truncate(12);
    }
    for (key, record) in &model.0 {
        let loaded = store.load(key).await.expect(WORKS);
        assert!(loaded.as_ref() == Some(record), "at the end: load");
        store.delete(key).await.expect(WORKS);
    }
}

async fn touch(store: &impl Store, model: &mut Model, key: &Key, end: Timestamp) {
    let touched = store.touch(key, end).await.expect(WORKS);
    let record = model.load(key);
    let right = record.map(|record| record.expires = end).is_some();
    assert_eq!(touched, right, "touch");
}

/// One session, as those who share it know it.
struct Shared {
    /// Every id that it has had, the last one live.
    ids: Vec<Id>,
    /// Updates that were acknowledged.
    counted: u64,
    destroyed: bool,
}

/// Lets eight clients work at the same time, as requests do, and looks afterwards: no update was lost, no old id lives, and nothing that
/// was destroyed came back.
pub(super) async fn all_at_once(store: Arc<impl Store>, dice: &mut Dice, steps: usize) {
    let vault = Vault::new(Arc::clone(&store)).store_timeout(Duration::from_secs(60));
    let mut sessions = Vec::new();
    for _ in 0..4 {
        let session = vault.session([]);
        session.insert("count", 0).expect("it fits");
        sessions.push(Mutex::new(Shared {
            ids: vec![issued(&session).await.expect("the session is new")],
            counted: 0,
            destroyed: false,
        }));
    }
    let seeds: Vec<u64> = (0..CLIENTS).map(|_| dice.next()).collect();
    let clients = seeds.into_iter().map(|seed| {
        let (vault, sessions) = (&vault, &sessions);
        async move {
            let mut dice = Dice(seed | 1);
            for _ in 0..steps {
                let shared = dice.roll(sessions.len());
                act(vault, &sessions[shared], shared, &mut dice).await;
            }
        }
    });
    join_all(clients).await;
    for shared in sessions {
        let shared = shared.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (last, old) = shared.ids.split_last().expect("it had one at first");
        for id in old {
            let keys = vault.session([*id]).keys().await.expect(WORKS);
            assert!(keys.is_empty(), "an id from before a renewal is dead");
        }
        let count: Option<u64> = vault.session([*last]).get("count").await.expect(WORKS);
        if shared.destroyed {
            assert_eq!(count, None, "what was destroyed stays so");
        } else {
            assert_eq!(
                count,
                Some(shared.counted),
                "what was acknowledged is there, and no more"
            );
        }
    }
}

/// What one request does. The first session is only counted in, the second is renewed too, the others are also destroyed.
async fn act(vault: &Vault, shared: &Mutex<Shared>, which: usize, dice: &mut Dice) {
    let id = {
        let shared = lock(shared);
        // Some still hold an old one.
        let back = dice.roll(2).min(shared.ids.len() - 1);
        shared.ids[shared.ids.len() - 1 - back]
    };
    let session = vault.session([id]);
    match dice.roll(40) {
        0 if which >= 2 => {
            session.destroy();
            session.commit().await.expect(WORKS);
            lock(shared).destroyed = true;
        }
        1..4 if which >= 1 => {
            session.renew();
            if let Some(new) = issued(&session).await {
                // Renewals are known in their order, because each is made of the one before.
                lock(shared).ids.push(new);
            }
        }
        _ => {
            let more = |count: Option<u64>| count.unwrap_or(0) + 1;
            if session.contains("count").await.expect(WORKS) {
                session.update("count", more).await.expect(WORKS);
                match session.commit().await {
                    Err(error) if error.kind() == SessionErrorKind::Gone => {}
                    saved => {
                        saved.expect(WORKS);
                        lock(shared).counted += 1;
                    }
                }
            }
        }
    }
}

async fn issued(session: &Session) -> Option<Id> {
    match session.finish().await.expect(WORKS).change {
        Change::Issue { id, .. } => Some(id),
        _ => None,
    }
}

fn lock(shared: &Mutex<Shared>) -> std::sync::MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A generator that rolls the same for the same seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    fn next(&mut self) -> u64 {
        // xorshift64*, by Marsaglia and Vigna.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn roll(&mut self, sides: usize) -> usize {
        let sides = sides as u64;
        usize::try_from((self.next() >> 32) % sides).expect("it is less than `sides`")
    }
}
