use std::{
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;
use pin_project_lite::pin_project;

/// What an editor or a wrapper does to the response.
///
/// When the call is dropped before it is answered, so is the edit: implement `Drop` to act then. When the inner service panics, the
/// edit is dropped while the panic unwinds, so that [`std::thread::panicking`] tells it from a client that left, whoever catches it.
pub trait Edit<B> {
    /// The body of the edited response.
    type Body;

    /// What the future says as it panics, when it is polled again after it was ready.
    const POLLED_AGAIN: &'static str = "polled after it was ready";

    /// Edits the response of the inner service.
    fn edit(self, response: Response<B>) -> Response<Self::Body>;

    /// The inner service failed, and its error goes on outwards. Does nothing by default.
    fn failed(self)
    where
        Self: Sized,
    {
    }
}

pin_project! {
    /// Waits for the inner service, then edits its response. Errors pass.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Edited<F, E> {
        #[pin]
        inner: F,
        edit: Option<E>,
    }
}

impl<F, E> Edited<F, E> {
    /// Edits what `inner` answers by `edit`.
    pub const fn new(inner: F, edit: E) -> Self {
        Self {
            inner,
            edit: Some(edit),
        }
    }
}

impl<F, E, B, Err> Future for Edited<F, E>
where
    F: Future<Output = Result<Response<B>, Err>>,
    E: Edit<B>,
{
    type Output = Result<Response<E::Body>, Err>;

    /// # Panics
    ///
    /// When polled again after it was ready, with [`Edit::POLLED_AGAIN`].
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        assert!(this.edit.is_some(), "{}", E::POLLED_AGAIN);
        let unwinding = TakenOnUnwind(this.edit);
        let poll = this.inner.poll(cx);
        mem::forget(unwinding);
        let mut edit = || this.edit.take().expect("it was just seen");
        // The response is taken from where it lies, because each name that it goes by is a copy.
        match poll {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(response)) => Poll::Ready(Ok(edit().edit(response))),
            Poll::Ready(Err(error)) => {
                edit().failed();
                Poll::Ready(Err(error))
            }
        }
    }
}

/// Drops the edit of a call that panics. Without a panic it is forgotten.
struct TakenOnUnwind<'a, E>(&'a mut Option<E>);

impl<E> Drop for TakenOnUnwind<'_, E> {
    fn drop(&mut self) {
        self.0.take();
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::atomic::{AtomicU8, Ordering},
        task::Waker,
        thread,
    };

    use super::*;
    use crate::BoxError;

    struct Shout<'a>(&'a AtomicU8);

    impl Edit<&'static str> for Shout<'_> {
        type Body = String;

        fn edit(self, response: Response<&'static str>) -> Response<String> {
            response.map(str::to_uppercase)
        }

        fn failed(self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
    }

    #[tokio::test]
    async fn the_response_is_edited_and_an_error_passes() {
        let failures = AtomicU8::new(0);
        let good = async { Ok::<_, BoxError>(Response::new("hello")) };
        let response = Edited::new(good, Shout(&failures)).await.unwrap();
        assert_eq!(response.body(), "HELLO");

        let bad = async { Err::<Response<&'static str>, BoxError>("no".into()) };
        let error = Edited::new(bad, Shout(&failures)).await.unwrap_err();
        assert_eq!(error.to_string(), "no");
        assert_eq!(failures.into_inner(), 1);
    }

    #[tokio::test]
    #[should_panic(expected = "polled after it was ready")]
    async fn a_future_that_is_over_does_not_poll_the_inner_one_again() {
        let failures = AtomicU8::new(0);
        let good = async { Ok::<_, BoxError>(Response::new("hello")) };
        let mut edited = Box::pin(Edited::new(good, Shout(&failures)));
        edited.as_mut().await.unwrap();
        edited.await.unwrap();
    }

    struct Watch<'a>(&'a AtomicU8);

    impl Edit<()> for Watch<'_> {
        type Body = ();

        fn edit(self, response: Response<()>) -> Response<()> {
            response
        }
    }

    impl Drop for Watch<'_> {
        fn drop(&mut self) {
            self.0
                .store(1 + u8::from(thread::panicking()), Ordering::Relaxed);
        }
    }

    #[test]
    fn an_edit_can_tell_a_panic_that_is_caught_from_a_client_that_left() {
        let seen = AtomicU8::new(0);
        let panics = async { panic!("in the inner service") };
        let mut edited = Box::pin(Edited::<_, Watch<'_>>::new(
            async { panics.await as Result<Response<()>, BoxError> },
            Watch(&seen),
        ));
        let mut context = Context::from_waker(Waker::noop());
        let poll = || edited.as_mut().poll(&mut context).is_ready();
        catch_unwind(AssertUnwindSafe(poll)).unwrap_err();
        assert_eq!(seen.load(Ordering::Relaxed), 2);

        let never = std::future::pending::<Result<Response<()>, BoxError>>();
        drop(Edited::new(never, Watch(&seen)));
        assert_eq!(seen.load(Ordering::Relaxed), 1);
    }
}
