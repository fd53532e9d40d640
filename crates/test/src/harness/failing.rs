use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use plywood_core::{BoxError, BoxFuture};
use tower::Service;

/// Runs `scenario` again and again: the first call fails, then the second, and so on, until a run has no call left to fail. Returned is
/// the number of calls that have failed.
///
/// `scenario` makes everything anew, lets what it tests use the [`Nth`], and asserts that all is well nevertheless.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() {
/// use plywood_test::harness::fail_every_call;
///
/// let failed = fail_every_call(async |nth| {
///     // A shop that charges and then ships, and gives the money back if it cannot ship.
///     let mut balance = 10;
///     if nth.call().is_ok() {
///         balance -= 7;
///         if nth.call().is_err() {
///             balance += 7;
///         }
///     }
///     assert!(balance == 10 || !nth.has_failed());
/// });
/// assert_eq!(failed.await, 2);
/// # }
/// ```
pub async fn fail_every_call(mut scenario: impl AsyncFnMut(&Nth)) -> usize {
    for n in 0.. {
        let nth = Nth::new(n);
        scenario(&nth).await;
        if !nth.has_failed() {
            return n;
        }
    }
    unreachable!("no scenario has so many calls")
}

/// Counts calls, and fails one of them. A clone counts the same calls.
#[derive(Clone, Debug)]
pub struct Nth {
    fails: usize,
    calls: Arc<AtomicUsize>,
}

impl Nth {
    /// The call of that number fails; the first is 0.
    #[must_use]
    pub fn new(number: usize) -> Self {
        Self {
            fails: number,
            calls: Arc::default(),
        }
    }

    /// One call: for a back end of your own, at the head of each of its methods.
    ///
    /// # Errors
    ///
    /// If it is the one that fails.
    pub fn call(&self) -> Result<(), BoxError> {
        let number = self.calls.fetch_add(1, Ordering::Relaxed);
        if number == self.fails {
            return Err(format!("the call of number {number} fails, as it was asked to").into());
        }
        Ok(())
    }

    /// How many calls there were.
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::Relaxed)
    }

    /// Was it the turn of the one that fails?
    pub fn has_failed(&self) -> bool {
        self.calls() > self.fails
    }
}

/// A service whose n-th call fails. The service within does not hear of that call.
///
/// Its clones count together.
#[derive(Clone)]
pub struct Failing<S> {
    inner: S,
    nth: Nth,
}

impl<S> Failing<S> {
    /// Fails the calls to `service` as `nth` says.
    #[must_use]
    pub const fn new(service: S, nth: Nth) -> Self {
        Self {
            inner: service,
            nth,
        }
    }
}

impl<S, Request> Service<Request> for Failing<S>
where
    S: Service<Request, Error: Into<BoxError>, Future: Send + 'static>,
{
    type Response = S::Response;
    type Error = BoxError;
    type Future = BoxFuture<Result<S::Response, BoxError>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        if let Err(error) = self.nth.call() {
            return Box::pin(async { Err(error) });
        }
        let answer = self.inner.call(request);
        Box::pin(async { answer.await.map_err(Into::into) })
    }
}

impl<S> fmt::Debug for Failing<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Failing")
            .field("nth", &self.nth)
            .finish_non_exhaustive()
    }
}
