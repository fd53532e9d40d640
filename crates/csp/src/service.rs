use std::task::{Context, Poll};

use http::{Request, Response, StatusCode, header::Entry};
use plywood_core::future::{Edit, Edited};
use tower_service::Service;

use crate::{CspLayer, Nonce};

/// The service that [`CspLayer`] makes.
#[derive(Clone, Debug)]
pub struct Csp<S> {
    pub(crate) inner: S,
    pub(crate) layer: CspLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Csp<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Edited<S::Future, Mark>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let mark = Mark {
            layer: self.layer.clone(),
            nonce: self.layer.leave_nonce(&mut request),
        };
        Edited::new(self.inner.call(request), mark)
    }
}

impl CspLayer {
    /// Leaves a nonce in the request, unless one is there: two policies of one answer have the same.
    fn leave_nonce<B>(&self, request: &mut Request<B>) -> Option<Nonce> {
        if !self.needs_nonce() {
            return None;
        }
        let nonce = Nonce::of(request).copied().or_else(Nonce::random)?;
        request.extensions_mut().insert(nonce);
        Some(nonce)
    }
}

/// Marks the answer to one request with its policy.
#[derive(Debug)]
pub struct Mark {
    layer: CspLayer,
    nonce: Option<Nonce>,
}

impl<B> Edit<B> for Mark {
    type Body = B;

    fn edit(self, mut response: Response<B>) -> Response<B> {
        // The page that the browser has bears the nonce of its own answer.
        if response.status() == StatusCode::NOT_MODIFIED && self.layer.needs_nonce() {
            return response;
        }
        if let Entry::Vacant(field) = response.headers_mut().entry(self.layer.name()) {
            field.insert(self.layer.value(self.nonce.as_ref()));
        }
        response
    }
}
