use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use plywood_core::{
    Body, HttpBody,
    body::Whole,
    future::Gated,
    sheet::{Act, Described, Sheet},
    take_ready,
};
use tower_layer::Layer;
use tower_service::Service;

use super::{Credentials, Qop};
use crate::{Head, Refusal};

/// The bytes of a body that a response covers.
#[derive(Clone)]
pub(super) struct Covered(pub(super) Bytes);

/// Reads the body of a request whose Digest credentials cover it (`auth-int`), so that they can be verified, and hands it on as it was.
///
/// An awaiter. It stands around the auth layer whose [`Digest`](super::Digest) offers [`integrity`](super::Digest::integrity); the body of any other
/// request is not touched. What is inside takes requests with a [`Body`].
///
/// It holds the whole body in memory, of whoever says that it is covered, before anybody is known: the bound is 1 MiB by default, and what is larger
/// gets `413`. How long it waits for the body is the server's to bound: `plywood-serve` does so over HTTP/1, and over HTTP/2, where a stream may be there to last,
/// nobody does. Put `tower_http::timeout::TimeoutLayer` around this one there.
///
/// ```
/// use plywood_auth::{AuthLayer, digest::{Account, Asked, Digest, IntegrityLayer}};
/// use plywood_core::Identity;
/// use tower::ServiceBuilder;
///
/// let ann = |asked: &Asked<'_>| {
///     asked.is("ann").then(|| Account::by_password(Identity::new("ann"), "ply"))
/// };
/// let stack = ServiceBuilder::new()
///     .layer(IntegrityLayer::new().max_size(64 * 1024))
///     .layer(AuthLayer::new(Digest::new("the shed", ann).integrity()));
/// ```
#[derive(Clone, Debug)]
pub struct IntegrityLayer {
    max_size: usize,
}

const MAX_SIZE: usize = 1 << 20;

impl IntegrityLayer {
    /// With a bound of 1 MiB.
    pub const fn new() -> Self {
        Self { max_size: MAX_SIZE }
    }

    /// The largest body, in bytes. Default: 1 MiB.
    #[must_use]
    pub const fn max_size(mut self, most: usize) -> Self {
        self.max_size = most;
        self
    }
}

impl Default for IntegrityLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for IntegrityLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().acts(Act::Refuses)
    }
}

impl<S> Layer<S> for IntegrityLayer {
    type Service = Integrity<S>;

    fn layer(&self, inner: S) -> Integrity<S> {
        Integrity {
            inner,
            layer: self.clone(),
        }
    }
}

/// The service that [`IntegrityLayer`] makes.
#[derive(Clone, Debug)]
pub struct Integrity<S> {
    inner: S,
    layer: IntegrityLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Integrity<S>
where
    S: Service<Request<Body>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    ReqBody: HttpBody,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let credentials = Credentials::read(request.headers());
        let is_covered =
            credentials.is_ok_and(|read| read.is_some_and(|read| read.qop() == Some(Qop::AuthInt)));
        if !is_covered {
            return Gated::open(self.inner.call(request.map(Body::new)));
        }
        let (inner, most) = (take_ready(&mut self.inner), self.layer.max_size);
        Gated::later(Box::pin(hold(inner, request, most)))
    }
}

/// Calls the inner service once the body is there.
async fn hold<S, ReqBody>(mut inner: S, request: Request<ReqBody>, most: usize) -> Gated<S::Future>
where
    S: Service<Request<Body>>,
    ReqBody: HttpBody,
{
    let (mut head, body) = request.into_parts();
    match read(body, most).await {
        Ok((bytes, body)) => {
            head.extensions.insert(Covered(bytes));
            Gated::open(inner.call(Request::from_parts(head, body)))
        }
        Err(refusal) => Gated::shut(refusal.answer(&Head::from(&head))),
    }
}

/// The bytes of a body, and the same body once more, with its trailers.
async fn read<B: HttpBody>(body: B, most: usize) -> Result<(Bytes, Body), Refusal> {
    let whole = Whole::read(body, most).await;
    let whole = whole.map_err(|error| Refusal::new(error.status(), error))?;
    Ok((whole.bytes.clone(), whole.into_body()))
}
