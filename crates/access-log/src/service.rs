use std::task::{Context, Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use plywood_core::{Watched, future::Edited};
use tower_service::Service;

use crate::{AccessLogLayer, Line};

/// The service that [`AccessLogLayer`] makes.
#[derive(Clone, Debug)]
pub struct AccessLog<S> {
    pub(crate) inner: S,
    pub(crate) layer: AccessLogLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for AccessLog<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: Body<Data = Bytes>,
{
    type Response = Response<Watched<ResBody, Line>>;
    type Error = S::Error;
    type Future = Edited<S::Future, Line>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        // Begun before the call, so that a panic in it leaves a line too.
        let line = Line::begin(&self.layer.settings, &mut request);
        Edited::new(self.inner.call(request), line)
    }
}
