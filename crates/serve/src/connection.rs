//! What a connection makes of its requests before the app sees them.

use std::{
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response, StatusCode, Version};
use hyper::body::Incoming;
use plywood_core::{Body, Client, ClientCertificate, HttpBody, Scheme, future::Gated};
use tower_service::Service;

use crate::{body::Awaited, host};

/// Hands the app [`Body`] instead of hyper's own, and leaves word of who is at the other end.
#[derive(Clone, Debug)]
pub(crate) struct Connection<S> {
    pub(crate) app: S,
    pub(crate) client: Client,
    pub(crate) scheme: Scheme,
    pub(crate) certificate: Option<ClientCertificate>,
    pub(crate) itself: plywood_core::Connection,
    pub(crate) stall_timeout: Duration,
}

impl<S, ResBody> Service<Request<Incoming>> for Connection<S>
where
    S: Service<Request<Body>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.app.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Incoming>) -> Self::Future {
        let (mut head, body) = request.into_parts();
        if !host::settle(head.version, &head.uri, &mut head.headers) {
            let mut response = Response::new(Body::empty());
            *response.status_mut() = StatusCode::BAD_REQUEST;
            return Gated::shut(response);
        }
        let is_alone = head.version < Version::HTTP_2;
        let mut request = Request::from_parts(head, body).map(|body| {
            if is_alone {
                Body::new(Awaited::new(body, self.stall_timeout))
            } else {
                Body::new(body)
            }
        });
        request.extensions_mut().insert(self.client);
        request.extensions_mut().insert(self.scheme);
        request.extensions_mut().insert(self.itself.next_request());
        if let Some(certificate) = &self.certificate {
            request.extensions_mut().insert(certificate.clone());
        }
        Gated::open(self.app.call(request))
    }
}
