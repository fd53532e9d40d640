use std::any::type_name;

use http::{HeaderMap, HeaderValue, Method, Request, header};
use plywood_core::Mount;

/// What a response is judged by: the little of its request that has to be remembered.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Is the answer as the client will have it, as far as this lint can know?
    pub(crate) is_final: bool,
    /// Is there an `Accept-Encoding`?
    pub(crate) negotiates_encoding: bool,
    /// Is there an `If-None-Match` or an `If-Modified-Since`?
    pub(crate) is_conditional: bool,
    /// Is there a `Range`?
    pub(crate) has_range: bool,
    pub(crate) if_range: Option<HeaderValue>,
    /// The resource, for a method that reads it: its host and its URI before any mount was entered.
    pub(crate) resource: Option<String>,
}

/// Left in the request by a lint for those inside it.
#[derive(Clone, Copy)]
struct UnderLint;

impl Asked {
    /// Reads `request`, for a lint around a service of type `S`.
    pub(crate) fn read<S, B>(request: &mut Request<B>) -> Self {
        let is_inner = request.extensions_mut().insert(UnderLint).is_some();
        let (method, headers) = (request.method(), request.headers());
        Self {
            method: method.clone(),
            is_final: !is_inner && !is_finished_by_axum::<S>(),
            negotiates_encoding: headers.contains_key(header::ACCEPT_ENCODING),
            is_conditional: headers.contains_key(header::IF_NONE_MATCH)
                || headers.contains_key(header::IF_MODIFIED_SINCE),
            has_range: headers.contains_key(header::RANGE),
            if_range: headers.get(header::IF_RANGE).cloned(),
            resource: matches!(*method, Method::GET | Method::HEAD)
                .then(|| resource(request, headers)),
        }
    }
}

/// Does an axum Router stand outside, as it does around every layer of `Router::layer`? It adds `Allow` to a 405 on the way out.
fn is_finished_by_axum<S>() -> bool {
    type_name::<S>().contains("axum::routing::route::Route")
}

fn resource<B>(request: &Request<B>, headers: &HeaderMap) -> String {
    let mount = Mount::of(request);
    let uri = mount.original_uri(request.uri());
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    format!(
        "{} {uri}",
        String::from_utf8_lossy(host.unwrap_or_default())
    )
}
