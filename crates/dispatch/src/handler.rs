use std::task::{Context, Poll};

use futures_util::FutureExt;
use http::{Request, Response};
use plywood_core::{Body, BoxFuture, HttpBody};
use tower_service::Service;

use crate::reply::Reply;

/// Makes a service of an async function from a request to a response, or to a result of one.
///
/// A rule takes the function itself. This is for where a service is wanted: below a layer of its own, or at the end of a stack.
///
/// ```
/// use http::{Request, Response};
/// use plywood_core::Body;
/// use plywood_dispatch::handler;
/// use tower::ServiceExt;
///
/// async fn hello(request: Request<Body>) -> Response<Body> {
///     Response::new(Body::from(format!("this is {}", request.uri())))
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// let Ok(response) = handler(hello).oneshot(Request::new(Body::empty())).await;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "this is /");
/// # }
/// ```
pub const fn handler<F, Fut>(function: F) -> Handler<F>
where
    F: Fn(Request<Body>) -> Fut,
    Fut: Future<Output: Reply> + Send + 'static,
{
    Handler(function)
}

/// The service that [`handler`] makes.
#[derive(Clone, Debug)]
pub struct Handler<F>(F);

impl<F, Fut, ReqBody> Service<Request<ReqBody>> for Handler<F>
where
    F: Fn(Request<Body>) -> Fut,
    Fut: Future<Output: Reply> + Send + 'static,
    ReqBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = <Fut::Output as Reply>::Error;
    type Future = BoxFuture<Result<Response<Body>, Self::Error>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let answer = (self.0)(request.map(Body::new));
        Box::pin(answer.map(Reply::reply))
    }
}
