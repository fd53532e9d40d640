use std::any::type_name;

use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, header, uri::Authority};
use plywood_core::Mount;

use crate::memory::Question;

/// What a response is judged by: the little of its request that has to be remembered.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Is the answer as the client will have it, as far as this lint can know?
    pub(crate) is_final: bool,
    /// The lines of `If-None-Match`, `If-Modified-Since`, `Range` and `If-Range`, in a request that has any.
    pub(crate) conditions: Option<Box<HeaderMap>>,
    pub(crate) accept_encoding: Option<HeaderValue>,
    pub(crate) mount: Mount,
    host: Option<HeaderValue>,
    authority: Option<Authority>,
    /// What the memory knows it by, if it asks for a representation.
    pub(crate) question: Option<Question>,
}

/// Left in the request by a lint for those inside it.
#[derive(Clone, Copy)]
struct UnderLint;

impl Asked {
    /// Reads `request`, for a lint around a service of type `S`.
    pub(crate) fn read<S, B>(request: &mut Request<B>) -> Self {
        let is_inner = request.extensions_mut().insert(UnderLint).is_some();
        let mount = Mount::of(request);
        let mut asked = Self {
            method: request.method().clone(),
            is_final: !is_inner && !is_finished_by_axum::<S>(),
            conditions: None,
            accept_encoding: None,
            host: None,
            authority: request.uri().authority().cloned(),
            question: None,
            mount,
        };
        let mut question = Question::new(request, &asked.mount);
        // One pass, because a look-up for each costs more.
        for (name, value) in request.headers() {
            match *name {
                header::HOST => asked.host = Some(value.clone()),
                header::ACCEPT_ENCODING => asked.accept_encoding = Some(value.clone()),
                header::IF_NONE_MATCH
                | header::IF_MODIFIED_SINCE
                | header::RANGE
                | header::IF_RANGE => {
                    let kept = asked.conditions.get_or_insert_default();
                    kept.append(name, value.clone());
                }
                _ => {}
            }
            if let Some(question) = &mut question {
                question.field(name, value);
            }
        }
        asked.question = question;
        asked
    }

    /// The lines of one of the conditions.
    pub(crate) fn condition(&self, name: &HeaderName) -> Option<&HeaderValue> {
        self.conditions.as_ref()?.get(name)
    }

    /// The host that was asked, without its port.
    pub(crate) fn host(&self) -> Option<&str> {
        if let Some(authority) = &self.authority {
            return Some(authority.host());
        }
        let host = self.host.as_ref()?.to_str().ok()?;
        Some(without_port(host)).filter(|host| !host.is_empty())
    }
}

/// `host` of `host:port`; a literal of IPv6 has colons of its own, and brackets.
pub(crate) fn without_port(authority: &str) -> &str {
    match authority.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => host,
        _ => authority,
    }
}

/// Does an axum Router stand outside, as it does around every layer of `Router::layer`? It adds `Allow` to a 405 on the way out.
fn is_finished_by_axum<S>() -> bool {
    type_name::<S>().contains("axum::routing::route::Route")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_told_from_its_port() {
        for (authority, host) in [
            ("example.com", "example.com"),
            ("example.com:80", "example.com"),
            ("[::1]:80", "[::1]"),
            ("[::1]", "[::1]"),
            (":80", ""),
        ] {
            assert_eq!(without_port(authority), host);
        }
    }
}
