use std::{
    any::Any,
    fmt,
    future::ready,
    marker::PhantomData,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, Waker, ready as ready_or_return},
};

use http::{Request, Response};
use pin_project_lite::pin_project;
use tower_service::Service;

use crate::{Body, BoxError, BoxFuture, HttpBody, HttpService, future::Oneshot};

/// Any HTTP service, with its type erased: for tables that hold services of different types.
///
/// A clone is the same service and costs a count. Its error becomes an `E`. It is always ready: the readiness of what it holds is awaited
/// once it is called, because whoever holds a table learns only then which one is asked.
///
/// ```
/// use http::{Request, Response};
/// use plywood_core::{AnyService, Body, BoxError};
/// use tower::{ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), BoxError> {
/// let hello = service_fn(|_: Request<Body>| async {
///     Ok::<_, std::io::Error>(Response::new(Body::from("hello")))
/// });
/// let bye = service_fn(|_: Request<Body>| async {
///     Ok::<_, std::convert::Infallible>(Response::new(Body::from("bye")))
/// });
///
/// let table: [AnyService<BoxError>; 2] = [AnyService::new(hello), AnyService::new(bye)];
/// let response = table[1].clone().oneshot(Request::new(Body::empty())).await?;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "bye");
/// # Ok(())
/// # }
/// ```
pub struct AnyService<E = BoxError>(Arc<dyn Ask<E>>);

/// What an erased service answers, once it does.
type Answer<E> = BoxFuture<Result<Response<Body>, E>>;

trait Ask<E>: Send + Sync {
    fn ask(&self, request: Request<Body>) -> Answer<E>;
}

impl<E> AnyService<E> {
    /// Erases the type of `service`, unless it is erased already.
    pub fn new<S>(service: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
        E: Send + 'static,
    {
        let mut slot = Some(service);
        let any: &mut dyn Any = &mut slot;
        if let Some(erased) = any.downcast_mut::<Option<Self>>().and_then(Option::take) {
            return erased;
        }
        Self(Arc::new(slot.expect("no downcast has taken it")))
    }
}

impl<S, E> Ask<E> for S
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    E: Send + 'static,
{
    fn ask(&self, request: Request<Body>) -> Answer<E> {
        let mut service = self.clone();
        // Most services are always ready: ask first, and wait in the future only where there is something to wait for. Nobody need be woken,
        // because the future asks again before it waits.
        match service.poll_ready(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Ok(())) => boxed(service.call(request)),
            Poll::Ready(Err(error)) => Box::pin(ready(Err(error.into()))),
            Poll::Pending => boxed(Oneshot::new(service, request)),
        }
    }
}

/// Boxes a service's future, unless it is a box of the same kind already.
fn boxed<F, B, Err, E>(future: F) -> Answer<E>
where
    F: Future<Output = Result<Response<B>, Err>> + Send + 'static,
    B: HttpBody,
    Err: Into<E>,
    E: Send + 'static,
{
    let mut slot = Some(future);
    let any: &mut dyn Any = &mut slot;
    if let Some(answer) = any
        .downcast_mut::<Option<Answer<E>>>()
        .and_then(Option::take)
    {
        return answer;
    }
    let inner = slot.expect("no downcast has taken it");
    let error = PhantomData;
    Box::pin(Erased { inner, error })
}

pin_project! {
    /// The future of a service, with the body and the error that an erased one has.
    struct Erased<F, E> {
        #[pin]
        inner: F,
        error: PhantomData<fn() -> E>,
    }
}

impl<F, B, Err, E> Future for Erased<F, E>
where
    F: Future<Output = Result<Response<B>, Err>>,
    B: HttpBody,
    Err: Into<E>,
{
    type Output = Result<Response<Body>, E>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let answer = ready_or_return!(self.project().inner.poll(cx));
        Poll::Ready(match answer {
            Ok(response) => Ok(response.map(Body::new)),
            Err(error) => Err(error.into()),
        })
    }
}

impl<E, ReqBody: HttpBody> Service<Request<ReqBody>> for AnyService<E> {
    type Response = Response<Body>;
    type Error = E;
    type Future = Answer<E>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Answer<E> {
        self.0.ask(request.map(Body::new))
    }
}

impl<E> Clone for AnyService<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for AnyService<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnyService(..)")
    }
}

#[cfg(test)]
mod tests {
    use tower::{ServiceExt, service_fn};

    use super::*;

    fn request() -> Request<Body> {
        Request::new(Body::empty())
    }

    #[tokio::test]
    async fn what_it_holds_is_awaited_and_its_error_converted() {
        let busy = Arc::new(tokio::sync::Semaphore::new(1));
        let answer = |_: Request<Body>| async { Err::<Response<Body>, _>("no") };
        let service =
            tower::limit::ConcurrencyLimit::with_semaphore(service_fn(answer), Arc::clone(&busy));
        let mut erased = AnyService::<BoxError>::new(service);
        let permit = busy.acquire_owned().await.unwrap();
        let mut call = erased.call(request());
        let mut context = Context::from_waker(Waker::noop());
        assert!(call.as_mut().poll(&mut context).is_pending());
        drop(permit);
        assert_eq!(call.await.unwrap_err().to_string(), "no");
    }

    #[test]
    fn nothing_is_erased_twice() {
        let answer = |_: Request<Body>| async { Ok::<_, BoxError>(Response::new(Body::empty())) };
        let once = AnyService::<BoxError>::new(service_fn(answer));
        let twice = AnyService::<BoxError>::new(once.clone());
        assert!(Arc::ptr_eq(&once.0, &twice.0));
    }

    #[tokio::test]
    async fn another_error_is_another_type() {
        let fails = service_fn(|_: Request<Body>| async { Err::<Response<Body>, _>("no") });
        let inner = AnyService::<&'static str>::new(fails);
        let outer = AnyService::<BoxError>::new(inner);
        assert_eq!(
            outer.oneshot(request()).await.unwrap_err().to_string(),
            "no"
        );
    }
}
