use std::task::{Context, Poll};

use http::{Request, Response};
use tower_service::Service;

use crate::LintLayer;

/// The service that [`LintLayer`] makes.
#[derive(Clone, Debug)]
pub struct Lint<S> {
    pub(crate) inner: S,
    pub(crate) _layer: LintLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Lint<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> S::Future {
        self.inner.call(request)
    }
}
