use http::{HeaderValue, Method, Request, header::ACCEPT, uri::PathAndQuery};
use plywood_core::{Mount, RequestId};

/// What an error page needs to know of the request. Nothing is parsed before there is an error.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) is_head: bool,
    pub(crate) accept: Option<HeaderValue>,
    pub(crate) id: Option<RequestId>,
    target: Option<PathAndQuery>,
}

impl Asked {
    pub(crate) fn of<B>(request: &Request<B>) -> Self {
        let mount = Mount::of(request);
        let uri = mount.original_uri(request.uri());
        Self {
            is_head: request.method() == Method::HEAD,
            accept: accept(request),
            id: RequestId::of(request).cloned(),
            target: uri.path_and_query().cloned(),
        }
    }

    pub(crate) fn path(&self) -> Option<&str> {
        self.target.as_ref().map(PathAndQuery::path)
    }
}

/// The field in one line: [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3) has several joined by commas.
fn accept<B>(request: &Request<B>) -> Option<HeaderValue> {
    let mut lines = request.headers().get_all(ACCEPT).iter();
    let first = lines.next()?;
    if lines.size_hint().1 == Some(0) {
        return Some(first.clone());
    }
    let lines: Vec<_> = request
        .headers()
        .get_all(ACCEPT)
        .iter()
        .map(HeaderValue::as_bytes)
        .collect();
    HeaderValue::from_bytes(&lines.join(&b", "[..])).ok()
}
