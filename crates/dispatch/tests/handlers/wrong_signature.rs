//! What is no handler.

use http::{Request, Response};
use plywood_core::Body;
use plywood_dispatch::handler;

fn not_async(_: Request<Body>) -> Response<Body> {
    Response::new("hello".into())
}

async fn without_a_request() -> Response<Body> {
    Response::new("hello".into())
}

async fn no_response(_: Request<Body>) -> &'static str {
    "hello"
}

fn main() {
    let _ = handler(not_async);
    let _ = handler(without_a_request);
    let _ = handler(no_response);
}
