use std::{
    collections::{HashMap, hash_map::Entry},
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Mutex, MutexGuard, PoisonError},
};

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header, response::Parts};
use plywood_core::Mount;
use plywood_header::entity_tag::EntityTag;

use crate::{
    fields::{names, shown},
    report::Report,
    rule,
};

/// How many answers and tags one lint remembers; then it begins anew.
const LIMIT: usize = 1024;

/// What a lint remembers of earlier answers, for the rules that one answer alone cannot break. Hashes, so that it stays small.
#[derive(Debug, Default)]
pub(crate) struct Memory(Mutex<Seen>);

#[derive(Debug, Default)]
struct Seen {
    /// By the question: the last answer.
    answers: HashMap<u64, Answer>,
    /// By resource and strong `ETag`: the content coding.
    codings: HashMap<u64, u64>,
}

#[derive(Clone, Copy, Debug)]
struct Answer {
    accepts: u64,
    coding: u64,
    has_vary: bool,
    names_accept_encoding: bool,
}

/// What is asked for by a GET or a HEAD.
#[derive(Debug)]
pub(crate) struct Question {
    /// The host, and the URI before any mount was entered.
    resource: String,
    /// The resource and all fields but for those that choose a coding or make the request conditional.
    digest: u64,
    /// The `Accept-Encoding`.
    accepts: u64,
}

impl Question {
    pub(crate) fn read<B>(request: &Request<B>) -> Option<Self> {
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return None;
        }
        let headers = request.headers();
        let mount = Mount::of(request);
        let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
        let host = String::from_utf8_lossy(host.unwrap_or_default());
        let resource = format!("{host}{}", mount.original_uri(request.uri()));
        let asks_elsewhere = |(name, _): &(&http::HeaderName, _)| {
            ![
                header::ACCEPT_ENCODING,
                header::IF_NONE_MATCH,
                header::IF_MODIFIED_SINCE,
            ]
            .contains(name)
        };
        let mut hasher = DefaultHasher::new();
        resource.hash(&mut hasher);
        for (name, value) in headers.iter().filter(asks_elsewhere) {
            (name, value).hash(&mut hasher);
        }
        Some(Self {
            resource,
            digest: hasher.finish(),
            accepts: digest(headers.get(header::ACCEPT_ENCODING)),
        })
    }
}

impl Memory {
    pub(crate) fn check(&self, question: &Question, head: &Parts, report: &Report) {
        match head.status {
            StatusCode::OK => {
                self.coding_of_tag(question, &head.headers, report);
                self.vary(question, &head.headers, report);
            }
            StatusCode::NOT_MODIFIED => {
                let earlier = self.seen().answers.get(&question.digest).copied();
                let before = earlier.is_some_and(|answer| answer.has_vary);
                let still = head.headers.contains_key(header::VARY);
                report.expect(still || !before, rule::VARY_STAYS, || {
                    format!(
                        "a 304 without `vary` for `{}`, whose 200 had one",
                        question.resource
                    )
                });
            }
            _ => {}
        }
    }

    fn coding_of_tag(&self, question: &Question, headers: &HeaderMap, report: &Report) {
        let Some(value) = headers.get(header::ETAG) else {
            return;
        };
        if EntityTag::parse(value).is_none_or(|tag| tag.is_weak()) {
            return;
        }
        let coding = digest(headers.get(header::CONTENT_ENCODING));
        let tag = digest((&question.resource, value));
        let first = *self.seen().codings.entry(tag).or_insert(coding);
        report.expect(first == coding, rule::STRONG_ETAG, || {
            let etag = shown(&header::ETAG, value);
            format!(
                "{etag} of `{}`, seen with another coding before",
                question.resource
            )
        });
    }

    /// Two questions that differ in `Accept-Encoding` alone, and two codings: that is what `Vary` is for.
    fn vary(&self, question: &Question, headers: &HeaderMap, report: &Report) {
        let vary = |name| names(headers, &header::VARY, name);
        let now = Answer {
            accepts: question.accepts,
            coding: digest(headers.get(header::CONTENT_ENCODING)),
            has_vary: headers.contains_key(header::VARY),
            names_accept_encoding: vary("*") || vary("accept-encoding"),
        };
        let earlier = match self.seen().answers.entry(question.digest) {
            Entry::Occupied(mut entry) => entry.insert(now),
            Entry::Vacant(entry) => *entry.insert(now),
        };
        let negotiated = earlier.coding != now.coding && earlier.accepts != now.accepts;
        let named = earlier.names_accept_encoding && now.names_accept_encoding;
        report.expect(named || !negotiated, rule::VARY, || {
            format!(
                "`{}` has two codings, and not each time `vary: accept-encoding`",
                question.resource
            )
        });
    }

    fn seen(&self) -> MutexGuard<'_, Seen> {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.answers.len() >= LIMIT || seen.codings.len() >= LIMIT {
            *seen = Seen::default();
        }
        seen
    }
}

fn digest(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
