//! Answers that were compressed already, within a bound of bytes.

use std::{
    collections::{BTreeMap, HashMap},
    fmt, mem,
    sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, header, response};
use plywood_core::Mount;
use plywood_header::entity_tag::EntityTag;

use crate::effort::Job;

/// What an answer is known by. A strong tag stands for the same bytes, but only within one URL
/// ([RFC 9110 §8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    resource: Arc<str>,
    tag: HeaderValue,
    coding: &'static str,
    level: i32,
    size: Option<u64>,
}

impl Key {
    /// The key of an answer with this head; `None` if it may be one visitor's own, or does not say which bytes it has.
    pub(crate) fn of(resource: &Arc<str>, parts: &response::Parts, job: &Job) -> Option<Self> {
        let tag = parts.headers.get(header::ETAG)?;
        let is_strong = EntityTag::parse(tag).is_some_and(|tag| !tag.is_weak());
        let is_whole = parts.status == http::StatusCode::OK;
        if !is_strong || !is_whole || is_not_for_all(&parts.headers) {
            return None;
        }
        Some(Self {
            resource: Arc::clone(resource),
            tag: tag.clone(),
            coding: job.coding.as_str(),
            level: job.level,
            size: job.size,
        })
    }

    fn weight(&self) -> usize {
        size_of::<Self>() + self.resource.len() + self.tag.len()
    }
}

/// The URL, for a request whose answer may be shared.
pub(crate) fn resource<B>(request: &Request<B>) -> Option<Arc<str>> {
    let headers = request.headers();
    if request.method() != Method::GET || headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    // What a mount has taken off tells one service from another.
    let mount = Mount::of(request);
    let uri = mount.original_uri(request.uri());
    let host = uri.authority().map(http::uri::Authority::as_str);
    let host = host.or_else(|| headers.get(header::HOST)?.to_str().ok());
    // The text as it came, and not the path that it means: two spellings are two answers, and that is no harm.
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    Some([host.unwrap_or_default(), target].concat().into())
}

/// Whether an answer is one visitor's own, or is not to be kept.
pub(crate) fn is_not_for_all(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    let mut directives = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    headers.contains_key(header::SET_COOKIE)
        || is_by_visitor(headers)
        || directives.any(|directive| {
            let name = directive.split(|byte| *byte == b'=').next();
            let name = name.unwrap_or_default().trim_ascii();
            name.eq_ignore_ascii_case(b"no-store") || name.eq_ignore_ascii_case(b"private")
        })
}

/// Whether `Vary` says that who asks decides what is answered.
fn is_by_visitor(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::VARY).iter();
    let mut fields = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b','));
    fields.any(|field| {
        let field = field.trim_ascii();
        [&b"*"[..], b"cookie", b"authorization"]
            .iter()
            .any(|known| field.eq_ignore_ascii_case(known))
    })
}

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

    use http::HeaderName;

    use super::*;

    fn key(name: &str) -> Key {
        Key {
            resource: name.into(),
            tag: HeaderValue::from_static("\"a\""),
            coding: "gzip",
            level: 4,
            size: None,
        }
    }

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

    #[test]
    fn what_is_one_visitors_own_is_known() {
        for (fields, expected) in [
            (&[][..], false),
            (&[("cache-control", "public, max-age=60")], false),
            (&[("cache-control", "max-age=60, No-Store")], true),
            (&[("cache-control", "private=\"x\"")], true),
            (&[("set-cookie", "a=b")], true),
            (&[("vary", "accept-encoding, origin")], false),
            (&[("vary", "origin"), ("vary", "accept , Cookie")], true),
            (&[("vary", "AUTHORIZATION")], true),
            (&[("vary", "*")], true),
            (&[("vary", "x-cookie")], false),
        ] {
            let mut headers = HeaderMap::new();
            for (name, value) in fields {
                headers.append(
                    HeaderName::from_static(name),
                    HeaderValue::from_static(value),
                );
            }
            assert_eq!(is_not_for_all(&headers), expected, "{fields:?}");
        }
    }
}
