use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use crate::{Body, BoxFuture, HttpBody};

pin_project! {
    /// Waits for the inner service, or answers instead of it.
    #[must_use = "futures do nothing unless polled"]
    pub struct Gated<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    enum State<F> {
        Open { #[pin] inner: F },
        Shut { response: Option<Box<Response<Body>>> },
        Later { decision: BoxFuture<Gated<F>> },
    }
}

impl<F> Gated<F> {
    /// Lets the request in: the answer is the inner service's.
    pub const fn open(inner: F) -> Self {
        Self::of(State::Open { inner })
    }

    /// Keeps the request out: the answer is `response`.
    pub fn shut(response: Response<Body>) -> Self {
        // Boxed so that the way in, which is the frequent one, moves a small future.
        let response = Some(Box::new(response));
        Self::of(State::Shut { response })
    }

    /// Decides after a wait: for a gate that must sometimes ask elsewhere. Only this way costs a box.
    ///
    /// The decision calls the inner service itself, in a future that it hands over by [`open`](Self::open): take the service along by
    /// [`take_ready`](crate::take_ready).
    pub fn later(decision: BoxFuture<Self>) -> Self {
        Self::of(State::Later { decision })
    }

    const fn of(state: State<F>) -> Self {
        Self { state }
    }
}

impl<F, ResBody, Err> Future for Gated<F>
where
    F: Future<Output = Result<Response<ResBody>, Err>>,
    ResBody: HttpBody,
{
    type Output = Result<Response<Body>, Err>;

    /// # Panics
    ///
    /// When polled again after it was ready.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        loop {
            let this = self.as_mut().project();
            let decided = match this.state.project() {
                StateProjection::Open { inner } => {
                    return inner.poll(cx).map_ok(|response| response.map(Body::new));
                }
                StateProjection::Shut { response } => {
                    let response = response.take().expect("not polled after it was ready");
                    return Poll::Ready(Ok(*response));
                }
                StateProjection::Later { decision } => ready!(decision.as_mut().poll(cx)),
            };
            self.set(decided);
        }
    }
}

impl<F> fmt::Debug for Gated<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.state {
            State::Open { .. } => "Gated::Open",
            State::Shut { .. } => "Gated::Shut",
            State::Later { .. } => "Gated::Later",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, future::Ready};

    use http_body_util::BodyExt;

    use super::*;

    type Inner = Ready<Result<Response<Body>, Infallible>>;

    fn inside() -> Inner {
        std::future::ready(Ok(Response::new(Body::from("inside"))))
    }

    fn after_a_wait(decided: Gated<Inner>) -> Gated<Inner> {
        async fn decide(decided: Gated<Inner>) -> Gated<Inner> {
            tokio::task::yield_now().await;
            decided
        }
        Gated::later(Box::pin(decide(decided)))
    }

    async fn text(gated: Gated<Inner>) -> bytes::Bytes {
        let Ok(response) = gated.await;
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn an_open_gate_gives_the_inner_answer_and_a_shut_one_its_own() {
        assert_eq!(text(Gated::open(inside())).await, "inside");
        assert_eq!(
            text(Gated::shut(Response::new("outside".into()))).await,
            "outside"
        );
    }

    #[tokio::test]
    async fn a_decision_may_take_a_wait() {
        let open = Gated::open(inside());
        assert_eq!(text(after_a_wait(open)).await, "inside");
        let shut = Gated::shut(Response::new("outside".into()));
        assert_eq!(text(after_a_wait(shut)).await, "outside");
    }
}
