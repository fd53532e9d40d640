use std::error::Error;

use http::{
    HeaderName, HeaderValue, Method, Request,
    header::{ACCEPT, ACCEPT_LANGUAGE},
    uri::PathAndQuery,
};
use plywood_core::{Mount, RequestId, Witness};
use plywood_error::{Incident, IncidentKind, Reports};

/// What an error page needs to know of the request. Nothing is parsed before there is an error.
#[derive(Clone, Debug)]
pub(crate) struct Asked {
    method: Method,
    pub(crate) accept: Option<HeaderValue>,
    pub(crate) languages: Option<HeaderValue>,
    pub(crate) id: Option<RequestId>,
    target: Option<PathAndQuery>,
    /// Knows the route, if anybody further out wants to know it.
    witness: Option<Witness>,
    pub(crate) reports: Option<Reports>,
}

impl Asked {
    pub(crate) fn of<B>(request: &mut Request<B>, reports: Option<&Reports>) -> Self {
        let witness = match reports {
            Some(_) => Some(Witness::call(request)),
            None => Witness::of(request).cloned(),
        };
        let mount = Mount::of(request);
        let uri = mount.original_uri(request.uri());
        Self {
            method: request.method().clone(),
            accept: field(request, &ACCEPT),
            languages: field(request, &ACCEPT_LANGUAGE),
            id: RequestId::of(request).cloned(),
            target: uri.path_and_query().cloned(),
            witness,
            reports: reports.cloned(),
        }
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    /// What happened to this request, for this reason.
    pub(crate) fn incident(&self, kind: IncidentKind, reason: &(dyn Error + 'static)) -> Incident {
        Incident::new(kind, reason)
            .request(&self.method, self.target.as_ref())
            .route(self.witness.as_ref().and_then(Witness::route))
            .request_id(self.id.clone())
    }

    pub(crate) fn path(&self) -> Option<&str> {
        self.target.as_ref().map(PathAndQuery::path)
    }
}

/// The field in one line: [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3) has several joined by commas.
pub(crate) fn field<B>(request: &Request<B>, name: &HeaderName) -> Option<HeaderValue> {
    let all = request.headers().get_all(name);
    let mut lines = all.iter();
    let first = lines.next()?;
    if lines.size_hint().1 == Some(0) {
        return Some(first.clone());
    }
    let lines: Vec<_> = all.iter().map(HeaderValue::as_bytes).collect();
    HeaderValue::from_bytes(&lines.join(&b", "[..])).ok()
}
