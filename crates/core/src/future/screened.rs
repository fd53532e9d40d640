use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;
use pin_project_lite::pin_project;

use super::Edit;

/// An edit that can also answer by itself, when the inner service was not called.
pub trait Refuse<B>: Edit<B> {
    /// The answer instead of the inner service's.
    fn refuse(self) -> Response<Self::Body>;
}

pin_project! {
    /// Waits for the inner service and edits its response, or refuses without calling it. Errors pass.
    ///
    /// For an editor or a wrapper that sometimes knows from the request alone that it must not go on.
    #[must_use = "futures do nothing unless polled"]
    pub struct Screened<F, E> {
        #[pin]
        inner: Option<F>,
        edit: Option<E>,
    }
}

impl<F, E> Screened<F, E> {
    /// Edits what `inner` answers by `edit`.
    pub const fn admit(inner: F, edit: E) -> Self {
        Self {
            inner: Some(inner),
            edit: Some(edit),
        }
    }

    /// Answers by `edit` alone: the inner service is not called.
    pub const fn refuse(edit: E) -> Self {
        Self {
            inner: None,
            edit: Some(edit),
        }
    }
}

const OVER: &str = "polled after it was ready";

impl<F, E, B, Err> Future for Screened<F, E>
where
    F: Future<Output = Result<Response<B>, Err>>,
    E: Refuse<B>,
{
    type Output = Result<Response<E::Body>, Err>;

    /// # Panics
    ///
    /// When polled again after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        let Some(inner) = this.inner.as_pin_mut() else {
            let edit = this.edit.take().expect(OVER);
            return Poll::Ready(Ok(edit.refuse()));
        };
        assert!(this.edit.is_some(), "{OVER}");
        let mut edit = || this.edit.take().expect("it was just seen");
        match inner.poll(cx) {
            Poll::Pending => Poll::Pending,
            Poll::Ready(Ok(response)) => Poll::Ready(Ok(edit().edit(response))),
            Poll::Ready(Err(error)) => {
                edit().failed();
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<F, E> fmt::Debug for Screened<F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.inner {
            Some(_) => "Screened::Admitted",
            None => "Screened::Refused",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{future::Ready, task::Waker};

    use super::*;
    use crate::BoxError;

    struct Shout;

    impl Edit<&'static str> for Shout {
        type Body = String;

        fn edit(self, response: Response<&'static str>) -> Response<String> {
            response.map(str::to_uppercase)
        }
    }

    impl Refuse<&'static str> for Shout {
        fn refuse(self) -> Response<String> {
            Response::new("no".to_owned())
        }
    }

    type Inner = Ready<Result<Response<&'static str>, BoxError>>;

    fn inner(result: Result<&'static str, BoxError>) -> Inner {
        std::future::ready(result.map(Response::new))
    }

    #[tokio::test]
    async fn what_is_admitted_is_edited_and_what_is_refused_is_not_called() {
        let admitted = Screened::admit(inner(Ok("hello")), Shout);
        assert_eq!(admitted.await.unwrap().body(), "HELLO");
        let refused = Screened::<Inner, _>::refuse(Shout);
        assert_eq!(refused.await.unwrap().body(), "no");
        let failed = Screened::admit(inner(Err("broken".into())), Shout);
        assert_eq!(failed.await.unwrap_err().to_string(), "broken");
    }

    #[test]
    #[should_panic(expected = "polled after it was ready")]
    fn what_is_over_is_not_polled_again() {
        let mut refused = Box::pin(Screened::<Inner, _>::refuse(Shout));
        let mut cx = Context::from_waker(Waker::noop());
        for _ in 0..2 {
            assert!(refused.as_mut().poll(&mut cx).is_ready());
        }
    }
}
