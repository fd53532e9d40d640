//! What is kept of files: looked up by path, compared with the disk after a while, and given up when others are asked for more.

use std::{
    sync::{
        Arc, PoisonError, RwLock,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
    time::Instant,
};

use crate::{
    Cache, CacheCounts,
    found::Found,
    refusal::Refusal,
    shelf::{Kept, Shelf},
    source::{Entry, Opened},
};

/// So that workers seldom wait for each other. A lock is held for a lookup or an insertion, never while a file is opened or read.
const SHELVES: usize = 8;

/// Parts a path from what stands beside it. No path of a request has this character.
const BESIDE: &str = "\0";

/// The largest file of which the bytes are kept.
const LARGEST: usize = 256 * 1024;

/// Files that were asked for, by path.
#[derive(Debug)]
pub(crate) struct Store {
    cache: Option<Cache>,
    shelves: [Place; SHELVES],
    since: Instant,
}

/// A shelf and its counters, on a cache line of their own.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Place {
    shelf: RwLock<Shelf>,
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Store {
    pub(crate) fn new(cache: Option<Cache>) -> Self {
        Self {
            cache,
            shelves: Default::default(),
            since: Instant::now(),
        }
    }

    /// An empty one with the same bounds.
    pub(crate) fn anew(&self) -> Self {
        Self::new(self.cache.clone())
    }

    /// What `open` gives for `path`, or what was kept of it. A file is dressed once, when it is opened.
    pub(crate) fn find(
        &self,
        path: &str,
        open: impl FnOnce() -> Result<Entry, Refusal>,
        dress: impl FnOnce(Opened) -> Found,
    ) -> Result<Entry<Arc<Found>>, Refusal> {
        let Some(cache) = &self.cache else {
            return Ok(open()?.map(|opened| Arc::new(dress(opened))));
        };
        let place = &self.shelves[shelf_of(path)];
        let now = self.now();
        let kept = match place.look(path, now, cache) {
            Look::Fresh(found) => return found.map(Entry::File).ok_or(Refusal::Missing),
            Look::Due(kept) => Some(kept),
            Look::Absent => None,
        };
        let opened = open();
        if let Some(found) = kept.as_ref().and_then(|kept| kept.same(&opened)) {
            place.hits.fetch_add(1, Relaxed);
            return Ok(Entry::File(found));
        }
        place.misses.fetch_add(1, Relaxed);
        if let Some(kept) = &kept {
            place.write(|shelf| shelf.remove(path, kept));
        }
        let result =
            opened.map(|entry| entry.map(|opened| Arc::new(dress(opened).at_hand(largest(cache)))));
        if is_kept(path, &result, cache) {
            let found = match &result {
                Ok(Entry::File(found)) => Some(Arc::clone(found)),
                _ => None,
            };
            let kept = Kept::new(path, found, now);
            let (memory, open) = (cache.memory / SHELVES, cache.descriptors / SHELVES);
            place.write(|shelf| shelf.insert(kept, memory, open));
        }
        result
    }

    /// The same for what stands beside a file, of which it is kept too that it is not there.
    pub(crate) fn find_beside(
        &self,
        path: &str,
        extension: &str,
        open: impl FnOnce() -> Option<Opened>,
        dress: impl FnOnce(Opened) -> Found,
    ) -> Option<Arc<Found>> {
        if self.cache.is_none() {
            return open().map(|opened| Arc::new(dress(opened)));
        }
        let open = || open().map(Entry::File).ok_or(Refusal::Missing);
        let beside = [path, BESIDE, extension].concat();
        match self.find(&beside, open, dress) {
            Ok(Entry::File(found)) => Some(found),
            _ => None,
        }
    }

    pub(crate) fn counts(&self) -> CacheCounts {
        let mut counts = CacheCounts::default();
        for place in &self.shelves {
            counts.hits += place.hits.load(Relaxed);
            counts.misses += place.misses.load(Relaxed);
            place.read(|shelf| shelf.count(&mut counts));
        }
        counts
    }

    /// Milliseconds since the store was made.
    fn now(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// What a shelf says of a path.
enum Look {
    Fresh(Option<Arc<Found>>),
    /// The caller is to look at the disk. Whoever comes meanwhile goes on with what is kept.
    Due(Arc<Kept>),
    Absent,
}

impl Place {
    fn look(&self, path: &str, now: u64, cache: &Cache) -> Look {
        let Some(kept) = self.read(|shelf| shelf.get(path)) else {
            return Look::Absent;
        };
        let may_change = kept.found.as_ref().is_none_or(|found| !found.is_unpacked());
        if may_change && (kept.is_due(now, cache.fresh_for) || kept.has_changed()) {
            return Look::Due(kept);
        }
        self.hits.fetch_add(1, Relaxed);
        Look::Fresh(kept.found.clone())
    }

    /// A panic leaves a shelf as it was: what it does in between does not panic.
    fn read<T>(&self, read: impl FnOnce(&Shelf) -> T) -> T {
        read(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, write: impl FnOnce(&mut Shelf)) {
        write(&mut self.shelf.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// What is kept: a file that can be compared later, and is ready; or that nothing stands beside one.
fn is_kept(path: &str, result: &Result<Entry<Arc<Found>>, Refusal>, cache: &Cache) -> bool {
    match result {
        Ok(Entry::File(found)) => {
            // A small one that has to come from the disk first is kept the next time.
            let is_ready = match found.bytes_at_hand() {
                Some(bytes) => bytes as u64 <= largest(cache),
                None => found.len() > largest(cache),
            };
            found.is_comparable() && is_ready
        }
        Err(Refusal::Missing) => path.contains(BESIDE),
        _ => false,
    }
}

/// One shelf has room for several of the largest files.
fn largest(cache: &Cache) -> u64 {
    LARGEST.min(cache.memory / (8 * SHELVES)) as u64
}

/// Spreads paths; who chooses them chooses among files that are there.
fn shelf_of(path: &str) -> usize {
    let fold = |sum: usize, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into());
    let sum = path.bytes().fold(0, fold);
    (sum ^ (sum >> 7)) % SHELVES
}
