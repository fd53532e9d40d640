use std::{
    convert::Infallible,
    future::{Ready, ready},
    task::{Context, Poll},
};

use http::{HeaderValue, Method, Request, Response, StatusCode, header::ALLOW};
use plywood_core::{Body, HttpBody, future::Gated};
use tower_service::Service;

use crate::{Files, refusal::Refusal};

impl<ReqBody> Service<Request<ReqBody>> for Files {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        ready(Ok(match *request.method() {
            Method::GET | Method::HEAD => self
                .look_up(&request)
                .unwrap_or_else(Refusal::into_response),
            Method::OPTIONS => allowing(StatusCode::NO_CONTENT),
            _ => allowing(StatusCode::METHOD_NOT_ALLOWED),
        }))
    }
}

fn allowing(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    response
}

/// The service that [`FilesLayer`](crate::FilesLayer) makes: files first, then the inner service.
#[derive(Clone, Debug)]
pub struct FilesFirst<S> {
    pub(crate) inner: S,
    pub(crate) files: Files,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for FilesFirst<S>
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
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            return Gated::open(self.inner.call(request));
        }
        match self.files.look_up(&request) {
            Ok(response) => Gated::shut(response),
            Err(refusal) if refusal.is_miss() => Gated::open(self.inner.call(request)),
            Err(refusal) => Gated::shut(refusal.into_response()),
        }
    }
}
