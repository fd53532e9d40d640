use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;
use pin_project_lite::pin_project;

use crate::{Body, HttpBody};

pin_project! {
    /// One call or another, whose answers come out with one type of body.
    ///
    /// For whoever chooses between two services. The error is the first one's; the second one's becomes it.
    #[must_use = "futures do nothing unless polled"]
    pub struct Either<A, B> {
        #[pin]
        call: Call<A, B>,
    }
}

pin_project! {
    #[project = CallProjection]
    enum Call<A, B> {
        First { #[pin] answer: A },
        Second { #[pin] answer: B },
    }
}

impl<A, B> Either<A, B> {
    /// The answer is that of the first service.
    pub const fn first(answer: A) -> Self {
        Self {
            call: Call::First { answer },
        }
    }

    /// The answer is that of the second service.
    pub const fn second(answer: B) -> Self {
        Self {
            call: Call::Second { answer },
        }
    }
}

impl<A, B, BodyA, BodyB, ErrA, ErrB> Future for Either<A, B>
where
    A: Future<Output = Result<Response<BodyA>, ErrA>>,
    B: Future<Output = Result<Response<BodyB>, ErrB>>,
    BodyA: HttpBody,
    BodyB: HttpBody,
    ErrB: Into<ErrA>,
{
    type Output = Result<Response<Body>, ErrA>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match self.project().call.project() {
            CallProjection::First { answer } => {
                answer.poll(cx).map_ok(|response| response.map(Body::new))
            }
            CallProjection::Second { answer } => answer
                .poll(cx)
                .map_ok(|response| response.map(Body::new))
                .map_err(Into::into),
        }
    }
}

impl<A, B> fmt::Debug for Either<A, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.call {
            Call::First { .. } => "Either::First",
            Call::Second { .. } => "Either::Second",
        })
    }
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;
    use crate::BoxError;

    async fn text(first: bool, fails: bool) -> Result<String, BoxError> {
        let answer = |text: &'static str| (!fails).then(|| Response::new(Body::from(text)));
        let either = if first {
            Either::first(ready(answer("one").ok_or(BoxError::from("no one"))))
        } else {
            Either::second(ready(answer("two").ok_or("no two")))
        };
        let bytes = either.await?.into_body().try_into_bytes();
        Ok(String::from_utf8(bytes.unwrap().to_vec()).unwrap())
    }

    #[tokio::test]
    async fn it_is_the_one_or_the_other() {
        assert_eq!(text(true, false).await.unwrap(), "one");
        assert_eq!(text(false, false).await.unwrap(), "two");
        assert_eq!(text(true, true).await.unwrap_err().to_string(), "no one");
        assert_eq!(text(false, true).await.unwrap_err().to_string(), "no two");
    }
}
