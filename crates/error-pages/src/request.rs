use std::{error::Error, sync::OnceLock};

use http::{
    HeaderMap, HeaderName, Method, Request,
    header::{ACCEPT, ACCEPT_LANGUAGE},
    uri::PathAndQuery,
};
use plywood_core::{Mount, RequestId, Witness};
use plywood_error::{Incident, IncidentKind, Panicked};

use crate::ErrorPagesLayer;

/// What an error page needs to know of the request. Nothing is parsed before there is an error.
///
/// Its texts are copies. To share them would cost more, because each would be counted twice; and as long as one of them was shared, the server
/// could not use again what it has read the request's head into.
#[derive(Clone, Debug, Default)]
pub(crate) struct Asked {
    layer: ErrorPagesLayer,
    method: Method,
    accept: Line,
    languages: Line,
    /// The path and the query; empty if there was none.
    target: String,
    id: Option<RequestId>,
    /// Knows the route, if anybody further out wants to know it.
    witness: Option<Witness>,
    /// How the answer's body has panicked when it was only asked how much is left of it.
    broken: OnceLock<Panicked>,
}

/// A field in one line: [RFC 9110 §5.3](https://www.rfc-editor.org/rfc/rfc9110#section-5.3) has several joined by commas.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    is_there: bool,
    text: Vec<u8>,
}

impl Asked {
    /// Takes the place of another request, which it has [forgotten](Self::forget).
    pub(crate) fn read<B>(&mut self, request: &mut Request<B>, layer: &ErrorPagesLayer) {
        self.layer = layer.clone();
        if layer.config().reports.is_some() {
            Witness::call(request);
        }
        let mut uri = request.uri();
        if !request.extensions().is_empty() {
            self.witness = Witness::of(request).cloned();
            self.id = RequestId::of(request).cloned();
            let mount = request.extensions().get::<Mount>();
            uri = mount.map_or(uri, |mount| mount.original_uri(uri));
        }
        self.method = request.method().clone();
        self.accept.read(request.headers(), &ACCEPT);
        self.languages.read(request.headers(), &ACCEPT_LANGUAGE);
        self.target.clear();
        if let Some(target) = uri.path_and_query() {
            self.target.push_str(target.as_str());
        }
    }

    /// Lets go of all that is shared with others.
    pub(crate) fn forget(&mut self) {
        self.layer = ErrorPagesLayer::default();
        self.id = None;
        self.witness = None;
        self.broken.take();
    }

    pub(crate) const fn broken(&self) -> &OnceLock<Panicked> {
        &self.broken
    }

    /// The room that the texts take, in bytes.
    pub(crate) fn room(&self) -> usize {
        self.accept.text.capacity() + self.languages.text.capacity() + self.target.capacity()
    }

    pub(crate) const fn layer(&self) -> &ErrorPagesLayer {
        &self.layer
    }

    pub(crate) fn is_head(&self) -> bool {
        self.method == Method::HEAD
    }

    pub(crate) fn accept(&self) -> Option<&[u8]> {
        self.accept.text()
    }

    pub(crate) fn languages(&self) -> Option<&[u8]> {
        self.languages.text()
    }

    pub(crate) const fn id(&self) -> Option<&RequestId> {
        self.id.as_ref()
    }

    /// What happened to this request, for this reason.
    pub(crate) fn incident(&self, kind: IncidentKind, reason: &(dyn Error + 'static)) -> Incident {
        let target = Some(&self.target).filter(|target| !target.is_empty());
        let target: Option<PathAndQuery> = target.and_then(|target| target.parse().ok());
        Incident::new(kind, reason)
            .request(&self.method, target.as_ref())
            .route(self.witness.as_ref().and_then(Witness::route))
            .request_id(self.id.clone())
    }

    pub(crate) fn path(&self) -> Option<&str> {
        if self.target.is_empty() {
            return None;
        }
        // A URI may have a query and no path: `http://example.com?page=2`.
        self.target
            .split('?')
            .next()
            .map(|path| if path.is_empty() { "/" } else { path })
    }
}

impl Line {
    pub(crate) fn of<B>(request: &Request<B>, name: &HeaderName) -> Self {
        let mut line = Self::default();
        line.read(request.headers(), name);
        line
    }

    /// The field, if it was sent.
    pub(crate) fn text(&self) -> Option<&[u8]> {
        self.is_there.then_some(&self.text)
    }

    fn read(&mut self, headers: &HeaderMap, name: &HeaderName) {
        let first = headers.get(name);
        self.is_there = first.is_some();
        self.text.clear();
        if let Some(first) = first {
            self.text.extend_from_slice(first.as_bytes());
        }
        // Mostly no field has several lines.
        if headers.len() > headers.keys_len() {
            for more in headers.get_all(name).iter().skip(1) {
                self.text.extend_from_slice(b", ");
                self.text.extend_from_slice(more.as_bytes());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn asked(request: http::request::Builder) -> Asked {
        let mut asked = Asked::default();
        asked.read(&mut request.body(()).unwrap(), &ErrorPagesLayer::new());
        asked
    }

    #[test]
    fn a_field_of_several_lines_is_one() {
        for (lines, line) in [
            (&[][..], None),
            (&[""][..], Some("")),
            (&["a"][..], Some("a")),
            (&["a", "b;q=0", "c, d"][..], Some("a, b;q=0, c, d")),
        ] {
            let lines = lines.iter().map(|line| (ACCEPT, line));
            let request = lines.fold(Request::get("/"), |request, (name, line)| {
                request.header(name, *line)
            });
            let asked = asked(request);
            assert_eq!(asked.accept(), line.map(str::as_bytes));
            assert_eq!(asked.languages(), None);
        }
    }

    #[test]
    fn the_path_is_that_of_the_uri() {
        for (uri, target) in [
            ("/", "/"),
            ("/a%20b?c=d?e", "/a%20b?c=…"),
            ("http://example.com", "/"),
            ("http://example.com?page=2", "/?page=…"),
            ("*", "*"),
            ("example.com:443", ""),
        ] {
            let request = Request::builder().method("OPTIONS").uri(uri);
            let path = request.uri_ref().unwrap().path().to_owned();
            let asked = asked(request);
            let path = Some(&*path).filter(|path| !path.is_empty());
            assert_eq!(asked.path(), path, "{uri}");
            let error = std::io::Error::other("the reason");
            let incident = asked.incident(IncidentKind::Failed, &error);
            assert_eq!(incident.target(), target, "{uri}");
        }
    }

    #[test]
    fn nothing_of_one_request_is_told_of_the_next() {
        let mut first = Request::post("/a?b")
            .header(ACCEPT, "text/html")
            .header(ACCEPT_LANGUAGE, "de")
            .body(())
            .unwrap();
        let id = RequestId::new(HeaderValue::from_static("7"));
        first.extensions_mut().insert(id);
        Witness::call(&mut first);
        let mut asked = Asked::default();
        asked.read(&mut first, &ErrorPagesLayer::new());
        assert!(asked.id().is_some() && asked.witness.is_some());

        asked.forget();
        let mut second = Request::connect("example.com:443").body(()).unwrap();
        asked.read(&mut second, &ErrorPagesLayer::new());
        assert_eq!((asked.accept(), asked.languages()), (None, None));
        assert_eq!((asked.path(), &asked.method), (None, &Method::CONNECT));
        assert!(asked.id.is_none() && asked.witness.is_none());
    }
}
