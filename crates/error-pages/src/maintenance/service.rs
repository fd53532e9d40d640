use std::{
    task::{Context, Poll},
    time::Instant,
};

use http::{Request, Response};
use plywood_core::{Body, HttpBody, future::Gated};
use tower_service::Service;

use super::MaintenanceLayer;

/// The service that [`MaintenanceLayer`] makes.
#[derive(Clone, Debug)]
pub struct Maintenance<S> {
    inner: S,
    layer: MaintenanceLayer,
}

impl<S> Maintenance<S> {
    pub(super) const fn new(inner: S, layer: MaintenanceLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Maintenance<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let config = &self.layer.config;
        let Some(notice) = config.flag.notice(Instant::now()) else {
            return Gated::open(self.inner.call(request));
        };
        let (head, body) = request.into_parts();
        let is_exempt = config.exempt.as_ref().is_some_and(|exempt| exempt(&head));
        let request = Request::from_parts(head, body);
        if is_exempt {
            Gated::open(self.inner.call(request))
        } else {
            Gated::shut(notice.answer(&request, config.after))
        }
    }
}
