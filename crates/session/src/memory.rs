#[cfg(all(test, shuttle))]
mod interleavings;
mod shard;
mod sync;

use std::{
    fmt,
    sync::{Arc, PoisonError, atomic::Ordering},
};

use plywood_session_core::{BoxError, Key, Record, Store, Timestamp, Update};

use self::{
    shard::{Removed, Shard, Standing, Vacated},
    sync::{AtomicUsize, Mutex, MutexGuard},
};

/// Sessions in this process's memory. They end with it.
///
/// For tests, for one server that may forget its visitors, and for a first day. A clone is the same store.
///
/// It holds a bounded number of sessions and bytes. When it is full, a new session takes the place of a stranger's that has been
/// left alone for long. A session that [belongs to](plywood_session_core::Session::belongs_to) somebody or has been
/// [renewed](plywood_session_core::Session::renew), as at every sign-in, is never forgotten before its time: where there are no others, the new
/// one is refused (the layer answers 503). So a flood of strangers signs nobody out, and keeps nobody from signing in. What has expired goes by
/// and by, a few records with each new one.
#[derive(Clone)]
pub struct MemoryStore {
    shards: Arc<[Slot; SHARDS]>,
    taken: Arc<Taken>,
    max_sessions: usize,
    max_bytes: usize,
}

/// Aligned, because threads that write to one cache line wait for each other, whatever they write.
#[derive(Default)]
#[repr(align(128))]
struct Slot(Mutex<Shard>);

#[derive(Default)]
#[repr(align(128))]
struct Taken {
    /// With those that have moved and left a tombstone, which takes a place too.
    sessions: AtomicUsize,
    tombstones: AtomicUsize,
    bytes: AtomicUsize,
}

/// So many locks, that threads seldom wait for each other; so few where the interleavings are tried, that they often do.
const SHARDS: usize = if cfg!(all(test, shuttle)) { 2 } else { 64 };

impl MemoryStore {
    /// The most sessions unless another number is chosen: 100,000.
    pub const MAX_SESSIONS: usize = 100_000;

    /// The most bytes of all sessions together unless another number is chosen: 256 MiB. A small session takes about 500.
    pub const MAX_BYTES: usize = 256 << 20;

    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shards: Arc::new(std::array::from_fn(|_| Slot::default())),
            taken: Arc::default(),
            max_sessions: Self::MAX_SESSIONS,
            max_bytes: Self::MAX_BYTES,
        }
    }

    /// The most sessions at a time. Default: [`MAX_SESSIONS`](Self::MAX_SESSIONS).
    #[must_use]
    pub fn max_sessions(mut self, sessions: usize) -> Self {
        self.max_sessions = sessions;
        self
    }

    /// The most bytes of all sessions together, counted about as JSON with 400 for each session beside its values. Default:
    /// [`MAX_BYTES`](Self::MAX_BYTES).
    #[must_use]
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.max_bytes = bytes;
        self
    }

    /// How many sessions it holds. Some may have expired and not been swept yet.
    pub fn len(&self) -> usize {
        let tombstones = self.taken.tombstones.load(Ordering::Relaxed);
        let taken = self.taken.sessions.load(Ordering::Relaxed);
        taken.saturating_sub(tombstones)
    }

    /// Does it hold none?
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, key: &Key) -> MutexGuard<'_, Shard> {
        lock(&self.shards[place(key)])
    }

    /// Makes room for more for the sake of `key`, if it can be made. No shard may be locked by the caller.
    fn claim(&self, key: &Key, sessions: usize, bytes: usize) -> Result<(), Full> {
        if self.taken.claim(self, sessions, bytes) {
            return Ok(());
        }
        let now = Timestamp::now();
        for next in 0..SHARDS {
            let slot = &self.shards[(place(key) + next) % SHARDS];
            let mut removed = lock(slot).sweep(now);
            loop {
                if removed.is_empty() {
                    removed.extend(lock(slot).evict(key, now));
                }
                if removed.is_empty() {
                    break;
                }
                self.release(&removed);
                if self.taken.claim(self, sessions, bytes) {
                    return Ok(());
                }
                removed.clear();
            }
        }
        Err(Full(self.max_sessions, self.max_bytes))
    }

    fn release<'a>(&self, removed: impl IntoIterator<Item = &'a Removed>) {
        for removed in removed {
            self.taken.give_back(1, removed.bytes);
            if removed.record.is_tombstone() {
                self.taken.tombstones.fetch_sub(1, Ordering::Relaxed);
            }
        }
    }
}

impl Taken {
    /// Counts a record that comes, with what it replaces. Its shard is locked, or it could be released before it was counted.
    fn bury(&self, replaced: Option<&Record>, is_tombstone: bool) {
        match (replaced.is_some_and(Record::is_tombstone), is_tombstone) {
            (false, true) => self.tombstones.fetch_add(1, Ordering::Relaxed),
            (true, false) => self.tombstones.fetch_sub(1, Ordering::Relaxed),
            _ => return,
        };
    }

    fn claim(&self, limits: &MemoryStore, sessions: usize, bytes: usize) -> bool {
        let claim = |taken: &AtomicUsize, more: usize, most: usize| {
            let add = |taken: usize| taken.checked_add(more).filter(|taken| *taken <= most);
            // Nothing is not written, because others would have to fetch it again.
            more == 0
                || taken
                    .fetch_update(Ordering::Relaxed, Ordering::Relaxed, add)
                    .is_ok()
        };
        if !claim(&self.sessions, sessions, limits.max_sessions) {
            return false;
        }
        let fits = claim(&self.bytes, bytes, limits.max_bytes);
        if !fits {
            self.give_back(sessions, 0);
        }
        fits
    }

    fn give_back(&self, sessions: usize, bytes: usize) {
        for (taken, less) in [(&self.sessions, sessions), (&self.bytes, bytes)] {
            if less > 0 {
                taken.fetch_sub(less, Ordering::Relaxed);
            }
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
            .field("max_bytes", &self.max_bytes)
            .finish_non_exhaustive()
    }
}

impl Store for MemoryStore {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        let (now, bytes) = (Timestamp::now(), shard::bytes(&record));
        self.claim(key, 1, bytes)?;
        let mut shard = self.shard(key);
        let Vacated::Free(expired) = shard.vacate(key, now) else {
            self.taken.give_back(1, bytes);
            return Ok(false);
        };
        let swept = shard.sweep(now);
        let standing = Standing::of(&record);
        self.taken.bury(None, record.is_tombstone());
        shard.insert(*key, record, bytes, standing);
        drop(shard);
        self.release(swept.iter().chain(&expired));
        Ok(true)
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let now = Timestamp::now();
        let record = self.shard(key).record(key).cloned();
        Ok(record.filter(|record| !record.is_expired(now)))
    }

    fn load_now(&self, key: &Key) -> Option<Result<Option<Record>, BoxError>> {
        Some(Ok(self.shard(key).record(key).cloned()))
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        let (now, bytes, mut room) = (Timestamp::now(), shard::bytes(&record), 0);
        loop {
            let mut shard = self.shard(key);
            let stands = shard.stand(key, now);
            let update = expect(stands.map(|(version, _)| version), expected);
            if let (Update::Saved, Some((_, before))) = (update, stands) {
                room += before;
                let more = bytes.saturating_sub(room);
                if !self.taken.claim(self, 0, more) {
                    // What goes for its sake is in shards of which none may be locked. There is room for the whole then.
                    drop(shard);
                    self.claim(key, 0, bytes)?;
                    room = bytes;
                    continue;
                }
                let is_tombstone = record.is_tombstone();
                let replaced = shard.replace(key, record, bytes);
                self.taken.bury(Some(&replaced.record), is_tombstone);
                drop(shard);
                drop(replaced);
                room = (room + more) - bytes;
            }
            self.taken.give_back(0, room);
            return Ok(update);
        }
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        let [bytes, left] = [&record, &tombstone].map(shard::bytes);
        self.claim(key, 1, bytes + left)?;
        let (from, to) = (place(key), place(new));
        // Both are held while the record moves, and always the lower one first, or two moves could wait for each other.
        let mut lower = lock(&self.shards[from.min(to)]);
        let mut higher = (from != to).then(|| lock(&self.shards[from.max(to)]));
        let (from, to) = match &mut higher {
            None => (&mut *lower, None),
            Some(higher) if from < to => (&mut *lower, Some(&mut **higher)),
            Some(higher) => (&mut **higher, Some(&mut *lower)),
        };
        let now = Timestamp::now();
        let stands = from.stand(key, now);
        let update = expect(stands.map(|(version, _)| version), expected);
        if update == Update::Saved {
            let moved = from.remove(key).expect("it was just seen");
            self.taken
                .bury(Some(&moved.record), tombstone.is_tombstone());
            self.taken.bury(None, record.is_tombstone());
            from.insert(*key, tombstone, left, Standing::Stranger);
            let to = to.unwrap_or(from);
            to.insert(*new, record, bytes, Standing::Guest);
            self.taken.give_back(0, moved.bytes);
        } else {
            self.taken.give_back(1, bytes + left);
        }
        Ok(update)
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        Ok(self.shard(key).touch(key, expires, Timestamp::now()))
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        let removed = self.shard(key).remove(key);
        self.release(&removed);
        let live = |record: &Record| !record.is_expired(Timestamp::now());
        Ok(removed.map(|removed| removed.record).filter(live))
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        // All are held, in the order of a move, so that no record moves past.
        let mut shards: Vec<_> = self.shards.iter().map(lock).collect();
        let mut deleted = 0;
        for shard in &mut shards {
            for key in shard.owned(owner) {
                if except != Some(&key) {
                    self.release(&shard.remove(&key));
                    deleted += 1;
                }
            }
        }
        Ok(deleted)
    }
}

fn expect(version: Option<u64>, expected: u64) -> Update {
    match version {
        None => Update::Gone,
        Some(version) if version != expected => Update::Conflict,
        Some(_) => Update::Saved,
    }
}

fn place(key: &Key) -> usize {
    usize::from(key.as_bytes()[0]) % SHARDS
}

fn lock(slot: &Slot) -> MutexGuard<'_, Shard> {
    // No code but ours runs under the lock, so a panic elsewhere has not left a shard half changed.
    slot.0.lock().unwrap_or_else(PoisonError::into_inner)
}

/// There is no room for another session.
#[derive(Debug)]
struct Full(usize, usize);

impl fmt::Display for Full {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "the memory store is full of sessions that are signed in ({} sessions or {} bytes): raise `max_sessions` and `max_bytes`, or keep sessions in a database",
            self.0, self.1
        )
    }
}

impl std::error::Error for Full {}
