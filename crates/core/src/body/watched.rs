use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;

pin_project! {
    /// A body that says once when it is over: at its last frame, on an error, or when it is dropped.
    ///
    /// The word for everything that acts at the end of a body: a log line, a lock to release, a file to remove. Frames, trailers and
    /// the size hint pass through unchanged.
    ///
    /// A server may stop asking as soon as the length that it announced has been sent. A body that is dropped with nothing left in it is
    /// therefore [`How::Complete`], whether or not its end was polled.
    ///
    /// ```
    /// use http_body_util::BodyExt;
    /// use plywood_core::{Body, body::{How, Watched}};
    ///
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let body = Watched::new(Body::from("hello"), |ended| {
    ///     assert_eq!((ended.how, ended.bytes), (How::Complete, 5));
    /// });
    /// body.collect().await.unwrap();
    /// # }
    /// ```
    pub struct Watched<B, D>
    where
        B: Body,
        D: Watch,
    {
        #[pin]
        inner: B,
        done: Option<D>,
        bytes: u64,
    }

    impl<B, D> PinnedDrop for Watched<B, D>
    where
        B: Body,
        D: Watch,
    {
        fn drop(this: Pin<&mut Self>) {
            let this = this.project();
            if let Some(done) = this.done.take() {
                let nothing_left = this.inner.is_end_stream() || this.inner.size_hint().upper() == Some(0);
                let how = if nothing_left { How::Complete } else { How::Dropped };
                done.ended(Ended { how, bytes: *this.bytes });
            }
        }
    }
}

/// What is told when a body is over. Every closure on [`Ended`] is one; implement it for a type of your own where the watched body
/// needs a name.
pub trait Watch {
    /// The body is over. Called once.
    fn ended(self, ended: Ended);
}

impl<F: FnOnce(Ended)> Watch for F {
    fn ended(self, ended: Ended) {
        self(ended);
    }
}

/// What became of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ended {
    /// How it ended.
    pub how: How,
    /// The bytes of data that were handed on, in bytes. Trailers do not count.
    pub bytes: u64,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum How {
    /// All of it was handed on.
    Complete,
    /// It reported an error.
    Failed,
    /// It was dropped before its end: the client is gone, or nobody wanted the rest.
    Dropped,
}

impl<B: Body, D: FnOnce(Ended)> Watched<B, D> {
    /// Watches over `inner`, and runs `done` once when it is over.
    pub const fn new(inner: B, done: D) -> Self {
        Self {
            inner,
            done: Some(done),
            bytes: 0,
        }
    }
}

impl<B: Body, D: Watch> Watched<B, D> {
    /// Watches over `inner`, and tells `watch` once when it is over.
    pub const fn by(inner: B, watch: D) -> Self {
        Self {
            inner,
            done: Some(watch),
            bytes: 0,
        }
    }
}

/// An empty body, as layers such as tower-http's timeout and CORS answer with. It tells nobody.
impl<B: Body + Default, D: Watch> Default for Watched<B, D> {
    fn default() -> Self {
        Self {
            inner: B::default(),
            done: None,
            bytes: 0,
        }
    }
}

impl<B, D> Body for Watched<B, D>
where
    B: Body<Data = Bytes>,
    D: Watch,
{
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        let frame = ready!(this.inner.poll_frame(cx));
        let how = match &frame {
            Some(Ok(frame)) => {
                *this.bytes += frame.data_ref().map_or(0, |data| data.len() as u64);
                // Nothing follows trailers, and a server need not ask whether anything does.
                frame.is_trailers().then_some(How::Complete)
            }
            Some(Err(_)) => Some(How::Failed),
            None => Some(How::Complete),
        };
        if let Some((how, done)) = how.and_then(|how| Some((how, this.done.take()?))) {
            done.ended(Ended {
                how,
                bytes: *this.bytes,
            });
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl<B: Body + fmt::Debug, D: Watch> fmt::Debug for Watched<B, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched")
            .field("inner", &self.inner)
            .field("bytes", &self.bytes)
            .field("over", &self.done.is_none())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use futures_util::stream;
    use http_body_util::{BodyExt, StreamBody};

    use super::*;
    use crate::BoxError;

    type Seen = Arc<Mutex<Vec<(How, u64)>>>;

    fn watched<B: Body<Data = Bytes>>(
        inner: B,
    ) -> (impl Body<Data = Bytes, Error = B::Error>, Seen) {
        let seen = Seen::default();
        let sink = Arc::clone(&seen);
        let body = Watched::new(inner, move |ended| {
            sink.lock().unwrap().push((ended.how, ended.bytes));
        });
        (body, seen)
    }

    fn frames(
        pieces: Vec<Result<&'static str, BoxError>>,
    ) -> impl Body<Data = Bytes, Error = BoxError> {
        let frames = pieces
            .into_iter()
            .map(|piece| piece.map(|text| Frame::data(Bytes::from(text))));
        StreamBody::new(stream::iter(frames.collect::<Vec<_>>()))
    }

    #[tokio::test]
    async fn the_end_is_told_once_with_the_bytes() {
        let (body, seen) = watched(frames(vec![Ok("ab"), Ok("cde")]));
        body.collect().await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [(How::Complete, 5)]);
    }

    #[tokio::test]
    async fn a_named_watch_is_told_too() {
        struct Count(Seen);

        impl Watch for Count {
            fn ended(self, ended: Ended) {
                self.0.lock().unwrap().push((ended.how, ended.bytes));
            }
        }

        let seen = Seen::default();
        let body: Watched<crate::Body, Count> = Watched::by("abc".into(), Count(Arc::clone(&seen)));
        body.collect().await.unwrap();
        assert_eq!(*seen.lock().unwrap(), [(How::Complete, 3)]);
    }

    #[tokio::test]
    async fn trailers_are_the_end_though_nothing_was_polled_behind_them() {
        let pieces = [
            Ok::<_, BoxError>(Frame::data(Bytes::from("ab"))),
            Ok(Frame::trailers(http::HeaderMap::new())),
        ];
        let (body, seen) = watched(StreamBody::new(stream::iter(pieces)));
        let mut body = Box::pin(body);
        while !body.frame().await.unwrap().unwrap().is_trailers() {}
        drop(body);
        assert_eq!(*seen.lock().unwrap(), [(How::Complete, 2)]);
    }

    #[tokio::test]
    async fn an_error_is_told_once() {
        let (body, seen) = watched(frames(vec![Ok("ab"), Err("broken".into())]));
        assert!(body.collect().await.is_err());
        assert_eq!(*seen.lock().unwrap(), [(How::Failed, 2)]);
    }

    #[tokio::test]
    async fn a_drop_half_way_is_told_with_what_was_handed_on() {
        let (body, seen) = watched(frames(vec![Ok("ab"), Ok("cde")]));
        let mut body = Box::pin(body);
        body.frame().await.unwrap().unwrap();
        drop(body);
        assert_eq!(*seen.lock().unwrap(), [(How::Dropped, 2)]);
    }

    #[tokio::test]
    async fn a_body_with_nothing_left_is_complete_though_its_end_was_never_polled() {
        let (body, seen) = watched(crate::Body::from("abc"));
        let mut body = Box::pin(body);
        body.frame().await.unwrap().unwrap();
        drop(body);
        assert_eq!(*seen.lock().unwrap(), [(How::Complete, 3)]);

        let (body, seen) = watched(crate::Body::empty());
        drop(body);
        assert_eq!(*seen.lock().unwrap(), [(How::Complete, 0)]);
    }
}
