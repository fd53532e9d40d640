use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use http::Response;
use pin_project_lite::pin_project;

use crate::{Body, HttpBody};

pin_project! {
    /// Waits for the inner service, or answers instead of it.
    #[derive(Debug)]
    #[must_use = "futures do nothing unless polled"]
    pub struct Gated<F> {
        #[pin]
        state: State<F>,
    }
}

pin_project! {
    #[project = StateProjection]
    #[derive(Debug)]
    enum State<F> {
        Open { #[pin] inner: F },
        Shut { response: Option<Box<Response<Body>>> },
    }
}

impl<F> Gated<F> {
    /// Lets the request in: the answer is the inner service's.
    pub const fn open(inner: F) -> Self {
        Self {
            state: State::Open { inner },
        }
    }

    /// Keeps the request out: the answer is `response`.
    pub fn shut(response: Response<Body>) -> Self {
        // Boxed so that the way in, which is the frequent one, moves a small future.
        let response = Some(Box::new(response));
        Self {
            state: State::Shut { response },
        }
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
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        Poll::Ready(match self.project().state.project() {
            StateProjection::Open { inner } => {
                ready!(inner.poll(cx)).map(|response| response.map(Body::new))
            }
            StateProjection::Shut { response } => {
                Ok(*response.take().expect("not polled after it was ready"))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{convert::Infallible, future::Ready};

    use http_body_util::BodyExt;

    use super::*;

    type Inner = Ready<Result<Response<Body>, Infallible>>;

    async fn text(gated: Gated<Inner>) -> bytes::Bytes {
        let Ok(response) = gated.await;
        response.into_body().collect().await.unwrap().to_bytes()
    }

    #[tokio::test]
    async fn an_open_gate_gives_the_inner_answer_and_a_shut_one_its_own() {
        let inner = std::future::ready(Ok(Response::new(Body::from("inside"))));
        assert_eq!(text(Gated::open(inner)).await, "inside");
        assert_eq!(
            text(Gated::shut(Response::new("outside".into()))).await,
            "outside"
        );
    }
}
