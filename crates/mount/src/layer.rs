use std::{
    fmt,
    task::{Context, Poll},
};

use http::{Request, Response};
use plywood_core::{
    Body, BoxError, BoxFuture, Failure, HttpBody, MatchedRoute, Mount,
    future::{Either, Gated},
    refuse,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;
use tower_service::Service;

use crate::{Mounts, mounts::Way};

/// Puts mounts in front of another service: what goes nowhere else, the other service answers, and sees the request as it came.
///
/// A [`fallback`](Mounts::fallback) of the mounts leaves nothing for the other service. A path that can be read in more than one way is refused:
/// the other service might read it as one of a mount. Made by [`Mounts::layer`].
#[derive(Clone, Debug)]
pub struct MountsLayer<E = BoxError> {
    mounts: Mounts<E>,
}

impl<E: Send + 'static> MountsLayer<E> {
    /// Asks `mounts` first. They may change while they serve.
    pub const fn new(mounts: Mounts<E>) -> Self {
        Self { mounts }
    }
}

impl<E> Described for MountsLayer<E> {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .tells::<MatchedRoute>()
            .tells::<Failure>()
            .acts(Act::Refuses)
    }
}

impl<S, E> Layer<S> for MountsLayer<E> {
    type Service = MountsFirst<S, E>;

    fn layer(&self, inner: S) -> MountsFirst<S, E> {
        MountsFirst {
            inner,
            mounts: self.mounts.clone(),
        }
    }
}

/// The service that [`MountsLayer`] makes: mounts first, then the inner service.
pub struct MountsFirst<S, E = BoxError> {
    inner: S,
    mounts: Mounts<E>,
}

impl<S, E, ReqBody, ResBody> Service<Request<ReqBody>> for MountsFirst<S, E>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    E: Into<S::Error> + Send + 'static,
    ReqBody: HttpBody,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<S::Future, Gated<BoxFuture<Result<Response<Body>, E>>>>;

    /// Ready when the inner service is; a mounted one's readiness is awaited once it is called.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        match self.mounts.route(request) {
            Way::To(mut service, request) => Either::second(Gated::open(service.call(request))),
            Way::Nowhere(request) => Either::first(self.inner.call(request)),
            Way::Unclear(reason) => Either::second(Gated::shut(refuse(reason.status(), reason))),
        }
    }
}

impl<S: Clone, E> Clone for MountsFirst<S, E> {
    fn clone(&self) -> Self {
        Self {
            inner: self.inner.clone(),
            mounts: self.mounts.clone(),
        }
    }
}

impl<S: fmt::Debug, E> fmt::Debug for MountsFirst<S, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MountsFirst")
            .field("inner", &self.inner)
            .field("mounts", &self.mounts)
            .finish()
    }
}
