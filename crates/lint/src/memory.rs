use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header, response::Parts,
};
use plywood_core::Mount;
use plywood_header::entity_tag::EntityTag;

use crate::{
    Rule,
    fields::{names, shown},
    report::Report,
    rule,
};

/// How many answers and tags one lint remembers; then it begins anew.
const LIMIT: usize = 1024;

/// How much of a body is hashed.
const HASHED: u64 = 64 * 1024;

/// FNV-1a: the same for the same bytes, however they are cut, which the hashers of the standard library do not promise.
const FNV: (u64, u64) = (0xcbf2_9ce4_8422_2325, 0x0100_0000_01b3);

/// By what a client chooses, what then differs, and the rule that wants it in `Vary`.
const AXES: [(HeaderName, HeaderName, Rule); 3] = [
    (
        header::ACCEPT_ENCODING,
        header::CONTENT_ENCODING,
        rule::VARY,
    ),
    (header::ACCEPT, header::CONTENT_TYPE, rule::VARY_ON_KIND),
    (
        header::ACCEPT_LANGUAGE,
        header::CONTENT_LANGUAGE,
        rule::VARY_ON_KIND,
    ),
];

/// What a 304 repeats of its 200, besides Vary, which has a rule of its own.
const STAYING: [HeaderName; 4] = [
    header::CACHE_CONTROL,
    header::CONTENT_LOCATION,
    header::ETAG,
    header::EXPIRES,
];

/// What a lint remembers of earlier answers, for the rules that one answer alone cannot break. Hashes, so that it stays small.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// By the question: the last answer.
    answers: HashMap<u64, Answer>,
    /// By resource and strong `ETag`: the content coding, and the bytes once they were seen.
    tagged: HashMap<u64, (u64, Option<u64>)>,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    /// By axis: what was asked, what was answered, and whether `Vary` names it.
    asked: [u64; 3],
    given: [u64; 3],
    named: [bool; 3],
    has_vary: bool,
    has: [bool; 4],
}

/// What is asked for by a GET or a HEAD.
#[derive(Debug)]
pub(crate) struct Question {
    host: Option<HeaderValue>,
    /// The URI before any mount was entered.
    uri: Uri,
    /// The resource and all fields but for those that choose or make the request conditional.
    digest: u64,
    asked: [u64; 3],
}

/// The bytes of an answer with a strong `ETag`, on their way to be compared.
pub(crate) struct Tagged {
    memory: Arc<Memory>,
    key: u64,
    shown: String,
    length: u64,
    hash: u64,
}

impl Question {
    pub(crate) fn read<B>(request: &Request<B>, mount: &Mount) -> Option<Self> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let headers = request.headers();
        let uri = mount.original_uri(request.uri());
        let asks_elsewhere = |(name, _): &(&HeaderName, _)| {
            let conditional = [header::IF_NONE_MATCH, header::IF_MODIFIED_SINCE].contains(name);
            !conditional && AXES.iter().all(|(chosen_by, ..)| chosen_by != name)
        };
        let mut hasher = DefaultHasher::new();
        uri.hash(&mut hasher);
        for (name, value) in headers.iter().filter(asks_elsewhere) {
            (name, value).hash(&mut hasher);
        }
        Some(Self {
            host: headers.get(header::HOST).cloned(),
            uri: uri.clone(),
            digest: hasher.finish(),
            asked: AXES.map(|(name, ..)| digest(headers.get(name))),
        })
    }

    fn resource(&self) -> String {
        let host = self.host.as_ref().map(HeaderValue::as_bytes);
        let host = String::from_utf8_lossy(host.unwrap_or_default());
        format!("`{host}{}`", self.uri)
    }
}

impl Memory {
    pub(crate) fn check(&self, question: &Question, head: &Parts, report: &Report) {
        match head.status {
            StatusCode::OK => self.whole(question, &head.headers, report),
            StatusCode::NOT_MODIFIED => self.not_modified(question, &head.headers, report),
            _ => {}
        }
    }

    fn not_modified(&self, question: &Question, headers: &HeaderMap, report: &Report) {
        let Some(earlier) = self.seen().answers.get(&question.digest).copied() else {
            return;
        };
        let lost = |name: &HeaderName, had: bool| had && !headers.contains_key(name);
        report.expect(
            !lost(&header::VARY, earlier.has_vary),
            rule::VARY_STAYS,
            || {
                format!(
                    "a 304 without `vary` for {}, whose 200 had one",
                    question.resource()
                )
            },
        );
        for (name, had) in STAYING.iter().zip(earlier.has) {
            report.expect(!lost(name, had), rule::VALIDATORS_STAY, || {
                format!(
                    "a 304 without `{name}` for {}, whose 200 had one",
                    question.resource()
                )
            });
        }
    }

    fn whole(&self, question: &Question, headers: &HeaderMap, report: &Report) {
        let vary = |name: &str| names(headers, &header::VARY, name);
        let now = Answer {
            asked: question.asked,
            given: AXES.map(|(_, name, _)| digest(headers.get(name))),
            named: AXES.map(|(name, ..)| vary("*") || vary(name.as_str())),
            has_vary: headers.contains_key(header::VARY),
            has: STAYING.map(|name| headers.contains_key(name)),
        };
        let earlier = match self.seen().answers.entry(question.digest) {
            Entry::Occupied(mut entry) => entry.insert(now),
            Entry::Vacant(entry) => *entry.insert(now),
        };
        // Two questions that differ in one field alone, and two answers that differ: that is what `Vary` is for.
        let mut differing = (0..AXES.len()).filter(|&axis| earlier.asked[axis] != now.asked[axis]);
        let (Some(axis), None) = (differing.next(), differing.next()) else {
            return;
        };
        let (chosen_by, chosen, rule) = &AXES[axis];
        let negotiated = earlier.given[axis] != now.given[axis];
        let named = earlier.named[axis] && now.named[axis];
        report.expect(named || !negotiated, *rule, || {
            format!(
                "{} has more than one `{chosen}`, and not each time `vary: {chosen_by}`",
                question.resource()
            )
        });
    }

    /// Compares the coding of an answer with that of earlier ones of the same strong `ETag`, and prepares to compare the bytes.
    pub(crate) fn tagged(
        self: &Arc<Self>,
        question: &Question,
        head: &Parts,
        report: &Report,
    ) -> Option<Tagged> {
        let value = head.headers.get(header::ETAG)?;
        if head.status != StatusCode::OK || EntityTag::parse(value)?.is_weak() {
            return None;
        }
        let coding = digest(head.headers.get(header::CONTENT_ENCODING));
        let key = digest((&question.host, &question.uri, value));
        let shown = format!("{} of {}", shown(&header::ETAG, value), question.resource());
        let (first, _) = *self.seen().tagged.entry(key).or_insert((coding, None));
        if first != coding {
            report.broken(
                rule::STRONG_ETAG,
                format!("{shown}, seen with another coding before"),
            );
            return None;
        }
        Some(Tagged {
            memory: Arc::clone(self),
            key,
            shown,
            length: 0,
            hash: FNV.0,
        })
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.answers.len() >= LIMIT || seen.tagged.len() >= LIMIT {
            *seen = Seen::default();
        }
        seen
    }
}

impl Tagged {
    /// Takes the next bytes. Those far into a body are only counted, so that a great file does not cost a great while.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        let room = usize::try_from(HASHED.saturating_sub(self.length)).unwrap_or(usize::MAX);
        for &byte in &bytes[..bytes.len().min(room)] {
            self.hash = (self.hash ^ u64::from(byte)).wrapping_mul(FNV.1);
        }
        self.length += bytes.len() as u64;
    }

    /// The body is whole.
    pub(crate) fn end(&self, report: &Report) {
        let now = self.hash ^ self.length;
        let first = match self.memory.seen().tagged.get_mut(&self.key) {
            Some((_, bytes)) => *bytes.get_or_insert(now),
            None => now,
        };
        report.expect(first == now, rule::STRONG_ETAG, || {
            format!("{}, seen with other bytes before", self.shown)
        });
    }
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
