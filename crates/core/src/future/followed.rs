use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use crate::BoxFuture;

/// What follows the response of the inner service, when that may need a wait.
pub trait Follow<B> {
    /// The body of the response that goes on outwards.
    type Body;

    /// Goes on from the response: at once, or after a wait.
    fn follow(self, response: Response<B>) -> Next<Response<Self::Body>>;
}

/// Now, or later.
pub enum Next<T> {
    /// There is nothing to wait for.
    Now(T),
    /// It takes a wait; only this way costs a box.
    Later(BoxFuture<T>),
}

impl<T> Next<T> {
    /// Waits for it, if there is a wait.
    pub async fn wait(self) -> T {
        match self {
            Self::Now(value) => value,
            Self::Later(future) => future.await,
        }
    }

    /// What `change` makes of it, now or later.
    pub fn map<U>(self, change: impl FnOnce(T) -> U + Send + 'static) -> Next<U>
    where
        T: 'static,
    {
        match self {
            Self::Now(value) => Next::Now(change(value)),
            Self::Later(future) => Next::Later(Box::pin(async { change(future.await) })),
        }
    }
}

impl<T> fmt::Debug for Next<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Now(_) => "Now(..)",
            Self::Later(_) => "Later(..)",
        })
    }
}

pin_project! {
    /// Waits for the inner service, then follows its response with a wait of its own, if there is one. Errors pass.
    ///
    /// For an awaiter that mostly has nothing to await (a session that was not touched): the box is paid only when it is needed.
    #[must_use = "futures do nothing unless polled"]
    pub struct Followed<F, E, B> {
        #[pin]
        inner: F,
        state: State<E, B>,
    }
}

enum State<E, B> {
    Inner(E),
    Later(BoxFuture<Response<B>>),
    Over,
}

impl<F, E, B> Followed<F, E, B> {
    /// Follows what `inner` answers by `follow`.
    pub const fn new(inner: F, follow: E) -> Self {
        Self {
            inner,
            state: State::Inner(follow),
        }
    }
}

impl<F, E, B, Err> Future for Followed<F, E, E::Body>
where
    F: Future<Output = Result<Response<B>, Err>>,
    E: Follow<B>,
{
    type Output = Result<Response<E::Body>, Err>;

    /// # Panics
    ///
    /// When polled again after it was ready.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.project();
        if let State::Inner(_) = this.state {
            let polled = this.inner.poll(cx);
            if polled.is_pending() {
                return Poll::Pending;
            }
            let State::Inner(follow) = std::mem::replace(this.state, State::Over) else {
                unreachable!("the state was just looked at");
            };
            match polled.map_ok(|response| follow.follow(response)) {
                Poll::Ready(Ok(Next::Later(future))) => *this.state = State::Later(future),
                Poll::Ready(Ok(Next::Now(response))) => return Poll::Ready(Ok(response)),
                Poll::Ready(Err(error)) => return Poll::Ready(Err(error)),
                Poll::Pending => return Poll::Pending,
            }
        }
        let State::Later(future) = this.state else {
            panic!("polled after it was ready");
        };
        let response = ready!(future.as_mut().poll(cx));
        *this.state = State::Over;
        Poll::Ready(Ok(response))
    }
}

impl<F, E, B> fmt::Debug for Followed<F, E, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Inner(_) => "waiting for the inner service",
            State::Later(_) => "following",
            State::Over => "over",
        };
        f.debug_struct("Followed")
            .field("state", &state)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::BoxError;

    struct Save(bool);

    impl Follow<&'static str> for Save {
        type Body = String;

        fn follow(self, response: Response<&'static str>) -> Next<Response<String>> {
            if self.0 {
                Next::Later(Box::pin(async move {
                    tokio::task::yield_now().await;
                    response.map(|body| format!("{body}, saved"))
                }))
            } else {
                Next::Now(response.map(str::to_owned))
            }
        }
    }

    #[tokio::test]
    async fn it_answers_at_once_or_after_its_wait() {
        for (dirty, expected) in [(false, "ok"), (true, "ok, saved")] {
            let inner = async { Ok::<_, BoxError>(Response::new("ok")) };
            let response = Followed::new(inner, Save(dirty)).await.unwrap();
            assert_eq!(response.body(), expected);
        }
    }

    #[tokio::test]
    async fn an_error_passes() {
        let inner = async { Err::<Response<&'static str>, BoxError>("no".into()) };
        assert!(Followed::new(inner, Save(true)).await.is_err());
    }
}
