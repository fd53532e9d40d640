use std::{
    any::{Any, TypeId},
    fmt,
    future::{poll_fn, ready},
    sync::Arc,
    task::{Context, Poll, Waker},
};

use futures_util::FutureExt;
use http::{Request, Response};
use plywood_core::{Body, BoxFuture, HttpBody, HttpService};
use tower_service::Service;

use crate::reply::Reply;

/// What an endpoint answers, once it does.
pub(crate) type Answer<E> = BoxFuture<Result<Response<Body>, E>>;

/// Whatever can stand behind a rule, with its type erased. It is cheap to clone.
///
/// An error of the endpoint's becomes an `E`.
pub struct Endpoint<E>(Arc<dyn Call<E>>);

trait Call<E>: Send + Sync {
    fn call(&self, request: Request<Body>) -> Answer<E>;
}

/// What can be made an [`Endpoint`]: any service, or an async function of a request.
///
/// `Kind` keeps the two apart, and the compiler finds it: [`AService`] or [`AFunction`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot stand behind a rule",
    note = "it should be an async function from `Request<Body>` to `Response<_>` or `Result<Response<_>, _>`, or a tower service that is `HttpService<Body> + Sync`",
    note = "its error must convert into `{E}`, the dispatcher's",
    note = "if it looks right, write `handler(..)`, of `plywood_dispatch` or the prelude, around the function: the compiler then names what is wrong, such as a value that is not `Send` and is held over an `.await`"
)]
pub trait IntoEndpoint<E, Kind> {
    /// Erases its type.
    fn into_endpoint(self) -> Endpoint<E>;
}

/// The kind of endpoint that is a tower service.
#[derive(Debug)]
pub enum AService {}

/// The kind of endpoint that is an async function.
#[derive(Debug)]
pub enum AFunction {}

impl<S, E> IntoEndpoint<E, AService> for S
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    E: Send + 'static,
{
    fn into_endpoint(self) -> Endpoint<E> {
        Endpoint(Arc::new(OfService(self)))
    }
}

impl<F, Fut, E> IntoEndpoint<E, AFunction> for F
where
    F: Fn(Request<Body>) -> Fut + Send + Sync + 'static,
    Fut: Future<Output: Reply<Error: Into<E>>> + Send + 'static,
    E: Send + 'static,
{
    fn into_endpoint(self) -> Endpoint<E> {
        Endpoint(Arc::new(OfFunction(self)))
    }
}

impl<E> Endpoint<E> {
    pub(crate) fn answer(&self, request: Request<Body>) -> Answer<E> {
        self.0.call(request)
    }
}

/// Always ready: what stands behind it is awaited once it is called.
impl<E> Service<Request<Body>> for Endpoint<E> {
    type Response = Response<Body>;
    type Error = E;
    type Future = BoxFuture<Result<Response<Body>, E>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        self.0.call(request)
    }
}

impl<E> Clone for Endpoint<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for Endpoint<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Endpoint(..)")
    }
}

struct OfFunction<F>(F);

impl<F, Fut, E> Call<E> for OfFunction<F>
where
    F: Fn(Request<Body>) -> Fut + Send + Sync,
    Fut: Future<Output: Reply<Error: Into<E>>> + Send + 'static,
{
    fn call(&self, request: Request<Body>) -> Answer<E> {
        // `map`, because an async block would hold the function's future twice.
        let answer = (self.0)(request);
        Box::pin(answer.map(|answer| answer.reply().map_err(Into::into)))
    }
}

struct OfService<S>(S);

impl<S, E> Call<E> for OfService<S>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    E: Send + 'static,
{
    fn call(&self, request: Request<Body>) -> Answer<E> {
        let mut service = self.0.clone();
        // Most services are always ready: ask first, and wait in the future only where there is something to wait for. Nobody need be woken,
        // because the future asks again before it waits.
        match service.poll_ready(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => boxed(service.call(request)),
            Poll::Ready(Err(error)) => Box::pin(ready(Err(error.into()))),
            Poll::Pending => Box::pin(async move {
                let ready = poll_fn(|cx| service.poll_ready(cx)).await;
                ready.map_err(Into::into)?;
                let answer = service.call(request).await;
                answer
                    .map(|response| response.map(Body::new))
                    .map_err(Into::into)
            }),
        }
    }
}

/// Boxes a service's future, unless it is a box of the same kind already, as that of a `BoxCloneSyncService` is.
fn boxed<F, B, Err, E>(future: F) -> Answer<E>
where
    F: Future<Output = Result<Response<B>, Err>> + Send + 'static,
    B: HttpBody,
    Err: Into<E>,
    E: 'static,
{
    // Asked first, because a future that is looked into is moved into its place there and out again.
    if TypeId::of::<F>() == TypeId::of::<Answer<E>>() {
        let mut slot = Some(future);
        let any: &mut dyn Any = &mut slot;
        let answer = any.downcast_mut().and_then(Option::take);
        return answer.expect("it is of this type");
    }
    Box::pin(future.map(|answer| {
        answer
            .map(|response| response.map(Body::new))
            .map_err(Into::into)
    }))
}
