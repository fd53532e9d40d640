//! A small store that counts its calls and fails on demand.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use plywood_session_core::{BoxError, Key, Record, Store, Timestamp, Update};

#[derive(Clone, Default)]
pub(crate) struct Shelf(Arc<Inner>);

#[derive(Default)]
struct Inner {
    records: Mutex<HashMap<Key, Record>>,
    calls: Mutex<Vec<&'static str>>,
    /// Which call fails, counted from one; zero for none.
    fails_at: AtomicUsize,
    hangs: AtomicBool,
    /// Whether another process is in step: it saves after each load of ours.
    rival: AtomicBool,
}

impl Shelf {
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.calls.lock().unwrap())
    }

    pub(crate) fn fail_at(&self, call: usize) {
        self.calls();
        self.0.fails_at.store(call, Ordering::Relaxed);
    }

    /// The sessions, without the tombstones of those that have moved.
    pub(crate) fn records(&self) -> Vec<(Key, Record)> {
        let records = self.0.records.lock().unwrap();
        let live = records
            .iter()
            .filter(|(_, record)| !record.is_expired(Timestamp::now()) && record.version > 0);
        live.map(|(key, record)| (*key, record.clone())).collect()
    }

    pub(crate) fn change(&self, key: Key, change: impl FnOnce(&mut Record)) {
        change(self.0.records.lock().unwrap().get_mut(&key).unwrap());
    }

    /// From now on no call is ever answered, or all are again.
    pub(crate) fn hang(&self, hangs: bool) {
        self.0.hangs.store(hangs, Ordering::Relaxed);
    }

    /// From now on another process saves after each load, or leaves off.
    pub(crate) fn rival(&self, saves: bool) {
        self.0.rival.store(saves, Ordering::Relaxed);
    }

    async fn call<T>(
        &self,
        verb: &'static str,
        act: impl FnOnce(&mut HashMap<Key, Record>) -> T,
    ) -> Result<T, BoxError> {
        if self.0.hangs.load(Ordering::Relaxed) {
            std::future::pending::<()>().await;
        }
        let mut calls = self.0.calls.lock().unwrap();
        calls.push(verb);
        if calls.len() == self.0.fails_at.load(Ordering::Relaxed) {
            return Err("the shelf has fallen down".into());
        }
        let mut records = self.0.records.lock().unwrap();
        records.retain(|_, record| !record.is_expired(Timestamp::now()));
        Ok(act(&mut records))
    }
}

impl Store for Shelf {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        self.call("create", |records| {
            let absent = !records.contains_key(key);
            if absent {
                records.insert(*key, record);
            }
            absent
        })
        .await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.call("load", |records| {
            let loaded = records.get(key).cloned();
            if self.0.rival.load(Ordering::Relaxed)
                && let Some(record) = records.get_mut(key)
            {
                record.version += 1;
            }
            loaded
        })
        .await
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        self.call("update", |records| swap(records, key, expected, record))
            .await
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        self.call("rename", |records| {
            let update = swap(records, key, expected, tombstone);
            if update == Update::Saved {
                records.insert(*new, record);
            }
            update
        })
        .await
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        self.call("touch", |records| {
            let record = records.get_mut(key);
            record.map(|record| record.expires = expires).is_some()
        })
        .await
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.call("delete", |records| records.remove(key)).await
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        self.call("delete_all", |records| {
            let before = records.len();
            records.retain(|key, record| {
                record.owner.as_deref() != Some(owner) || except == Some(key)
            });
            (before - records.len()) as u64
        })
        .await
    }
}

fn swap(records: &mut HashMap<Key, Record>, key: &Key, expected: u64, record: Record) -> Update {
    match records.get_mut(key) {
        None => Update::Gone,
        Some(kept) if kept.version != expected => Update::Conflict,
        Some(kept) => {
            *kept = record;
            Update::Saved
        }
    }
}
