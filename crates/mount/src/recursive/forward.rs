use std::sync::{Arc, Mutex, PoisonError};

use http::{Request, Response, Uri};
use plywood_core::{Body, HttpBody};

use super::{RecursionError, RecursionErrorKind, passage::Passage};

/// Answers with what another target of this site answers, without the visitor's knowing.
///
/// The request starts again below the nearest [`RecursiveLayer`](crate::RecursiveLayer) outside, with this target in place of its own; its method,
/// its fields and what is left of its body stay. The target is absolute within the site, as in a link: a path, percent-encoded, with a query if
/// need be. Its own query takes the place of the request's.
///
/// Without such a layer outside the response stays what it is then: an empty `500` whose [`Failure`](plywood_core::Failure) says what to add.
pub fn forward<B: HttpBody>(target: &str, request: Request<B>) -> Response<Body> {
    let missing = RecursionError::new(RecursionErrorKind::NoLayer, target);
    let mut response = missing.into_response();
    response.extensions_mut().insert(Forward {
        target: target.into(),
        request: Arc::new(Mutex::new(Some(request.map(Body::new)))),
    });
    response
}

/// The target that the request had before it was forwarded, or of the request that includes it; `None` if it came from outside.
pub fn forwarded_from<B>(request: &Request<B>) -> Option<&Uri> {
    Passage::of(request)?.came_from()
}

/// What [`forward`] leaves in a response for the layer.
#[derive(Clone)]
pub(super) struct Forward {
    pub(super) target: Arc<str>,
    /// Extensions can be cloned, and a body cannot.
    request: Arc<Mutex<Option<Request<Body>>>>,
}

impl Forward {
    /// The forward that an answer is, if it is one.
    pub(super) fn take<B>(response: &mut Response<B>) -> Option<(Self, Request<Body>)> {
        let forward: Self = response.extensions_mut().remove()?;
        let request = forward
            .request
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()?;
        Some((forward, request))
    }
}
