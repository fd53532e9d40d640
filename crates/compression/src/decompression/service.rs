use std::task::{Context, Poll};

use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header};
use plywood_core::{
    Body, Failure, HttpBody,
    future::{Edit, Refuse, Screened},
};
use plywood_header::accept_encoding::Coding;
use tower_service::Service;

use super::{
    DecompressionLayer,
    body::{Decoding, Verdict},
    codings::{Coded, accept_encoding},
    decoder::decoder,
    error::{DecompressionError, DecompressionErrorKind},
};

/// The service that [`DecompressionLayer`] makes.
#[derive(Clone, Debug)]
pub struct Decompression<S> {
    pub(crate) inner: S,
    pub(crate) layer: DecompressionLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Decompression<S>
where
    S: Service<Request<Body>, Response = Response<ResBody>>,
    ReqBody: HttpBody,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Screened<S::Future, Judge>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        match Coded::read(request.headers()) {
            Coded::Plain => Screened::admit(self.inner.call(request.map(Body::new)), Judge(None)),
            Coded::In(coding) => {
                let verdict = Verdict::default();
                let request = self.decoded(request, coding, &verdict);
                Screened::admit(self.inner.call(request), Judge(Some(verdict)))
            }
            Coded::Unknown => Screened::refuse(Judge(None)),
        }
    }
}

impl<S> Decompression<S> {
    fn decoded<B: HttpBody>(
        &self,
        request: Request<B>,
        coding: Coding,
        verdict: &Verdict,
    ) -> Request<Body> {
        let (mut parts, body) = request.into_parts();
        forget_coding(&mut parts.headers);
        let body = Body::new(body);
        let decoder = decoder(coding).expect("only what this build can read is decoded");
        let bounds = self.layer.bounds();
        let body = Decoding::new(body, decoder, bounds, Verdict::clone(verdict));
        Request::from_parts(parts, Body::new(body))
    }
}

/// What is true of the coded bytes alone.
fn forget_coding(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_ENCODING);
    headers.remove(header::CONTENT_LENGTH);
    for digest in crate::head::DIGESTS {
        headers.remove(digest);
    }
}

/// What [`Decompression`] does to an answer: if the body of the request could not be read, an error of the inner service says why.
#[derive(Debug)]
pub struct Judge(Option<Verdict>);

impl<B: HttpBody> Edit<B> for Judge {
    type Body = Body;

    fn edit(self, response: Response<B>) -> Response<Body> {
        let status = response.status();
        let is_error = status.is_client_error() || status.is_server_error();
        match self.0.as_ref().and_then(|verdict| verdict.get()) {
            // Whoever answers well in spite of it knows why.
            Some(error) if is_error => refusal(error.clone()),
            _ => response.map(Body::new),
        }
    }
}

impl<B: HttpBody> Refuse<B> for Judge {
    fn refuse(self) -> Response<Body> {
        let error = DecompressionError::new(DecompressionErrorKind::UnknownCoding);
        refusal(error)
    }
}

fn refusal(error: DecompressionError) -> Response<Body> {
    let text = format!("{error}\n");
    let mut response = Response::new(Body::empty());
    *response.status_mut() = error.status();
    let headers = response.headers_mut();
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, plain);
    headers.insert(header::CONTENT_LENGTH, text.len().into());
    if error.status() == StatusCode::UNSUPPORTED_MEDIA_TYPE {
        headers.insert(header::ACCEPT_ENCODING, accept_encoding());
    }
    *response.body_mut() = text.into();
    response.extensions_mut().insert(Failure::new(error));
    response
}
