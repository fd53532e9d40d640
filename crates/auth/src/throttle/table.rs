//! What is counted, and under which hashes.

use std::{
    hash::{BuildHasher, Hash, Hasher, RandomState},
    net::IpAddr,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use super::{
    Attempt,
    count::{Count, Limit},
};
use crate::generations::Generations;

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) pair: Limit,
    pub(super) client: Limit,
    pub(super) account: Limit,
}

pub(super) struct Table {
    begun: Instant,
    keys: RandomState,
    /// Has there been a wrong one at all?
    any: AtomicBool,
    counts: Mutex<Counts>,
}

pub(super) struct Counts {
    wrong: Generations<u64, Count>,
    /// Clients that have signed in to an account.
    known: Generations<u64, ()>,
}

/// The hashes under which an attempt is counted.
pub(super) struct Keys {
    account: u64,
    client: Option<u64>,
    pub(super) pair: Option<u64>,
}

impl Counts {
    pub(super) fn wait(&self, limits: &Limits, keys: &Keys, now: Duration) -> Duration {
        let wait = |key: Option<u64>, limit| {
            let count = key.and_then(|key| self.wrong.get(key));
            count.map_or(Duration::ZERO, |count| count.wait(limit, now))
        };
        let pair = wait(keys.pair, limits.pair);
        if keys.pair.is_some_and(|pair| self.known.get(pair).is_some()) {
            return pair;
        }
        pair.max(wait(keys.client, limits.client))
            .max(wait(Some(keys.account), limits.account))
    }

    pub(super) fn add_wrong(&mut self, keys: &Keys, now: Duration) {
        let keys = [Some(keys.account), keys.client, keys.pair];
        for key in keys.into_iter().flatten() {
            let mut count = self.wrong.get(key).copied().unwrap_or_default();
            count.add(now);
            self.wrong.insert(key, count);
        }
    }

    /// Who has signed in is known from then on, whether there has been a wrong one before or comes only later.
    pub(super) fn add_right(&mut self, pair: u64) {
        self.wrong.remove(pair);
        self.known.insert(pair, ());
    }
}

impl Table {
    const ROOM: usize = 65_536;

    pub(super) fn new() -> Self {
        Self {
            begun: Instant::now(),
            keys: RandomState::new(),
            any: AtomicBool::new(false),
            counts: Mutex::new(Counts {
                wrong: Generations::new(Self::ROOM),
                known: Generations::new(Self::ROOM),
            }),
        }
    }

    pub(super) fn now(&self) -> Duration {
        self.begun.elapsed()
    }

    /// There is nothing to look up, and not even the clock to be asked.
    pub(super) fn is_quiet(&self) -> bool {
        !self.any.load(Ordering::Relaxed)
    }

    /// There is a wrong one.
    pub(super) fn end_quiet(&self) {
        self.any.store(true, Ordering::Relaxed);
    }

    pub(super) fn keys(&self, attempt: &Attempt<'_>) -> Keys {
        let client = attempt.client();
        Keys {
            account: self.hash(Some(attempt.account()), None),
            client: client.map(|ip| self.hash(None, Some(ip))),
            pair: self.pair(attempt),
        }
    }

    pub(super) fn pair(&self, attempt: &Attempt<'_>) -> Option<u64> {
        let client = attempt.client()?;
        Some(self.hash(Some(attempt.account()), Some(client)))
    }

    /// A name is folded, because a directory that does not tell `Ada` from `ada` has one account for both.
    fn hash(&self, account: Option<&str>, client: Option<IpAddr>) -> u64 {
        let mut hasher = self.keys.build_hasher();
        if let Some(account) = account {
            let folded = account.trim().chars().flat_map(char::to_lowercase);
            folded.for_each(|character| character.hash(&mut hasher));
        }
        (account.is_some(), client).hash(&mut hasher);
        hasher.finish()
    }

    /// Held for a few look-ups, which do not panic or wait.
    pub(super) fn counts(&self) -> MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
