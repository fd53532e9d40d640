use std::convert::Infallible;

use http::{Request, Response};
use plywood_core::{Body, HttpBody, HttpService};
use tower::{ServiceExt, util::BoxCloneSyncService};

/// A whole application: what a gateway serves and a test client asks.
pub type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// Gives a finished stack its name, [`App`].
///
/// The stack must not fail: put `ErrorPagesLayer` around what can.
pub fn app<S>(stack: S) -> App
where
    S: HttpService<Body, ResBody: HttpBody, Error = Infallible> + Sync,
{
    BoxCloneSyncService::new(stack.map_response(|response| response.map(Body::new)))
}
