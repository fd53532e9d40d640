use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use plywood_core::{Watched, future::Edited};
use tower_service::Service;

use crate::{AccessLog, Line};

/// The service that [`MetricsLayer`](crate::MetricsLayer) makes.
#[derive(Clone, Debug)]
pub struct Metrics<S>(pub(super) AccessLog<S>);

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Metrics<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body<Data = Bytes>,
{
    type Response = Response<Watched<ResBody, Line>>;
    type Error = S::Error;
    type Future = Edited<S::Future, Line>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        self.0.call(request)
    }
}
