use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use http::{Request, Response};
use plywood_core::{BoxError, HttpBody, future::Settled};
use plywood_error::Panicked;
use tower_service::Service;

use crate::{ErrorPagesLayer, PageBody, answer::Answer, kept::Kept};

/// The service that [`ErrorPagesLayer`] makes. It does not fail.
#[derive(Debug)]
pub struct ErrorPages<S> {
    inner: S,
    layer: ErrorPagesLayer,
    /// Why the inner service could not become ready: the answer to the next request.
    unready: Option<BoxError>,
}

impl<S> ErrorPages<S> {
    pub(crate) const fn new(inner: S, layer: ErrorPagesLayer) -> Self {
        Self {
            inner,
            layer,
            unready: None,
        }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for ErrorPages<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>, Error: Into<BoxError>>,
    ResBody: HttpBody,
{
    type Response = Response<PageBody<ResBody>>;
    type Error = Infallible;
    type Future = Settled<S::Future, Answer>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        if self.unready.is_none() {
            let poll = Panicked::catch(|| self.inner.poll_ready(cx));
            self.unready = match poll {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(ready)) => ready.err().map(Into::into),
                Err(panicked) => Some(panicked.into()),
            };
        }
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let answer = Answer {
            asked: Kept::of(&mut request, &self.layer),
        };
        Settled::new(self.unready.take(), || self.inner.call(request), answer)
    }
}

/// A clone has to become ready for itself.
impl<S: Clone> Clone for ErrorPages<S> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.layer.clone())
    }
}
