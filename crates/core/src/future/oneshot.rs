use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use pin_project_lite::pin_project;
use tower_service::Service;

pin_project! {
    /// Waits until a service is ready, then calls it, once.
    ///
    /// For whoever learns only in its own `call` which service is asked, and so cannot have awaited the readiness of that one before.
    #[must_use = "futures do nothing unless polled"]
    pub struct Oneshot<S, R>
    where
        S: Service<R>,
    {
        #[pin]
        state: State<S, R, S::Future>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<S, R, F> {
        Waiting { service: S, request: Option<R> },
        Calling { #[pin] answer: F },
    }
}

impl<S: Service<R>, R> Oneshot<S, R> {
    /// Hands `request` to `service` as soon as it is ready.
    pub const fn new(service: S, request: R) -> Self {
        let request = Some(request);
        Self {
            state: State::Waiting { service, request },
        }
    }
}

impl<S: Service<R>, R> Future for Oneshot<S, R> {
    type Output = Result<S::Response, S::Error>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let mut this = self.as_mut().project();
            let answer = match this.state.as_mut().project() {
                StateProjection::Waiting { service, request } => {
                    ready!(service.poll_ready(cx))?;
                    service.call(request.take().expect("the state is left below"))
                }
                StateProjection::Calling { answer } => return answer.poll(cx),
            };
            this.state.set(State::Calling { answer });
        }
    }
}

impl<S: Service<R>, R> fmt::Debug for Oneshot<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Waiting { .. } => "Oneshot::Waiting",
            State::Calling { .. } => "Oneshot::Calling",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::{Ready, ready};

    use super::*;

    /// Ready when it has been asked `0` times more.
    struct Slow(u8);

    impl Service<u8> for Slow {
        type Response = u8;
        type Error = &'static str;
        type Future = Ready<Result<u8, &'static str>>;

        fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
            match self.0.checked_sub(1) {
                None => return Poll::Ready(Ok(())),
                Some(9) => return Poll::Ready(Err("never")),
                Some(left) => self.0 = left,
            }
            cx.waker().wake_by_ref();
            Poll::Pending
        }

        fn call(&mut self, request: u8) -> Self::Future {
            assert_eq!(self.0, 0, "called before it was ready");
            ready(Ok(request + 1))
        }
    }

    #[tokio::test]
    async fn it_waits_for_the_service_and_calls_it() {
        assert_eq!(Oneshot::new(Slow(0), 1).await, Ok(2));
        assert_eq!(Oneshot::new(Slow(3), 1).await, Ok(2));
        assert_eq!(Oneshot::new(Slow(10), 1).await, Err("never"));
    }
}
