use http::{HeaderMap, HeaderValue, Method, Request, header};
use plywood_core::Mount;

/// What a response is judged by: the little of its request that has to be remembered.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
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

impl Asked {
    pub(crate) fn read<B>(request: &Request<B>) -> Self {
        let (method, headers) = (request.method(), request.headers());
        Self {
            method: method.clone(),
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

fn resource<B>(request: &Request<B>, headers: &HeaderMap) -> String {
    let mount = Mount::of(request);
    let uri = mount.original_uri(request.uri());
    let host = headers.get(header::HOST).map(HeaderValue::as_bytes);
    format!(
        "{} {uri}",
        String::from_utf8_lossy(host.unwrap_or_default())
    )
}
