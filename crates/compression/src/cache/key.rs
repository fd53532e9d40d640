//! What an answer is known by, and whether it may be.

use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, Request, StatusCode, header, response};
use plywood_core::{FileIdentity, Mount};
use plywood_header::entity_tag::EntityTag;

use crate::effort::Job;

/// What an answer is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    bytes: Plain,
    coding: &'static str,
    level: i32,
    size: Option<u64>,
}

/// Which bytes it had before.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Plain {
    /// Those of a file, at whatever URL. Its tag is there too: a layer in between that changed the bytes had to change that.
    File {
        identity: FileIdentity,
        tag: Option<HeaderValue>,
    },
    /// A strong tag stands for the same bytes, but only within one URL ([RFC 9110 §8.8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3)).
    Tagged {
        resource: Arc<str>,
        tag: HeaderValue,
    },
}

impl Key {
    /// The key of an answer with this head; `None` if it may be one visitor's own, or does not say which bytes it has.
    pub(crate) fn of(resource: &Arc<str>, parts: &response::Parts, job: &Job) -> Option<Self> {
        if parts.status != StatusCode::OK || is_not_for_all(&parts.headers) {
            return None;
        }
        Some(Self {
            bytes: Plain::of(resource, parts, job)?,
            coding: job.coding.as_str(),
            level: job.level,
            size: job.size,
        })
    }

    pub(super) fn weight(&self) -> usize {
        let on_the_heap = match &self.bytes {
            Plain::File { tag, .. } => tag.as_ref().map_or(0, HeaderValue::len),
            Plain::Tagged { resource, tag } => resource.len() + tag.len(),
        };
        size_of::<Self>() + on_the_heap
    }
}

impl Plain {
    fn of(resource: &Arc<str>, parts: &response::Parts, job: &Job) -> Option<Self> {
        let tag = parts.headers.get(header::ETAG);
        // A body of another length is no longer the file's.
        let identity = FileIdentity::of(parts).filter(|file| job.size == Some(file.length()));
        if let Some(identity) = identity {
            let tag = tag.cloned();
            return Some(Self::File { identity, tag });
        }
        let is_strong =
            |tag: &&HeaderValue| EntityTag::parse(tag).is_some_and(|tag| !tag.is_weak());
        Some(Self::Tagged {
            resource: Arc::clone(resource),
            tag: tag.filter(is_strong)?.clone(),
        })
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
    let authority = uri.authority().map_or("", http::uri::Authority::as_str);
    // The text as it came, and not the path that it means: two spellings are two answers, and that is no harm.
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let mut resource = String::with_capacity(authority.len() + target.len() + HOST);
    resource.push_str(authority);
    // All that somebody may take for the host, and each on a line of its own, which no field can make: where a gateway lets odd ones through,
    // a client could otherwise have its answer kept as that of another URL.
    for host in headers.get_all(header::HOST) {
        resource.push('\n');
        resource.push_str(host.to_str().ok()?);
    }
    resource.push('\n');
    resource.push_str(target);
    Some(resource.into())
}

/// Room for most hosts.
const HOST: usize = 64;

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

#[cfg(test)]
pub(super) fn named(name: &str) -> Key {
    Key {
        bytes: Plain::Tagged {
            resource: name.into(),
            tag: HeaderValue::from_static("\"a\""),
        },
        coding: "gzip",
        level: 4,
        size: None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderName;

    use super::*;

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

    #[test]
    fn no_host_that_a_client_makes_up_shares_an_answer_with_another() {
        let key = |hosts: &[&str], target: &str| {
            let mut request = Request::get(target);
            for host in hosts {
                request = request.header(header::HOST, *host);
            }
            resource(&request.body(()).unwrap()).unwrap()
        };
        let ours = key(&["a.example"], "/x/y");
        assert_eq!(ours, key(&["a.example"], "/x/y"));
        for (hosts, target) in [
            (&["b.example"][..], "/x/y"),
            // Some read all of it, some the first and some the last.
            (&["a.example/x"], "/y"),
            (&["a.example", "b.example"], "/x/y"),
            (&["b.example"], "http://a.example/x/y"),
            (&["a.example"], "http://b.example/x/y"),
            (&[], "/x/y"),
        ] {
            assert_ne!(key(hosts, target), ours, "{hosts:?} {target}");
        }
    }
}
