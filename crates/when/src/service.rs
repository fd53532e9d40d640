use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use plywood_core::{
    Body, HttpBody,
    future::{Either, Oneshot},
    take_ready,
};
use tower_service::Service;

use crate::layer::Predicate;

/// The service that [`WhenLayer`](crate::WhenLayer) makes: the inner service, and the same in the layer.
#[derive(Clone)]
pub struct When<S, T> {
    pub(crate) inner: S,
    pub(crate) layered: T,
    pub(crate) predicate: Arc<Predicate>,
}

impl<S, T, ReqBody, ResBody, LayeredBody> Service<Request<ReqBody>> for When<S, T>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone,
    T: Service<Request<ReqBody>, Response = Response<LayeredBody>> + Clone,
    T::Error: Into<S::Error>,
    ResBody: HttpBody,
    LayeredBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<S::Future, Oneshot<T, Request<ReqBody>>>;

    /// Ready when the inner service is. Which way the request goes is not known yet, and a layer that is busy (a limit) must not hold up
    /// those that pass it by: its readiness is awaited once it is called.
    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (head, body) = request.into_parts();
        let is_meant = (self.predicate)(&head);
        let request = Request::from_parts(head, body);
        if is_meant {
            // What the inner service reserved when it was polled is given back: the one in the layer needs it, and might wait for it forever.
            drop(take_ready(&mut self.inner));
            Either::second(Oneshot::new(self.layered.clone(), request))
        } else {
            Either::first(self.inner.call(request))
        }
    }
}

impl<S: fmt::Debug, T: fmt::Debug> fmt::Debug for When<S, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("When")
            .field("inner", &self.inner)
            .field("layered", &self.layered)
            .finish_non_exhaustive()
    }
}
