use std::borrow::Cow;

use http::{Extensions, HeaderMap, Method, Request, Uri, Version};
use plywood_core::{Carrier, host};

/// A request without its body, as a choice of what to log sees it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct RequestHead<'r> {
    /// The method.
    pub method: &'r Method,
    /// The target as it was sent, whatever [`Mount`](plywood_core::Mount) was entered outside.
    pub uri: &'r Uri,
    /// The version of HTTP.
    pub version: Version,
    /// The header fields.
    pub headers: &'r HeaderMap,
    /// What was left in the request outside of the log.
    pub extensions: &'r Extensions,
}

impl<'r> RequestHead<'r> {
    /// Of `request`, whose target was `uri` before any mount.
    pub(crate) fn new<B>(request: &'r Request<B>, uri: &'r Uri) -> Self {
        Self {
            method: request.method(),
            uri,
            version: request.version(),
            headers: request.headers(),
            extensions: request.extensions(),
        }
    }

    /// The host that was asked, with its port if that was named.
    pub(crate) fn host(&self) -> Option<Cow<'r, str>> {
        host::of(self.uri, self.headers).filter(|host| !host.is_empty())
    }
}

impl Carrier for RequestHead<'_> {
    fn extensions(&self) -> &Extensions {
        self.extensions
    }
}
