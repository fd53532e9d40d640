use std::convert::Infallible;

use http::Response;
use plywood_core::{Body, HttpBody};

/// What a handler may return: a response, or a result of one.
#[diagnostic::on_unimplemented(
    message = "a handler cannot return `{Self}`",
    note = "it should return `Response<_>` or `Result<Response<_>, _>`, with a body that Plywood can carry"
)]
pub trait Reply {
    /// The handler's error; none, where it returns a response.
    type Error;

    /// The result, with the body behind one type.
    fn reply(self) -> Result<Response<Body>, Self::Error>;
}

impl<B: HttpBody> Reply for Response<B> {
    type Error = Infallible;

    fn reply(self) -> Result<Response<Body>, Infallible> {
        Ok(self.map(Body::new))
    }
}

impl<B: HttpBody, E> Reply for Result<Response<B>, E> {
    type Error = E;

    fn reply(self) -> Result<Response<Body>, E> {
        self.map(|response| response.map(Body::new))
    }
}
