use std::{future::poll_fn, pin::pin, task::Poll};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError, HttpBody, HttpService};
use tower::ServiceExt;

/// A future that takes more polls than this will not come to an end.
const LIMIT: usize = 1000;

/// Polls a future `n` times and drops it, for `n` = 0, 1, 2 and so on, until it is done before it is dropped. What it gave then is returned.
///
/// Each time `make` makes it anew. After each drop `after` is run with the `n`, to look whether anything is left (a permit, a lock, a task, a
/// temporary file) and whether the next request is answered. The future is polled again only when it was woken, so that it may wait for
/// whatever it likes.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use plywood_test::harness::drop_at_every_poll;
/// use tokio::sync::Semaphore;
///
/// let permits = Semaphore::new(1);
/// let work = || async {
///     let _permit = permits.acquire().await?;
///     tokio::task::yield_now().await;
///     Ok::<_, tokio::sync::AcquireError>("done")
/// };
/// let done = drop_at_every_poll(work, async |n| {
///     assert_eq!(permits.available_permits(), 1, "after {n} polls");
/// });
/// assert_eq!(done.await.unwrap(), "done");
/// # }
/// ```
///
/// # Panics
///
/// If the future is not done after 1,000 polls.
pub async fn drop_at_every_poll<F: Future>(
    mut make: impl FnMut() -> F,
    mut after: impl AsyncFnMut(usize),
) -> F::Output {
    for n in 0..=LIMIT {
        let output = poll_times(make(), n).await;
        after(n).await;
        if let Some(output) = output {
            return output;
        }
    }
    panic!("the future is not done after {LIMIT} polls");
}

/// The same for a service: each request is dropped while the service gets ready, while it answers, and while its body is read to the end.
///
/// The last answer, which was read whole, is returned.
///
/// # Errors
///
/// The service's or the body's own.
///
/// # Panics
///
/// If the answer has not come after 1,000 polls.
pub async fn drop_everywhere<S>(
    service: S,
    mut request: impl FnMut() -> Request<Body>,
    after: impl AsyncFnMut(usize),
) -> Result<Response<Bytes>, BoxError>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let visit = || whole(service.clone(), request());
    drop_at_every_poll(visit, after).await
}

async fn whole<S>(mut service: S, request: Request<Body>) -> Result<Response<Bytes>, BoxError>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let ready = service.ready().await.map_err(Into::into)?;
    let response = ready.call(request).await.map_err(Into::into)?;
    let (head, body) = response.into_parts();
    let body = Body::new(body).collect().await?;
    Ok(Response::from_parts(head, body.to_bytes()))
}

/// The output, if so many polls are enough. If not, the future is dropped.
async fn poll_times<F: Future>(future: F, times: usize) -> Option<F::Output> {
    let mut future = pin!(future);
    let mut left = times;
    poll_fn(|cx| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        match future.as_mut().poll(cx) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending if left == 0 => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        }
    })
    .await
}
