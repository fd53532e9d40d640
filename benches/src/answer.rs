use std::convert::Infallible;

use http::{HeaderValue, Response, header::CONTENT_TYPE};
use plywood_core::Body;

/// What every candidate answers: a small body, which compression lets pass.
pub(crate) async fn answer<B>(_: B) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Body::from("hello, world\n"));
    let plain = HeaderValue::from_static("text/plain");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    Ok(response)
}
