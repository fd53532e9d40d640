use std::{
    any::Any,
    convert::Infallible,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;
use pin_project_lite::pin_project;

use crate::BoxError;

/// Everything that can become of a call.
pub enum Outcome<B, Err> {
    /// The inner service answered.
    Answered(Response<B>),
    /// It failed.
    Failed(Err),
    /// It panicked, with this payload.
    Panicked(Box<dyn Any + Send>),
    /// It was not called, because it could not become ready, for this reason.
    Unready(BoxError),
}

impl<B, Err: fmt::Debug> fmt::Debug for Outcome<B, Err> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Answered(response) => write!(f, "Answered({})", response.status()),
            Self::Failed(error) => f.debug_tuple("Failed").field(error).finish(),
            Self::Panicked(_) => f.write_str("Panicked(..)"),
            Self::Unready(error) => f.debug_tuple("Unready").field(error).finish(),
        }
    }
}

/// What answers for every [`Outcome`].
pub trait Settle<B, Err> {
    /// The body of the response that goes on outwards.
    type Body;

    /// Makes a response of whatever happened.
    fn settle(self, outcome: Outcome<B, Err>) -> Response<Self::Body>;

    /// The same for an answer of the inner service, which is what mostly happens: in place where it need not become one of several.
    fn answered(self, response: Response<B>) -> Response<Self::Body>
    where
        Self: Sized,
    {
        self.settle(Outcome::Answered(response))
    }

    /// What is kept of a panic in the call itself, until the future is polled. This is asked in the thread that panicked, and the future
    /// may be polled in another; the payload of a panic in the future itself is settled at once. By default it is kept as it is.
    fn caught(payload: Box<dyn Any + Send>) -> Box<dyn Any + Send> {
        payload
    }
}

pin_project! {
    /// Waits for the inner service and answers for whatever became of it: its error is [`Infallible`].
    #[must_use = "futures do nothing unless polled"]
    pub struct Settled<F, E> {
        #[pin]
        call: Call<F>,
        settle: Option<E>,
    }
}

pin_project! {
    #[project = CallProjection]
    enum Call<F> {
        Running { #[pin] inner: F },
        Panicked { payload: Option<Box<dyn Any + Send>> },
        Unready { error: Option<BoxError> },
    }
}

impl<F, E> Settled<F, E> {
    /// Makes the call and answers for it by `settle`; unless the inner service could not become ready, for this reason.
    ///
    /// Readiness that fails is an error too, and an [`Infallible`] service has none: it says that it is ready, keeps the reason, and
    /// answers with this.
    ///
    /// A panic is caught in `call` itself and whenever its future is polled. The service that panicked may be left in a
    /// half-changed state; a later request calls it again, as the next one on another connection would.
    pub fn new<B, Err>(unready: Option<BoxError>, call: impl FnOnce() -> F, settle: E) -> Self
    where
        F: Future<Output = Result<Response<B>, Err>>,
        E: Settle<B, Err>,
    {
        let call = match unready {
            Some(error) => Call::Unready { error: Some(error) },
            None => match catch_unwind(AssertUnwindSafe(call)) {
                Ok(inner) => Call::Running { inner },
                Err(payload) => Call::Panicked {
                    payload: Some(E::caught(payload)),
                },
            },
        };
        Self {
            call,
            settle: Some(settle),
        }
    }
}

impl<F, E, B, Err> Future for Settled<F, E>
where
    F: Future<Output = Result<Response<B>, Err>>,
    E: Settle<B, Err>,
{
    type Output = Result<Response<E::Body>, Infallible>;

    /// # Panics
    ///
    /// When polled again after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        const ONCE: &str = "not polled after it was ready";
        let this = self.project();
        let mut answer = Poll::Pending;
        let outcome = match this.call.project() {
            CallProjection::Running { inner } => {
                // The answer is put into its place there, because each hand that it goes through is a copy.
                let polled = catch_unwind(AssertUnwindSafe(|| match inner.poll(cx) {
                    Poll::Pending => None,
                    Poll::Ready(Ok(response)) => {
                        let settle = this.settle.take().expect(ONCE);
                        answer = Poll::Ready(Ok(settle.answered(response)));
                        None
                    }
                    Poll::Ready(Err(error)) => Some(error),
                }));
                match polled {
                    Ok(None) => None,
                    Ok(Some(error)) => Some(Outcome::Failed(error)),
                    // Whoever answers has panicked, and has nothing to answer with.
                    Err(payload) if this.settle.is_none() => resume_unwind(payload),
                    Err(payload) => Some(Outcome::Panicked(payload)),
                }
            }
            CallProjection::Panicked { payload } => {
                Some(Outcome::Panicked(payload.take().expect(ONCE)))
            }
            CallProjection::Unready { error } => Some(Outcome::Unready(error.take().expect(ONCE))),
        };
        if let Some(outcome) = outcome {
            let settle = this.settle.take().expect(ONCE);
            answer = Poll::Ready(Ok(settle.settle(outcome)));
        }
        answer
    }
}

impl<F, E> fmt::Debug for Settled<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settled")
            .field("over", &self.settle.is_none())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BoxFuture;

    type Inner = BoxFuture<Result<Response<&'static str>, BoxError>>;

    struct Say;

    impl Settle<&'static str, BoxError> for Say {
        type Body = String;

        fn settle(self, outcome: Outcome<&'static str, BoxError>) -> Response<String> {
            Response::new(match outcome {
                Outcome::Answered(response) => format!("answered {}", response.body()),
                Outcome::Failed(error) => format!("failed {error}"),
                Outcome::Panicked(payload) => {
                    format!("panicked {}", payload.downcast_ref::<&str>().unwrap())
                }
                Outcome::Unready(error) => format!("unready {error}"),
            })
        }
    }

    async fn settled(call: impl FnOnce() -> Inner) -> String {
        let Ok(response) = Settled::new(None, call, Say).await;
        response.into_body()
    }

    #[tokio::test]
    async fn every_outcome_is_answered() {
        assert_eq!(
            settled(|| Box::pin(async { Ok(Response::new("x")) })).await,
            "answered x"
        );
        assert_eq!(
            settled(|| Box::pin(async { Err("x".into()) })).await,
            "failed x"
        );
        assert_eq!(
            settled(|| Box::pin(async { panic!("late") })).await,
            "panicked late"
        );
        assert_eq!(settled(|| panic!("early")).await, "panicked early");

        let unready: Settled<Inner, Say> =
            Settled::new(Some("busy".into()), || panic!("it is not called"), Say);
        let Ok(response) = unready.await;
        assert_eq!(response.into_body(), "unready busy");
    }
}
