//! Dictionaries that client and server hold both ([RFC 9842](https://www.rfc-editor.org/rfc/rfc9842)).

mod known;
mod pattern;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header::AUTHORIZATION};
use plywood_core::{Mount, path::Path};

use self::known::Shelf;
use crate::cache::is_not_for_all;

pub(crate) use self::{known::Known, pattern::Pattern};

/// What the browser holds already, to send only what is new.
///
/// An answer becomes a dictionary for later answers: the browser keeps it, and names it by its hash in `Available-Dictionary` when it asks for
/// a URL that the pattern covers; then the answer travels as the difference, in the coding `dcz` or `dcb`. The server keeps the same bytes, in
/// memory and within a bound.
///
/// A pattern is a path in which each `*` stands for any characters, `/` among them; below a mount, the path that was sent.
/// It is sent to the browser, which reads it as a URL pattern: other characters that mean something there (`:(){}+?\`) are refused.
///
/// ```
/// use plywood_compression::{CompressionLayer, Dictionaries};
///
/// let dictionaries = Dictionaries::new()
///     // Each version of a page, for the next.
///     .answers("/page/*", "/page/*")
///     // One file that was made for the purpose, which pages point at by `<link rel="compression-dictionary">`.
///     .answers("/static/words.dat", "/shop/*");
/// let layer = CompressionLayer::new().dictionaries(dictionaries);
/// # let _ = layer;
/// ```
#[derive(Clone, Debug)]
pub struct Dictionaries {
    rules: Vec<Rule>,
    max_length: usize,
    shelf: Arc<Mutex<Shelf>>,
}

#[derive(Clone, Debug)]
struct Rule {
    source: Option<Pattern>,
    matches: Arc<Pattern>,
}

/// The most bytes that are kept.
const MAX_BYTES: usize = 16 << 20;

/// The longest dictionary, in bytes.
const MAX_LENGTH: usize = 1 << 20;

/// `Available-Dictionary` ([RFC 9842 §2.2](https://www.rfc-editor.org/rfc/rfc9842#section-2.2)).
pub(crate) const AVAILABLE: HeaderName = HeaderName::from_static("available-dictionary");

const ID: HeaderName = HeaderName::from_static("dictionary-id");

const USE_AS: HeaderName = HeaderName::from_static("use-as-dictionary");

impl Dictionaries {
    /// None yet. 16 MiB of them are kept; beyond that the oldest go.
    #[must_use]
    pub fn new() -> Self {
        Self {
            rules: Vec::new(),
            max_length: MAX_LENGTH,
            shelf: Arc::new(Mutex::new(Shelf::new(MAX_BYTES))),
        }
    }

    /// Answers to GET whose path `source` covers become dictionaries for the paths that `matches` covers.
    ///
    /// Only an answer of 200 that the browser may keep (not `no-store`), that others may be compared with (not `private`, no
    /// `Set-Cookie`, no `Vary` by `Cookie`, `Authorization` or `*`, not to a request with `Authorization`), and whose bytes are at hand when
    /// it is answered, up to 1 MiB. Say how long it may be kept with `Cache-Control: max-age`: a browser forgets a dictionary with the answer.
    ///
    /// # Panics
    ///
    /// When one of the two is no pattern.
    #[must_use]
    pub fn answers(mut self, source: &str, matches: &str) -> Self {
        self.rules.push(Rule {
            source: Some(Pattern::new(source)),
            matches: Arc::new(Pattern::new(matches)),
        });
        self
    }

    /// A dictionary that browsers may hold already, from another machine or from before a restart, for the paths that `matches` covers.
    ///
    /// It is never forgotten, and does not count as one of the bytes that may be kept.
    ///
    /// # Panics
    ///
    /// When `matches` is no pattern.
    #[must_use]
    pub fn known(mut self, bytes: impl Into<Bytes>, matches: &str) -> Self {
        self.rules.push(Rule {
            source: None,
            matches: Arc::new(Pattern::new(matches)),
        });
        if let Some(known) = Known::new(bytes.into()) {
            self.shelf().keep_for_ever(known);
        }
        self
    }

    /// The most bytes that are kept of answers. The default is 16 MiB.
    #[must_use]
    pub fn max_bytes(self, bytes: usize) -> Self {
        self.shelf().set_most(bytes);
        self
    }

    /// What this request has to do with dictionaries, if it does.
    pub(crate) fn concern<B>(&self, request: &Request<B>) -> Option<Concern> {
        // The browser knows the path that it sent, whatever a mount has taken off.
        let mount = Mount::of(request);
        let path = Path::read(mount.original_uri(request.uri())).ok()?;
        let path = path.as_str();
        let is_covered = self.rules.iter().any(|rule| rule.matches.covers(path));
        // What one visitor is let in to read is not to be compared with what others ask for.
        let may_become =
            request.method() == Method::GET && !request.headers().contains_key(AUTHORIZATION);
        let mut sources = self.rules.iter().filter(|_| may_become);
        let source = sources.find(|rule| {
            rule.source
                .as_ref()
                .is_some_and(|source| source.covers(path))
        });
        if !is_covered && source.is_none() {
            return None;
        }
        let available = is_covered.then(|| self.available(request.headers()));
        Some(Concern {
            available: available.flatten(),
            becomes: source.map(|rule| Arc::clone(&rule.matches)),
            is_covered,
        })
    }

    /// The dictionary that the client names. Which paths it is for is the client's to remember: the same bytes may be held for several
    /// patterns.
    fn available(&self, headers: &HeaderMap) -> Option<Arc<Known>> {
        let hash = known::read_hash(headers.get(AVAILABLE)?)?;
        if may_not_be_read(headers) {
            return None;
        }
        let known = self.shelf().find(&hash)?;
        // A browser that holds it under another name means another one.
        let id = headers.get(ID);
        let is_meant = id.is_none_or(|id| id.as_bytes() == known.id().as_bytes());
        is_meant.then_some(known)
    }

    /// Keeps the plain bytes of an answer, and tells the browser to do so too.
    pub(crate) fn learn(&self, plain: &Bytes, matches: &Pattern, headers: &mut HeaderMap) {
        if plain.len() > self.max_length || headers.contains_key(USE_AS) || is_not_for_all(headers)
        {
            return;
        }
        let Some(known) = Known::new(plain.clone()) else {
            return;
        };
        let value = format!("match=\"{}\", id={}", matches.as_str(), known.id());
        // The browser is not to keep what is of no use to it here.
        if let Ok(value) = HeaderValue::try_from(value)
            && self.shelf().keep(known)
        {
            headers.insert(USE_AS, value);
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // What is done to it does not panic half-way.
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Dictionaries {
    fn default() -> Self {
        Self::new()
    }
}

/// What a request has to do with dictionaries.
#[derive(Clone, Debug)]
pub(crate) struct Concern {
    /// The one that the client holds.
    pub(crate) available: Option<Arc<Known>>,
    /// The answer becomes a dictionary for these paths.
    pub(crate) becomes: Option<Arc<Pattern>>,
    /// There may be a dictionary for this path, so that the answer depends on what the client holds.
    pub(crate) is_covered: bool,
}

/// Whether the page that asks may not read the answer: then its length must not tell how it differs from a dictionary
/// ([RFC 9842 §9.3](https://www.rfc-editor.org/rfc/rfc9842#section-9.3)).
fn may_not_be_read(headers: &HeaderMap) -> bool {
    let is = |name, values: &[&str]| {
        let value = headers.get(HeaderName::from_static(name));
        value.is_some_and(|value| values.iter().any(|known| value == known))
    };
    is("sec-fetch-mode", &["no-cors"]) && is("sec-fetch-site", &["cross-site", "same-site"])
}
