//! What the answer must know of the request, kept at the least cost: most answers never look at it.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Request, header};
use plywood_header::accept_encoding::{self, Choice, Coding};

#[cfg(feature = "dictionary")]
use crate::dictionary::Concern;
use crate::{
    CompressionLayer, cache,
    tags::{self, EntityTags},
};

/// What the answer must know of the request.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) content: Content,
    codings: Codings,
    /// The client holds an answer under strong tags alone, so it is one that we did not compress.
    pub(crate) holds_plain: bool,
    /// What only some layers must know. It is boxed because every request carries this.
    rare: Option<Box<Rare>>,
}

#[derive(Clone, Debug)]
struct Rare {
    /// The lines of `If-None-Match`, where tags are suffixed.
    held: Vec<HeaderValue>,
    /// The URL, where answers are kept.
    resource: Option<Arc<str>>,
    #[cfg(feature = "dictionary")]
    concern: Option<Concern>,
}

/// What the client wants to read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Content {
    /// A body.
    Body,
    /// The head only (HEAD).
    Head,
    /// Whatever comes through a tunnel (CONNECT).
    Tunnel,
}

/// `Accept-Encoding`, read only if the answer can be compressed.
#[derive(Clone, Debug)]
enum Codings {
    /// The field is absent.
    Unsaid,
    /// Its only line. Sharing the bytes costs less than reading them.
    Line(HeaderValue),
    /// It came in several lines, which nobody sends: read at once, because keeping a list would cost an allocation.
    Chosen(Choice),
}

impl Asked {
    pub(crate) fn of<B>(request: &Request<B>, layer: &CompressionLayer) -> Self {
        let headers = request.headers();
        Self {
            content: match *request.method() {
                Method::HEAD => Content::Head,
                Method::CONNECT => Content::Tunnel,
                _ => Content::Body,
            },
            codings: Codings::of(headers, layer.offers()),
            holds_plain: holds_plain(headers),
            rare: Rare::of(request, layer),
        }
    }

    /// The coding to answer in; `None` is the answer as it is.
    ///
    /// A client that accepts nothing at all gets it too: [RFC 9110 §12.5.3] allows that, and the inner service has run already.
    ///
    /// [RFC 9110 §12.5.3]: https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3
    pub(crate) fn coding(&self, offers: &[Coding]) -> Option<Coding> {
        match self.codings.choice(offers) {
            Choice::Coding(coding) => Some(coding),
            Choice::Identity | Choice::NotAcceptable => None,
        }
    }

    /// The coding that the client holds already, as far as its `If-None-Match` says so, of the answer with this head.
    pub(crate) fn held_coding(&self, answer: &HeaderMap, offers: &[Coding]) -> Option<Coding> {
        tags::held_coding(answer, &self.rare.as_ref()?.held, offers)
    }

    /// What this request has to do with dictionaries.
    #[cfg(feature = "dictionary")]
    pub(crate) fn concern(&self) -> Option<&Concern> {
        self.rare.as_ref()?.concern.as_ref()
    }

    /// The URL, if the answer may be kept.
    pub(crate) fn resource(&self) -> Option<&Arc<str>> {
        self.rare.as_ref()?.resource.as_ref()
    }

    /// Whether the client accepts nothing that we could answer.
    pub(crate) fn accepts_nothing(&self, offers: &[Coding]) -> bool {
        self.codings.choice(offers) == Choice::NotAcceptable
    }
}

impl Codings {
    fn of(headers: &HeaderMap, offers: &[Coding]) -> Self {
        let mut lines = headers.get_all(header::ACCEPT_ENCODING).iter();
        match (lines.next(), lines.next()) {
            (None, _) => Self::Unsaid,
            (Some(line), None) => Self::Line(line.clone()),
            (Some(_), Some(_)) => Self::Chosen(accept_encoding::negotiate(headers, offers)),
        }
    }

    fn choice(&self, offers: &[Coding]) -> Choice {
        match self {
            Self::Unsaid => Choice::Identity,
            Self::Line(line) => accept_encoding::negotiate_lines([line], offers),
            Self::Chosen(choice) => *choice,
        }
    }
}

/// What we compress goes out under a weak tag. Where `If-None-Match` names tags and none of them is weak, the client has plain bytes.
fn holds_plain(headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(header::IF_NONE_MATCH).iter().peekable();
    lines.peek().is_some()
        && lines.all(|line| {
            let line = line.as_bytes();
            line.contains(&b'"') && !line.windows(3).any(|at| at == b"W/\"")
        })
}

impl Rare {
    fn of<B>(request: &Request<B>, layer: &CompressionLayer) -> Option<Box<Self>> {
        let held = match layer.tags() {
            EntityTags::Weak => Vec::new(),
            EntityTags::Suffixed => {
                let lines = request.headers().get_all(header::IF_NONE_MATCH);
                lines.iter().cloned().collect()
            }
        };
        let resource = layer.kept().and_then(|_| cache::resource(request));
        let is_needed = resource.is_some() || !held.is_empty();
        #[cfg(feature = "dictionary")]
        let concern = layer
            .known_dictionaries()
            .and_then(|dictionaries| dictionaries.concern(request));
        #[cfg(feature = "dictionary")]
        let is_needed = is_needed || concern.is_some();
        is_needed.then(|| {
            Box::new(Self {
                held,
                resource,
                #[cfg(feature = "dictionary")]
                concern,
            })
        })
    }
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use super::*;

    const OFFERS: &[Coding] = &[Coding::Gzip];

    fn asked(fields: &[(&str, &str)]) -> Asked {
        let mut request = Request::builder();
        for (name, value) in fields {
            request = request.header(*name, *value);
        }
        Asked::of(
            &request.body(()).unwrap(),
            &CompressionLayer::new().codings([Coding::Gzip]),
        )
    }

    #[test]
    fn the_coding_is_negotiated_over_all_lines() {
        let gzip = Some(Coding::Gzip);
        for (lines, expected) in [
            (&[][..], None),
            (&["gzip, br"], gzip),
            (&["x-gzip"], gzip),
            (&["*"], gzip),
            (&["br, zstd"], None),
            (&["gzip;q=0"], None),
            (&["identity, gzip;q=0.5"], None),
            (&["identity;q=0, *;q=0"], None),
            (&["br", "gzip"], gzip),
            (&["br", "gzip;q=0"], None),
        ] {
            let fields: Vec<_> = lines
                .iter()
                .map(|line| ("accept-encoding", *line))
                .collect();
            assert_eq!(asked(&fields).coding(OFFERS), expected, "{lines:?}");
        }
    }

    #[test]
    fn only_strong_tags_mean_plain_bytes() {
        for (lines, expected) in [
            (&[][..], false),
            (&[r#""a""#], true),
            (&[r#""a", "b""#], true),
            (&[r#"W/"a""#], false),
            (&[r#""a", W/"b""#], false),
            (&[r#""a""#, r#"W/"b""#], false),
            (&["*"], false),
        ] {
            let fields: Vec<_> = lines.iter().map(|line| ("if-none-match", *line)).collect();
            assert_eq!(asked(&fields).holds_plain, expected, "{lines:?}");
        }
    }

    #[test]
    fn it_is_small_because_every_request_carries_it() {
        assert!(size_of::<Asked>() <= 56, "{}", size_of::<Asked>());
    }
}
