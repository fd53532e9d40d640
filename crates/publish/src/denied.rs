use http::{HeaderValue, Response, StatusCode, header};
use plywood_core::{Body, BoxError, Failure};

/// The answer to a visitor who may not go on. Any response becomes one.
#[derive(Debug)]
pub struct Denied(Box<Response<Body>>);

impl Denied {
    /// `403`: who asks is known, and may not. The reason is for the operator.
    pub fn forbidden(reason: impl Into<BoxError>) -> Self {
        Self::with(StatusCode::FORBIDDEN, reason)
    }

    /// `404`: as if there were nothing.
    pub fn hidden(reason: impl Into<BoxError>) -> Self {
        Self::with(StatusCode::NOT_FOUND, reason)
    }

    /// `401`, with the `WWW-Authenticate` that says how to sign in, such as `Basic realm="shop"`.
    pub fn unauthorized(challenge: HeaderValue, reason: impl Into<BoxError>) -> Self {
        let mut denied = Self::with(StatusCode::UNAUTHORIZED, reason);
        denied
            .0
            .headers_mut()
            .insert(header::WWW_AUTHENTICATE, challenge);
        denied
    }

    fn with(status: StatusCode, reason: impl Into<BoxError>) -> Self {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = status;
        response.extensions_mut().insert(Failure::new(reason));
        Self(Box::new(response))
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        *self.0
    }
}

impl From<Response<Body>> for Denied {
    fn from(response: Response<Body>) -> Self {
        Self(Box::new(response))
    }
}
