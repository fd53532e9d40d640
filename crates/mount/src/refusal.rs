//! What is answered here, and why.

use http::{Response, StatusCode};
use plywood_core::{Body, BoxError, Failure};

/// An empty answer: what it looks like is for others to say. The reason is for the operator.
pub(crate) fn refuse(status: StatusCode, reason: impl Into<BoxError>) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.extensions_mut().insert(Failure::new(reason));
    response
}
