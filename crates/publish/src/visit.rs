use std::fmt;

use http::{Extensions, HeaderMap, Method, Request, Uri, request};
use plywood_core::{Carrier, Mount};

use crate::Trail;

/// A request on its way through the tree, as hooks and pages see it: its head, and the [`Trail`] behind it.
pub struct Visit {
    /// Its path is below the mount, as it was sent.
    head: Request<()>,
    trail: Trail,
    pub(crate) has_trailing_slash: bool,
}

impl Visit {
    pub(crate) fn new(head: request::Parts, has_trailing_slash: bool) -> Self {
        let trail = Trail::at(Mount::of(&head));
        Self {
            head: Request::from_parts(head, ()),
            trail,
            has_trailing_slash,
        }
    }

    /// The request's method.
    pub fn method(&self) -> &Method {
        self.head.method()
    }

    /// The request's target, below the mount.
    pub fn uri(&self) -> &Uri {
        self.head.uri()
    }

    /// The request's fields.
    pub fn headers(&self) -> &HeaderMap {
        self.head.headers()
    }

    /// What layers outside have left for the page, such as the session and the identity: look them up by their `of`, on the visit itself.
    pub fn extensions(&self) -> &Extensions {
        self.head.extensions()
    }

    /// The way here from the root.
    pub fn trail(&self) -> &Trail {
        &self.trail
    }

    /// Where the tree is mounted.
    pub fn mount(&self) -> Mount {
        Mount::of(&self.head)
    }

    pub(crate) fn trail_mut(&mut self) -> &mut Trail {
        &mut self.trail
    }

    pub(crate) fn head_mut(&mut self) -> &mut Request<()> {
        &mut self.head
    }
}

impl Carrier for Visit {
    fn extensions(&self) -> &Extensions {
        self.head.extensions()
    }
}

impl fmt::Debug for Visit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("method", self.method())
            .field("uri", self.uri())
            .field("trail", &self.trail)
            .finish_non_exhaustive()
    }
}
