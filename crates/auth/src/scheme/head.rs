use std::fmt;

use http::{Extensions, HeaderMap, Method, Request, Uri, request};
use plywood_core::Carrier;

/// The head of a request, as an authentication scheme or a rule looks at it.
///
/// What gateways and layers have left is found as in a request: `Client::of(&head)`, `Mount::of(&head)`. `Debug` shows no fields, which may
/// hold secrets.
#[derive(Clone, Copy)]
pub struct Head<'r> {
    method: &'r Method,
    uri: &'r Uri,
    headers: &'r HeaderMap,
    extensions: &'r Extensions,
}

impl<'r> Head<'r> {
    /// The head of `request`. Nothing is copied.
    pub fn of<B>(request: &'r Request<B>) -> Self {
        Self {
            method: request.method(),
            uri: request.uri(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }

    /// The method.
    pub const fn method(&self) -> &'r Method {
        self.method
    }

    /// The target, as it is where the layer stands: [`Mount::original_uri`](plywood_core::Mount::original_uri) is the one that was sent.
    pub const fn uri(&self) -> &'r Uri {
        self.uri
    }

    /// The fields.
    pub const fn headers(&self) -> &'r HeaderMap {
        self.headers
    }
}

impl<'r> From<&'r request::Parts> for Head<'r> {
    fn from(parts: &'r request::Parts) -> Self {
        Self {
            method: &parts.method,
            uri: &parts.uri,
            headers: &parts.headers,
            extensions: &parts.extensions,
        }
    }
}

impl Carrier for Head<'_> {
    fn extensions(&self) -> &Extensions {
        self.extensions
    }
}

impl fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Head")
            .field("method", &self.method)
            .field("path", &self.uri.path())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_shows_neither_fields_nor_a_query() {
        let request = Request::get("/a?token=SECRET").header("cookie", "sid=SECRET");
        let request = request.body(()).unwrap();
        let shown = format!("{:?}", Head::of(&request));
        assert!(shown.contains("/a") && !shown.contains("SECRET"), "{shown}");
    }
}
