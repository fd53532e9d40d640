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
        let now = self.now();
        let place = &self.shelves[shelf_of(path)];
        let kept = place.read(|shelf| shelf.get(path));
        if let Some(kept) = &kept {
            // Whoever comes while one looks at the disk goes on with what is kept.
            if !kept.is_due(now, cache.fresh_for) {
                place.hits.fetch_add(1, Relaxed);
                return Ok(Entry::File(Arc::clone(&kept.found)));
            }
        }
        let opened = open();
        if let (Some(kept), Ok(Entry::File(opened))) = (&kept, &opened)
            && kept.found.is_of(opened)
        {
            place.hits.fetch_add(1, Relaxed);
            return Ok(Entry::File(Arc::clone(&kept.found)));
        }
        place.misses.fetch_add(1, Relaxed);
        if let Some(kept) = &kept {
            place.write(|shelf| shelf.remove(path, kept));
        }
        Ok(opened?.map(|opened| {
            let largest = largest(cache);
            let found = Arc::new(dress(opened).at_hand(largest));
            // A small one that has to come from the disk first is kept the next time.
            let is_ready = found.bytes_at_hand().is_some() || found.len() > largest;
            if found.is_comparable() && is_ready {
                let kept = Kept::new(path, Arc::clone(&found), now);
                place.write(|shelf| {
                    shelf.insert(kept, cache.memory / SHELVES, cache.descriptors / SHELVES);
                });
            }
            found
        }))
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

impl Place {
    /// A panic leaves a shelf as it was: what it does in between does not panic.
    fn read<T>(&self, read: impl FnOnce(&Shelf) -> T) -> T {
        read(&self.shelf.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn write(&self, write: impl FnOnce(&mut Shelf)) {
        write(&mut self.shelf.write().unwrap_or_else(PoisonError::into_inner));
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
