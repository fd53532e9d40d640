//! Answers that were compressed already, within a bound of bytes.

mod key;

use std::{
    collections::{BTreeMap, HashMap},
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use bytes::Bytes;

#[cfg(feature = "dictionary")]
pub(crate) use self::key::is_not_for_all;
pub(crate) use self::key::{Key, resource};

/// What an answer was compressed to; `None` if it did not become smaller.
pub(crate) type Coded = Option<Bytes>;

pub(crate) struct Cache {
    most: usize,
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    by_key: HashMap<Key, Entry>,
    /// The keys of what is ready, by when they were last wanted.
    order: BTreeMap<u64, Key>,
    clock: u64,
    bytes: usize,
}

enum Entry {
    Ready {
        coded: Coded,
        wanted: u64,
    },
    /// Somebody is at it, and others wait for it: it is a body at hand, and takes a moment.
    Making(Arc<OnceLock<Coded>>),
    /// A stream goes through, and nobody waits for it.
    Passing,
}

impl Cache {
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            entries: Mutex::default(),
        }
    }

    /// What is ready.
    pub(crate) fn find(&self, key: &Key) -> Option<Coded> {
        self.lock().find(key)
    }

    /// What is ready, or what `make` makes. Of those who ask at the same time one makes it, and the others wait.
    pub(crate) fn once(&self, key: &Key, make: impl FnOnce() -> Coded) -> Coded {
        let making = {
            let mut entries = self.lock();
            if let Some(coded) = entries.find(key) {
                return coded;
            }
            let entry = entries.by_key.entry(key.clone());
            match entry.or_insert_with(|| Entry::Making(Arc::default())) {
                Entry::Making(making) => Arc::clone(making),
                Entry::Ready { .. } | Entry::Passing => return make(),
            }
        };
        let mut is_mine = false;
        let coded = making.get_or_init(|| {
            is_mine = true;
            make()
        });
        if is_mine {
            self.lock().keep(key, coded.clone(), self.most);
        }
        coded.clone()
    }

    /// The right to keep what a stream becomes, unless another one is under way.
    pub(crate) fn claim(self: &Arc<Self>, key: Key) -> Option<Claim> {
        let mut entries = self.lock();
        if entries.by_key.contains_key(&key) {
            return None;
        }
        entries.by_key.insert(key.clone(), Entry::Passing);
        drop(entries);
        Some(Claim {
            key,
            cache: Arc::clone(self),
            gathered: Vec::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, Entries> {
        // What is done to it does not panic half-way.
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entries {
    fn find(&mut self, key: &Key) -> Option<Coded> {
        let Some(Entry::Ready { coded, wanted }) = self.by_key.get_mut(key) else {
            return None;
        };
        self.clock += 1;
        if let Some(key) = self.order.remove(wanted) {
            self.order.insert(self.clock, key);
        }
        *wanted = self.clock;
        Some(coded.clone())
    }

    fn keep(&mut self, key: &Key, coded: Coded, most: usize) {
        let weight = weight(key, &coded);
        self.by_key.remove(key);
        if weight > most {
            return;
        }
        while self.bytes + weight > most {
            let Some((_, oldest)) = self.order.pop_first() else {
                return;
            };
            if let Some(Entry::Ready { coded, .. }) = self.by_key.remove(&oldest) {
                self.bytes -= self::weight(&oldest, &coded);
            }
        }
        self.clock += 1;
        self.bytes += weight;
        self.order.insert(self.clock, key.clone());
        let wanted = self.clock;
        self.by_key
            .insert(key.clone(), Entry::Ready { coded, wanted });
    }
}

fn weight(key: &Key, coded: &Coded) -> usize {
    // The key stands in both maps.
    2 * key.weight() + coded.as_ref().map_or(0, Bytes::len)
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("most", &self.most)
            .field("bytes", &self.lock().bytes)
            .finish_non_exhaustive()
    }
}

/// A stream that is kept if it comes to its end.
pub(crate) struct Claim {
    key: Key,
    cache: Arc<Cache>,
    gathered: Vec<u8>,
}

impl Claim {
    /// Another frame goes out. `false` is too much: then the claim is to be dropped.
    pub(crate) fn gather(&mut self, coded: &[u8]) -> bool {
        // One answer must not drive out all others.
        let fits = self.gathered.len() + coded.len() <= self.cache.most / 4;
        if fits {
            self.gathered.extend_from_slice(coded);
        }
        fits
    }

    /// The stream is complete.
    pub(crate) fn keep(mut self) {
        let coded = Bytes::from(mem::take(&mut self.gathered));
        self.cache
            .lock()
            .keep(&self.key, Some(coded), self.cache.most);
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        let mut entries = self.cache.lock();
        if let Some(Entry::Passing) = entries.by_key.get(&self.key) {
            entries.by_key.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{
        sync::{
            Barrier,
            atomic::{AtomicUsize, Ordering},
        },
        thread,
    };

    use super::{key::named as key, *};

    #[expect(clippy::unnecessary_wraps, reason = "what is made may be nothing")]
    fn coded(length: usize) -> Coded {
        Some(Bytes::from(vec![b'x'; length]))
    }

    #[test]
    fn what_was_made_once_is_not_made_again() {
        let cache = Cache::new(100_000);
        assert_eq!(cache.find(&key("a")), None);
        assert_eq!(cache.once(&key("a"), || coded(5)), coded(5));
        assert_eq!(cache.once(&key("a"), || panic!("again")), coded(5));
        assert_eq!(cache.find(&key("a")), Some(coded(5)));
        assert_eq!(cache.once(&key("no smaller"), || None), None);
        assert_eq!(cache.find(&key("no smaller")), Some(None));
    }

    #[test]
    fn of_many_at_a_time_one_makes_it() {
        let cache = Cache::new(100_000);
        let (made, together) = (AtomicUsize::new(0), Barrier::new(8));
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    together.wait();
                    let made = || {
                        made.fetch_add(1, Ordering::Relaxed);
                        coded(5)
                    };
                    assert_eq!(cache.once(&key("a"), made), coded(5));
                });
            }
        });
        assert_eq!(made.into_inner(), 1);
    }

    #[test]
    fn what_was_not_wanted_for_longest_goes_first() {
        let cache = Cache::new(35_000);
        for name in ["a", "b", "c"] {
            cache.once(&key(name), || coded(10_000));
        }
        cache.find(&key("a"));
        cache.once(&key("d"), || coded(10_000));
        let there = |name| cache.find(&key(name)).is_some();
        assert_eq!(["a", "b", "c", "d"].map(there), [true, false, true, true]);
        cache.once(&key("huge"), || coded(40_000));
        assert!(!there("huge"));
        assert!(there("d"));
        let entries = cache.lock();
        assert!(entries.bytes <= 35_000);
        assert_eq!(entries.order.len(), entries.by_key.len());
    }

    #[test]
    fn a_stream_is_kept_when_it_is_complete() {
        let cache = Arc::new(Cache::new(100_000));
        let mut claim = cache.claim(key("a")).unwrap();
        assert!(cache.claim(key("a")).is_none(), "one is under way");
        assert_eq!(cache.once(&key("a"), || coded(1)), coded(1), "nobody waits");
        assert!(claim.gather(b"one ") && claim.gather(b"two"));
        claim.keep();
        assert_eq!(cache.find(&key("a")), Some(Some("one two".into())));

        drop(cache.claim(key("left")));
        let mut again = cache.claim(key("left")).unwrap();
        assert!(!again.gather(&vec![0; 30_000]), "too long");
    }
}
