//! The services.

use std::{
    cell::Cell,
    future::Ready,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use http::{HeaderMap, Request, Response};
use http_body::Frame;
use http_body_util::StreamBody;
use plywood::prelude::{Body, BoxError, HttpService};
use tower::Service;

pub(crate) const LINE: &str = "a line that compresses well\n";

/// The one error, of a type that is nobody else's.
#[derive(Debug)]
pub(crate) struct Trouble;

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("trouble")
    }
}

impl std::error::Error for Trouble {}

/// A body that can neither be cloned nor be shared between threads, with an error of its own.
pub(crate) struct Lonely(Cell<u32>);

impl Lonely {
    pub(crate) const fn of_lines(lines: u32) -> Self {
        Self(Cell::new(lines))
    }
}

impl http_body::Body for Lonely {
    type Data = Bytes;
    type Error = Trouble;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Trouble>>> {
        let left = self.0.get();
        self.0.set(left.saturating_sub(1));
        let line = (left > 0).then(|| Frame::data(Bytes::from_static(LINE.as_bytes())));
        Poll::Ready(line.map(Ok))
    }
}

/// A service whose readiness is `ready`, and that must not be called.
#[derive(Clone)]
pub(crate) struct Unready(pub(crate) fn() -> Poll<Result<(), Trouble>>);

impl Service<Request<Body>> for Unready {
    type Response = Response<Body>;
    type Error = Trouble;
    type Future = Ready<Result<Response<Body>, Trouble>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Trouble>> {
        (self.0)()
    }

    fn call(&mut self, _: Request<Body>) -> Self::Future {
        unreachable!("it was not ready")
    }
}

/// A service that answers `/well` with a page, and any other path with what `answer` makes of it.
pub(crate) fn service<A, F>(
    answer: A,
) -> impl HttpService<Body, ResBody = Body, Error = Trouble, Future: Send>
where
    A: Fn(Request<Body>) -> F + Clone + Send + 'static,
    F: Future<Output = Result<Response<Body>, Trouble>> + Send + 'static,
{
    tower::service_fn(move |request: Request<Body>| {
        // Not in the future, so that an `answer` that panics does so in the call.
        let other = (request.uri().path() != "/well").then(|| answer(request));
        async {
            match other {
                Some(other) => other.await,
                None => Ok(text(LINE)),
            }
        }
    })
}

pub(crate) fn text(body: impl Into<Body>) -> Response<Body> {
    let head = Response::builder().header("content-type", "text/plain; charset=utf-8");
    head.body(body.into()).unwrap()
}

/// A response with these frames as its body.
pub(crate) fn frames(
    frames: impl Stream<Item = Result<Frame<Bytes>, BoxError>> + Send + 'static,
) -> Response<Body> {
    text(Body::new(StreamBody::new(frames)))
}

pub(crate) fn line() -> Frame<Bytes> {
    Frame::data(Bytes::from_static(LINE.as_bytes()))
}

pub(crate) fn trailers() -> Frame<Bytes> {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", "42".parse().unwrap());
    Frame::trailers(trailers)
}

/// Two lines, and after a wait what `end` gives.
pub(crate) fn two_lines_and(end: fn() -> Result<Frame<Bytes>, BoxError>) -> Response<Body> {
    let end = stream::once(async move {
        tokio::task::yield_now().await;
        end()
    });
    frames(stream::iter([line(), line()]).map(Ok).chain(end))
}

/// Bytes without an end, and without a pattern that compresses.
pub(crate) fn noise() -> impl Stream<Item = Result<Frame<Bytes>, BoxError>> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    stream::repeat_with(move || {
        let bytes: Vec<_> = (0..512).flat_map(|_| next()).collect();
        Ok(Frame::data(bytes.into()))
    })
}
