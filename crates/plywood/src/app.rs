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
    S: HttpService<Body, ResBody: HttpBody, Error: Never> + Sync,
{
    BoxCloneSyncService::new(
        stack
            .map_response(|response| response.map(Body::new))
            .map_err(Into::into),
    )
}

/// The error of a service that cannot fail.
#[diagnostic::on_unimplemented(
    message = "this app can still fail with `{Self}`, and a gateway has no answer to that",
    label = "it can fail",
    note = "put `ErrorPagesLayer::new()` around what can fail: it answers every error"
)]
pub trait Never: Into<Infallible> {}

impl Never for Infallible {}
