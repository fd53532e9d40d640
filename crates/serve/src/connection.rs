//! What a connection makes of its requests before the app sees them.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Version};
use hyper::body::Incoming;
use plywood_core::{Body, Client, Scheme};
use tower_service::Service;

use crate::body::Awaited;

/// Hands the app [`Body`] instead of hyper's own, and leaves word of who is at the other end.
#[derive(Clone, Debug)]
pub(crate) struct Connection<S> {
    pub(crate) app: S,
    pub(crate) client: Client,
    pub(crate) scheme: Scheme,
    pub(crate) stall_timeout: Duration,
}

impl<S: Service<Request<Body>>> Service<Request<Incoming>> for Connection<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.app.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Incoming>) -> S::Future {
        let is_alone = request.version() < Version::HTTP_2;
        let mut request = request.map(|body| {
            if is_alone {
                Body::new(Awaited::new(body, self.stall_timeout))
            } else {
                Body::new(body)
            }
        });
        request.extensions_mut().insert(self.client);
        request.extensions_mut().insert(self.scheme);
        self.app.call(request)
    }
}
