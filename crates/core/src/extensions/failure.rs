use std::{error::Error, fmt, sync::Arc};

use http::{Response, StatusCode};

use super::Carrier;
use crate::Body;

/// Why a layer refused, or why an answer is an error. It travels in the **response**.
///
/// Left by whoever answers instead of the inner service. Read by the error pages, which tell it to the operator.
/// The visitor never sees it: what he may know stands in the response itself.
///
/// ```
/// use http::Response;
/// use plywood_core::Failure;
///
/// let mut response = Response::new(());
/// response.extensions_mut().insert(Failure::new("the store does not answer"));
/// let failure = Failure::of(&response).unwrap();
/// assert_eq!(failure.to_string(), "the store does not answer");
/// ```
#[derive(Clone)]
pub struct Failure(Arc<dyn Error + Send + Sync>);

impl Failure {
    /// Wraps the reason: an error, or a text.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(Arc::from(reason.into()))
    }

    /// The reason itself, with its chain of sources, for downcasting.
    pub fn reason(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }

    /// The reason that a layer left in the response, if one did.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}

/// The empty answer of who refuses, with its reason for the operator. What it looks like is for the error pages to say.
///
/// ```
/// use plywood_core::{Failure, refuse};
///
/// let response = refuse(http::StatusCode::FORBIDDEN, "the gate is shut");
/// assert_eq!(response.status(), 403);
/// assert_eq!(Failure::of(&response).unwrap().to_string(), "the gate is shut");
/// ```
pub fn refuse(
    status: StatusCode,
    reason: impl Into<Box<dyn Error + Send + Sync>>,
) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.extensions_mut().insert(Failure::new(reason));
    response
}

impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Failure").field(&self.0).finish()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Error for Failure {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()
    }
}
