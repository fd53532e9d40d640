use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Method, Request, Response, header};
use http_body::Body as _;
use plywood_core::{
    Body, BoxError, BoxFuture, Failure, HttpBody, MatchedRoute, Mount, Path, refuse,
    sheet::{Described, Sheet},
};
use tower_service::Service;

use crate::{
    Directory, Trail, Visit,
    page::Asked,
    refusal,
    walk::{Walked, walk},
};

/// The service that publishes a tree of values. It is cheap to clone; all clones have one tree.
pub struct Publish<D> {
    root: Arc<D>,
    depth: usize,
    limits: Limits,
}

/// The bounds of what a page is given.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Limits {
    /// Of a form, in bytes.
    pub(crate) body: usize,
    /// Of the query, and of the form.
    pub(crate) fields: usize,
}

impl<D: Directory + 'static> Publish<D> {
    /// Publishes what `root` and what it leads to expose.
    pub fn new(root: D) -> Self {
        Self {
            root: Arc::new(root),
            depth: 32,
            limits: Limits {
                body: 256 * 1024,
                fields: 1000,
            },
        }
    }

    /// A path may have so many segments. By default 32, which is deeper than sites are. Beyond it there is nothing: `404`.
    #[must_use]
    pub const fn depth(mut self, segments: usize) -> Self {
        self.depth = segments;
        self
    }

    /// A form may have so many bytes. By default 256 KiB. Beyond it the answer is `413`.
    #[must_use]
    pub const fn body_limit(mut self, bytes: usize) -> Self {
        self.limits.body = bytes;
        self
    }

    /// A query and a form may have so many fields, each. By default 1000. Beyond it the answer is `400`.
    #[must_use]
    pub const fn max_fields(mut self, fields: usize) -> Self {
        self.limits.fields = fields;
        self
    }

    async fn visit(self, request: Request<Body>) -> Result<Response<Body>, BoxError> {
        let (head, body) = request.into_parts();
        let uri = head.uri.clone();
        let is_head = head.method == Method::HEAD;
        let path = match Path::read(&uri) {
            Ok(path) => path,
            Err(reason) => return Ok(refuse(reason.status(), reason)),
        };
        let segments: Vec<_> = path.segments().take(self.depth + 1).collect();
        if segments.len() > self.depth {
            return Ok(refuse(http::StatusCode::NOT_FOUND, "the path is too deep"));
        }
        let asked = Asked {
            visit: Visit::new(head, path.has_trailing_slash()),
            body,
            limits: self.limits,
        };
        let mut response = match walk(&*self.root, &segments, asked).await? {
            Walked::Answered(response) => response,
            Walked::Nowhere(_) => refusal::not_found(),
        };
        if is_head {
            take_body_off(&mut response);
        }
        Ok(response)
    }
}

/// The head stays as it is for GET, with the length that the body would have had
/// ([RFC 9110 §8.6](https://www.rfc-editor.org/rfc/rfc9110#section-8.6)).
fn take_body_off(response: &mut Response<Body>) {
    let body = std::mem::take(response.body_mut());
    let length = body.size_hint().exact().filter(|&length| length > 0);
    let headers = response.headers_mut();
    if let Some(length) = length
        && !headers.contains_key(header::TRANSFER_ENCODING)
    {
        headers
            .entry(header::CONTENT_LENGTH)
            .or_insert_with(|| length.into());
    }
}

impl<D> Described for Publish<D> {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .leaves::<MatchedRoute>()
            .tells::<MatchedRoute>()
            .tells::<Trail>()
            .tells::<Failure>()
    }
}

impl<D, ReqBody> Service<Request<ReqBody>> for Publish<D>
where
    D: Directory + 'static,
    ReqBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = BoxError;
    type Future = BoxFuture<Result<Response<Body>, BoxError>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        Box::pin(self.clone().visit(request.map(Body::new)))
    }
}

impl<D> Clone for Publish<D> {
    fn clone(&self) -> Self {
        Self {
            root: Arc::clone(&self.root),
            depth: self.depth,
            limits: self.limits,
        }
    }
}

impl<D> fmt::Debug for Publish<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Publish")
            .field("depth", &self.depth)
            .field("limits", &self.limits)
            .finish_non_exhaustive()
    }
}
