use std::{
    convert::Infallible,
    task::{Context, Poll},
};

use http::{Request, Response};
use plywood_core::{Body, BoxError, HttpBody, future::Followed};
use tower_service::Service;

use super::{ErrorDocument, ErrorDocumentsLayer, Fetch};
use crate::{ErrorPages, PageBody};

/// The service that [`ErrorDocumentsLayer`] makes. It does not fail.
#[derive(Debug)]
pub struct ErrorDocuments<S> {
    inner: ErrorPages<S>,
    layer: ErrorDocumentsLayer,
}

impl<S> ErrorDocuments<S> {
    pub(super) const fn new(inner: ErrorPages<S>, layer: ErrorDocumentsLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for ErrorDocuments<S>
where
    S: Service<Request<Body>, Response = Response<ResBody>, Error: Into<BoxError>>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
    ReqBody: HttpBody,
    ResBody: HttpBody,
{
    type Response = Response<PageBody<ResBody>>;
    type Error = Infallible;
    type Future =
        Followed<<ErrorPages<S> as Service<Request<Body>>>::Future, Fetch<S>, PageBody<ResBody>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let fetch = match ErrorDocument::of(&request) {
            // An error document has none itself.
            Some(_) => Fetch::nothing(),
            None => Fetch::new(self.inner.clone(), &self.layer, &request),
        };
        Followed::new(self.inner.call(request.map(Body::new)), fetch)
    }
}

impl<S: Clone> Clone for ErrorDocuments<S> {
    fn clone(&self) -> Self {
        Self::new(self.inner.clone(), self.layer.clone())
    }
}
