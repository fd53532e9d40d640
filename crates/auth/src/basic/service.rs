use std::task::{Context, Poll};

use http::{Request, Response};
use plywood_core::{
    Body, BoxFuture, HttpBody,
    future::{Gated, Next},
    take_ready,
};
use tower_service::Service;

use super::layer::caller;
use crate::{BasicAuthLayer, verdict::Found};

/// The service that [`BasicAuthLayer`] makes.
#[derive(Clone, Debug)]
pub struct BasicAuth<S> {
    pub(super) inner: S,
    pub(super) layer: BasicAuthLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for BasicAuth<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    ReqBody: Send + 'static,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let verdict = match self.layer.examine(&request) {
            Ok(Some(verdict)) => verdict,
            Ok(None) => return Gated::open(self.inner.call(request)),
            Err(refusal) => return Gated::shut(self.layer.refuse(refusal, &request)),
        };
        match verdict.into_next() {
            Next::Now(found) => admit(&self.layer, &mut self.inner, request, found),
            Next::Later(found) => {
                let (layer, inner) = (self.layer.clone(), take_ready(&mut self.inner));
                Gated::later(Box::pin(decide(layer, inner, request, found)))
            }
        }
    }
}

async fn decide<S, ReqBody>(
    layer: BasicAuthLayer,
    mut inner: S,
    request: Request<ReqBody>,
    found: BoxFuture<Found>,
) -> Gated<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    let found = found.await;
    admit(&layer, &mut inner, request, found)
}

/// Calls the inner service for whoever was found, or refuses.
fn admit<S, ReqBody>(
    layer: &BasicAuthLayer,
    inner: &mut S,
    mut request: Request<ReqBody>,
    found: Found,
) -> Gated<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    match caller(found) {
        Ok(caller) => {
            caller.leave(&mut request);
            Gated::open(inner.call(request))
        }
        Err(refusal) => Gated::shut(layer.refuse(refusal, &request)),
    }
}
