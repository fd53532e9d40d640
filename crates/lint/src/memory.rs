use std::{
    collections::{HashMap, hash_map::Entry},
    fmt,
    hash::{Hash, Hasher},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header, response::Parts,
};
use plywood_core::Mount;

use crate::{
    Rule,
    fields::{Fields, elements, shown},
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
const AXES: [(&str, &str, Rule); 3] = [
    ("accept-encoding", "content-encoding", rule::VARY),
    ("accept", "content-type", rule::VARY_ON_KIND),
    ("accept-language", "content-language", rule::VARY_ON_KIND),
];

/// What a 304 repeats of its 200, besides Vary, which has a rule of its own.
const STAYING: [&str; 4] = ["cache-control", "content-location", "etag", "expires"];

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
    digest: Fold,
    asked: [u64; 3],
}

/// The bytes of an answer with a strong `ETag`, on their way to be compared.
pub(crate) struct Tagged {
    memory: Arc<Memory>,
    question: Question,
    etag: HeaderValue,
    key: u64,
    length: u64,
    hash: u64,
}

impl Question {
    /// What the target of `request` asks for; its fields follow, each by [`field`](Self::field).
    pub(crate) fn new<B>(request: &Request<B>, mount: &Mount) -> Option<Self> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let uri = mount.original_uri(request.uri());
        let mut digest = Fold::default();
        uri.hash(&mut digest);
        Some(Self {
            host: None,
            uri: uri.clone(),
            digest,
            asked: [0; 3],
        })
    }

    /// Takes a field of the request.
    pub(crate) fn field(&mut self, name: &HeaderName, value: &HeaderValue) {
        match *name {
            header::ACCEPT_ENCODING => self.asked[0] = digest(value),
            header::ACCEPT => self.asked[1] = digest(value),
            header::ACCEPT_LANGUAGE => self.asked[2] = digest(value),
            header::IF_NONE_MATCH | header::IF_MODIFIED_SINCE => {}
            _ => {
                (name, value).hash(&mut self.digest);
                if name == header::HOST {
                    self.host = Some(value.clone());
                }
            }
        }
    }

    fn resource(&self) -> String {
        let host = self.host.as_ref().map(HeaderValue::as_bytes);
        let host = String::from_utf8_lossy(host.unwrap_or_default());
        format!("`{host}{}`", self.uri)
    }
}

impl Memory {
    pub(crate) fn check(
        &self,
        question: &Question,
        head: &Parts,
        fields: &Fields<'_>,
        report: &Report,
    ) {
        match head.status {
            StatusCode::OK => self.whole(question, &head.headers, fields, report),
            StatusCode::NOT_MODIFIED => self.not_modified(question, fields, report),
            _ => {}
        }
    }

    fn not_modified(&self, question: &Question, fields: &Fields<'_>, report: &Report) {
        let digest = question.digest.finish();
        let Some(earlier) = self.seen().answers.get(&digest).copied() else {
            return;
        };
        let lost = |name: &str| {
            format!(
                "a 304 without `{name}` for {}, whose 200 had one",
                question.resource()
            )
        };
        let keeps_vary = fields.vary.is_some() || !earlier.has_vary;
        report.expect(keeps_vary, rule::VARY_STAYS, || lost("vary"));
        for ((name, had), has) in STAYING.iter().zip(earlier.has).zip(staying(fields)) {
            report.expect(has || !had, rule::VALIDATORS_STAY, || lost(name));
        }
    }

    fn whole(
        &self,
        question: &Question,
        headers: &HeaderMap,
        fields: &Fields<'_>,
        report: &Report,
    ) {
        let chosen = [
            fields.content_encoding,
            fields.content_type,
            fields.content_language,
        ];
        let now = Answer {
            asked: question.asked,
            given: chosen.map(|value| value.map_or(0, digest)),
            named: fields.vary.map_or([false; 3], |_| named(headers)),
            has_vary: fields.vary.is_some(),
            has: staying(fields),
        };
        let earlier = match self.seen().answers.entry(question.digest.finish()) {
            Entry::Occupied(mut entry) => entry.insert(now),
            Entry::Vacant(entry) => *entry.insert(now),
        };
        // Two questions that differ in one field alone, and two answers that differ: that is what `Vary` is for.
        let mut differing = (0..AXES.len()).filter(|&axis| earlier.asked[axis] != now.asked[axis]);
        let (Some(axis), None) = (differing.next(), differing.next()) else {
            return;
        };
        let (chosen_by, chosen, rule) = AXES[axis];
        let negotiated = earlier.given[axis] != now.given[axis];
        let is_named = earlier.named[axis] && now.named[axis];
        report.expect(is_named || !negotiated, rule, || {
            format!(
                "{} has more than one `{chosen}`, and not each time `vary: {chosen_by}`",
                question.resource()
            )
        });
    }

    /// Compares the coding of an answer with that of earlier ones of the same strong `ETag`, and prepares to compare the bytes.
    pub(crate) fn tagged(
        self: &Arc<Self>,
        question: Question,
        fields: &Fields<'_>,
        report: &Report,
    ) -> Option<Tagged> {
        let etag = fields
            .etag
            .filter(|etag| etag.as_bytes().starts_with(b"\""))?;
        let coding = fields.content_encoding.map_or(0, digest);
        let key = digest((&question.host, &question.uri, etag));
        let tagged = Tagged {
            memory: Arc::clone(self),
            question,
            etag: etag.clone(),
            key,
            length: 0,
            hash: FNV.0,
        };
        let (first, _) = *self.seen().tagged.entry(key).or_insert((coding, None));
        if first != coding {
            report.broken(
                rule::STRONG_ETAG,
                format!("{tagged}, seen with another coding before"),
            );
            return None;
        }
        Some(tagged)
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
            format!("{self}, seen with other bytes before")
        });
    }
}

/// The tag and the resource.
impl fmt::Display for Tagged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let etag = shown(&header::ETAG, &self.etag);
        write!(f, "{etag} of {}", self.question.resource())
    }
}

/// By axis: does `Vary` name it?
fn named(headers: &HeaderMap) -> [bool; 3] {
    let mut named = [false; 3];
    for name in elements(headers, &header::VARY) {
        for (axis, (chosen_by, ..)) in AXES.iter().enumerate() {
            named[axis] |= name == "*" || name.eq_ignore_ascii_case(chosen_by);
        }
    }
    named
}

fn staying(fields: &Fields<'_>) -> [bool; 4] {
    let staying = [
        fields.cache_control,
        fields.content_location,
        fields.etag,
        fields.expires,
    ];
    staying.map(|line| line.is_some())
}

fn digest(value: impl Hash) -> u64 {
    let mut fold = Fold::default();
    value.hash(&mut fold);
    fold.finish()
}

/// A hasher for what is only compared, where the standard library's would cost more than the rules do.
#[derive(Clone, Debug, Default)]
struct Fold(u64);

impl Fold {
    fn word(&mut self, word: u64) {
        let product =
            u128::from(self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
        #[expect(clippy::cast_possible_truncation, reason = "both halves are folded")]
        let folded = (product >> 64) as u64 ^ product as u64;
        self.0 = folded.rotate_left(23).wrapping_add(FNV.0);
    }
}

impl Hasher for Fold {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.word(u64::from_le_bytes(
                word.try_into().expect("it has eight bytes"),
            ));
        }
        let mut last = [0; 8];
        last[..words.remainder().len()].copy_from_slice(words.remainder());
        self.word(u64::from_le_bytes(last) ^ bytes.len() as u64);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}
