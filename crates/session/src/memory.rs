use std::{
    collections::{BTreeSet, HashMap, hash_map::Entry},
    fmt,
    hash::{BuildHasherDefault, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use plywood_session_core::{BoxError, Key, Record, Store, Timestamp, Update};

/// Sessions in this process's memory. They end with it.
///
/// For tests, for one server that may forget its visitors, and for a first day. A clone is the same store.
///
/// It holds a bounded number of sessions. A new one beyond that is refused (the layer answers 503) rather than an old one forgotten: a
/// crowd of strangers must not sign anybody out. What has expired goes by and by, a few records with each new one.
#[derive(Clone)]
pub struct MemoryStore {
    shards: Arc<[Mutex<Shard>; SHARDS]>,
    count: Arc<AtomicUsize>,
    max_sessions: usize,
}

/// So many locks, that threads seldom wait for each other.
const SHARDS: usize = 64;

/// So many records whose time has come are looked at with each new one.
const SWEEP: usize = 8;

impl MemoryStore {
    /// The most sessions unless another number is chosen: 100,000. A small session takes about 500 bytes.
    pub const MAX_SESSIONS: usize = 100_000;

    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shards: Arc::new(std::array::from_fn(|_| Mutex::default())),
            count: Arc::default(),
            max_sessions: Self::MAX_SESSIONS,
        }
    }

    /// The most sessions at a time. Default: [`MAX_SESSIONS`](Self::MAX_SESSIONS).
    #[must_use]
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// How many sessions it holds. Some may have expired and not been swept yet.
    pub fn len(&self) -> usize {
        self.count.load(Ordering::Relaxed)
    }

    /// Does it hold none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        lock(&self.shards[place(key)])
    }

    /// Makes one more place, if it can be made.
    fn claim(&self) -> Result<(), Full> {
        let claimed = self
            .count
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |count| {
                (count < self.max_sessions).then_some(count + 1)
            });
        claimed.map(drop).map_err(|_| Full(self.max_sessions))
    }

    fn sweep(&self, shard: &mut Shard, now: Timestamp) {
        let swept = shard.sweep(now);
        self.count.fetch_sub(swept, Ordering::Relaxed);
    }

    /// Looks for room everywhere, before anybody is refused.
    fn sweep_all(&self, now: Timestamp) {
        for shard in self.shards.iter() {
            self.sweep(&mut lock(shard), now);
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore")
            .field("len", &self.len())
            .field("max_sessions", &self.max_sessions)
            .finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        let now = Timestamp::now();
        if self.len() >= self.max_sessions {
            self.sweep_all(now);
        }
        let mut shard = self.shard(key);
        self.sweep(&mut shard, now);
        if shard.live(key, now).is_some() {
            return Ok(false);
        }
        if !shard.remove(key) {
            self.claim()?;
        }
        shard.insert(*key, record);
        Ok(true)
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let mut shard = self.shard(key);
        Ok(shard.live(key, Timestamp::now()).cloned())
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        Ok(match self.shard(key).live(key, Timestamp::now()) {
            None => Update::Gone,
            Some(kept) if kept.version != expected => Update::Conflict,
            Some(kept) => {
                *kept = record;
                Update::Saved
            }
        })
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
    ) -> Result<Update, BoxError> {
        let (from, to) = (place(key), place(new));
        // Both are held while the record moves, and always the lower one first, or two moves could wait for each other.
        let mut lower = lock(&self.shards[from.min(to)]);
        let mut higher = (from != to).then(|| lock(&self.shards[from.max(to)]));
        let (from, to) = match &mut higher {
            None => (&mut *lower, None),
            Some(higher) if from < to => (&mut *lower, Some(&mut **higher)),
            Some(higher) => (&mut **higher, Some(&mut *lower)),
        };
        Ok(match from.live(key, Timestamp::now()) {
            None => Update::Gone,
            Some(kept) if kept.version != expected => Update::Conflict,
            Some(_) => {
                from.remove(key);
                to.unwrap_or(from).insert(*new, record);
                Update::Saved
            }
        })
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        let mut shard = self.shard(key);
        let record = shard.live(key, Timestamp::now());
        Ok(record.map(|record| record.expires = expires).is_some())
    }

    async fn delete(&self, key: &Key) -> Result<(), BoxError> {
        if self.shard(key).remove(key) {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(())
    }
}

#[derive(Default)]
struct Shard {
    records: HashMap<Key, Filed, BuildHasherDefault<Halved>>,
    /// Every record once, by the time at which it is worth a look.
    due: BTreeSet<(Timestamp, Key)>,
}

struct Filed {
    record: Record,
    /// When it was to end when it was filed. It may live longer by now: a visit moves the record's end and not its place.
    due: Timestamp,
}

impl Shard {
    fn live(&mut self, key: &Key, now: Timestamp) -> Option<&mut Record> {
        let record = self.records.get_mut(key).map(|filed| &mut filed.record);
        record.filter(|record| !record.is_expired(now))
    }

    fn insert(&mut self, key: Key, record: Record) {
        let due = end(&record);
        self.due.insert((due, key));
        self.records.insert(key, Filed { record, due });
    }

    fn remove(&mut self, key: &Key) -> bool {
        let removed = self.records.remove(key);
        removed.is_some_and(|filed| self.due.remove(&(filed.due, *key)))
    }

    /// Removes some of what has expired, and says how many.
    fn sweep(&mut self, now: Timestamp) -> usize {
        let mut swept = 0;
        for _ in 0..SWEEP {
            let Some(&(due, key)) = self.due.first().filter(|(due, _)| *due <= now) else {
                break;
            };
            self.due.remove(&(due, key));
            if let Entry::Occupied(mut filed) = self.records.entry(key) {
                if filed.get().record.is_expired(now) {
                    filed.remove();
                    swept += 1;
                } else {
                    filed.get_mut().due = end(&filed.get().record);
                    self.due.insert((filed.get().due, key));
                }
            }
        }
        swept
    }
}

fn end(record: &Record) -> Timestamp {
    record.expires.min(record.deadline)
}

fn place(key: &Key) -> usize {
    usize::from(key.as_bytes()[0]) % SHARDS
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    // No code but ours runs under the lock, so a panic elsewhere has not left a shard half changed.
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A key is a SHA-256 already, and nobody can choose one: eight of its bytes are a hash.
#[derive(Default)]
struct Halved(u64);

impl Hasher for Halved {
    fn write(&mut self, bytes: &[u8]) {
        if let Some(middle) = bytes.get(8..16).and_then(|bytes| bytes.try_into().ok()) {
            self.0 = u64::from_ne_bytes(middle);
        }
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

/// There is no room for another session.
#[derive(Debug)]
struct Full(usize);

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the memory store is full ({} sessions): raise `max_sessions`, or keep sessions in a database",
            self.0
        )
    }
}

impl std::error::Error for Full {}

#[cfg(test)]
mod tests {
    use plywood_session_core::{Data, Id};

    use super::*;

    #[test]
    fn the_sweep_takes_a_few_of_what_is_over_and_leaves_what_was_kept_alive() {
        let at = Timestamp::from_millis;
        let mut shard = Shard::default();
        let keys: Vec<Key> = (0..20).map(|_| Id::random().unwrap().key()).collect();
        for key in &keys {
            shard.insert(*key, Record::new(Data::new(), at(10), at(1000)));
        }
        for key in &keys[..5] {
            shard.live(key, at(9)).unwrap().expires = at(500);
        }
        assert_eq!(shard.sweep(at(9)), 0);
        let swept: Vec<usize> = (0..4).map(|_| shard.sweep(at(10))).collect();
        assert!(swept.iter().all(|swept| *swept <= SWEEP), "{swept:?}");
        assert_eq!(swept.iter().sum::<usize>(), 15);
        assert!(
            keys[..5]
                .iter()
                .all(|key| shard.live(key, at(10)).is_some())
        );
        assert_eq!((shard.records.len(), shard.due.len()), (5, 5));
        assert_eq!(shard.sweep(at(500)), 5);
        assert_eq!((shard.records.len(), shard.due.len()), (0, 0));
    }
}
