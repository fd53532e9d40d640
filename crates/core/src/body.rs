//! One body for every layer that must choose between bodies, and a watch over when a body is over.

mod watched;
mod whole;

use std::{
    any::Any,
    fmt, mem,
    pin::Pin,
    sync::{Mutex, PoisonError},
    task::{Context, Poll, Waker},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use http_body_util::{Empty, Full};
use pin_project_lite::pin_project;

use crate::BoxError;

pub use self::{
    watched::{Ended, How, Watch, Watched},
    whole::{ReadError, Whole},
};

/// Any HTTP body that Plywood can carry: frames of [`Bytes`], errors that become a [`BoxError`].
///
/// A bound alias: it is implemented for every such body.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an HTTP body that Plywood can carry",
    note = "it must be `http_body::Body<Data = Bytes> + Send + 'static`, with an error that converts into `BoxError`"
)]
pub trait HttpBody: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static {}

impl<B> HttpBody for B where B: http_body::Body<Data = Bytes, Error: Into<BoxError>> + Send + 'static
{}

/// An HTTP body of any origin: nothing, some bytes, or a stream.
///
/// Small answers stay cheap: an empty body and a body of one piece need no allocation beyond their bytes. `Body` is
/// [`Send`] and [`Sync`], whatever stream is in it, so that a handler may hold a `&Request<Body>` while it waits for something.
///
/// ```
/// use plywood_core::Body;
/// use http_body::Body as _;
///
/// assert!(Body::empty().is_end_stream());
/// assert_eq!(Body::from("hello").size_hint().exact(), Some(5));
/// ```
#[derive(Default)]
pub struct Body(Kind);

#[derive(Default)]
enum Kind {
    #[default]
    Empty,
    Full(Bytes),
    Boxed(Boxed),
}

/// Most streams are not [`Sync`], and this is. Whoever reads has the body alone and needs no lock; one is taken for a look at its length.
struct Boxed(Mutex<Stream>);

type Stream = Pin<Box<dyn http_body::Body<Data = Bytes, Error = BoxError> + Send>>;

impl Boxed {
    fn new(stream: Stream) -> Self {
        Self(Mutex::new(stream))
    }

    fn reader(&mut self) -> Pin<&mut (dyn http_body::Body<Data = Bytes, Error = BoxError> + Send)> {
        let stream = self.0.get_mut().unwrap_or_else(PoisonError::into_inner);
        stream.as_mut()
    }

    fn look<T>(&self, look: impl FnOnce(&Stream) -> T) -> T {
        look(&self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Body {
    /// A body with nothing in it.
    pub const fn empty() -> Self {
        Self(Kind::Empty)
    }

    /// The same content behind one type.
    ///
    /// Nothing is boxed twice: a `Body` is returned as it is, `Full` and `Empty` of `http-body-util` are unwrapped, and a body that
    /// is at its end already becomes an empty one. Only a stream costs an allocation.
    pub fn new<B: HttpBody>(body: B) -> Self {
        if body.is_end_stream() {
            return Self::empty();
        }
        let mut slot = match Self::at_hand(body) {
            Ok(body) => return body,
            Err(body) => Some(body),
        };
        let any: &mut dyn Any = &mut slot;
        if let Some(body) = any.downcast_mut::<Option<Self>>().and_then(Option::take) {
            return body;
        }
        let inner = slot.expect(NOT_TAKEN);
        Self(Kind::Boxed(Boxed::new(Box::pin(ErrorBoxed { inner }))))
    }

    /// The same content as a `Body`, if all of it is at hand and so can neither fail nor be waited for: a `Body` of nothing or of some bytes, and
    /// `Full` of `http-body-util`.
    ///
    /// # Errors
    ///
    /// Any other body is returned untouched as the error.
    ///
    /// ```
    /// use http_body_util::Full;
    /// use plywood_core::Body;
    ///
    /// let whole = Body::at_hand(Full::from("hello")).unwrap();
    /// assert_eq!(whole.try_into_bytes().unwrap(), "hello");
    /// ```
    pub fn at_hand<B: HttpBody>(body: B) -> Result<Self, B> {
        let mut slot = Some(body);
        let any: &mut dyn Any = &mut slot;
        if let Some(own) = any.downcast_mut::<Option<Self>>() {
            if let Some(body) = own.take_if(|body| !matches!(body.0, Kind::Boxed(_))) {
                return Ok(body);
            }
        } else if let Some(full) = any.downcast_mut::<Option<Full<Bytes>>>()
            && let Some(full) = full.take()
        {
            return Ok(full.into());
        }
        Err(slot.expect(NOT_TAKEN))
    }

    /// The bytes, if the whole body is at hand; the body back if it is a stream.
    ///
    /// # Errors
    ///
    /// A stream is returned untouched as the error: reading it is for the caller, with a limit.
    pub fn try_into_bytes(self) -> Result<Bytes, Self> {
        match self.0 {
            Kind::Empty => Ok(Bytes::new()),
            Kind::Full(bytes) => Ok(bytes),
            Kind::Boxed(_) => Err(self),
        }
    }
}

const NOT_TAKEN: &str = "no downcast has taken it";

impl http_body::Body for Body {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        match &mut this.0 {
            Kind::Empty => Poll::Ready(None),
            Kind::Full(bytes) => {
                let bytes = mem::take(bytes);
                this.0 = Kind::Empty;
                Poll::Ready(Some(Ok(Frame::data(bytes))))
            }
            Kind::Boxed(body) => body.reader().poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.0 {
            Kind::Empty => true,
            Kind::Full(_) => false,
            Kind::Boxed(body) => body.look(http_body::Body::is_end_stream),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Empty => SizeHint::with_exact(0),
            Kind::Full(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Kind::Boxed(body) => body.look(http_body::Body::size_hint),
        }
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Empty => f.write_str("Body::Empty"),
            Kind::Full(bytes) => write!(f, "Body::Full({} bytes)", bytes.len()),
            Kind::Boxed(_) => f.write_str("Body::Boxed"),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        if bytes.is_empty() {
            Self::empty()
        } else {
            Self(Kind::Full(bytes))
        }
    }
}

impl From<Full<Bytes>> for Body {
    fn from(mut full: Full<Bytes>) -> Self {
        // `Full` hands its bytes out only by being polled; it is ready at once and wakes nobody.
        let mut cx = Context::from_waker(Waker::noop());
        match http_body::Body::poll_frame(Pin::new(&mut full), &mut cx) {
            Poll::Ready(Some(Ok(frame))) => frame.into_data().map(Self::from).unwrap_or_default(),
            _ => Self::empty(),
        }
    }
}

impl From<Empty<Bytes>> for Body {
    fn from(_: Empty<Bytes>) -> Self {
        Self::empty()
    }
}

impl From<()> for Body {
    fn from((): ()) -> Self {
        Self::empty()
    }
}

impl From<&'static str> for Body {
    fn from(text: &'static str) -> Self {
        Bytes::from_static(text.as_bytes()).into()
    }
}

impl From<String> for Body {
    fn from(text: String) -> Self {
        Bytes::from(text).into()
    }
}

impl From<&'static [u8]> for Body {
    fn from(bytes: &'static [u8]) -> Self {
        Bytes::from_static(bytes).into()
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Bytes::from(bytes).into()
    }
}

pin_project! {
    struct ErrorBoxed<B> {
        #[pin]
        inner: B,
    }
}

impl<B: HttpBody> http_body::Body for ErrorBoxed<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        self.project()
            .inner
            .poll_frame(cx)
            .map(|frame| frame.map(|result| result.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use http_body::Body as _;
    use http_body_util::{BodyExt, StreamBody};

    fn stream(pieces: &[&'static str]) -> impl HttpBody + use<> {
        let frames: Vec<Result<_, BoxError>> = pieces
            .iter()
            .map(|piece| Ok(Frame::data(Bytes::from_static(piece.as_bytes()))))
            .collect();
        StreamBody::new(futures_util::stream::iter(frames))
    }

    #[test]
    fn a_body_stays_small() {
        assert!(size_of::<Body>() <= 40, "{}", size_of::<Body>());
    }

    #[test]
    fn nothing_is_boxed_twice_and_small_bodies_are_not_boxed_at_all() {
        let boxed = Body::new(stream(&["a"]));
        let Kind::Boxed(before) = &boxed.0 else {
            panic!("a stream is boxed")
        };
        let address = |body: &Boxed| body.look(|stream| std::ptr::from_ref(&**stream).cast::<()>());
        let before = address(before);
        let again = Body::new(boxed);
        let Kind::Boxed(after) = &again.0 else {
            panic!("and stays so")
        };
        assert_eq!(before, address(after));

        assert!(matches!(
            Body::new(Full::new(Bytes::from("x"))).0,
            Kind::Full(_)
        ));
        assert!(matches!(Body::new(Empty::<Bytes>::new()).0, Kind::Empty));
        assert!(matches!(Body::new(Full::<Bytes>::default()).0, Kind::Empty));
        assert!(matches!(Body::new(Body::from("x")).0, Kind::Full(_)));
    }

    #[tokio::test]
    async fn a_body_is_sync_over_a_stream_that_is_not() {
        fn is_sync<T: Send + Sync>(body: T) -> T {
            body
        }

        let count = Cell::new(0);
        let frames = std::iter::repeat_with(move || {
            count.set(count.get() + 1);
            Ok::<_, BoxError>(Frame::data(Bytes::from(count.get().to_string())))
        });
        let stream = StreamBody::new(futures_util::stream::iter(frames.take(3)));
        let bytes = is_sync(Body::new(stream)).collect().await.unwrap();
        assert_eq!(bytes.to_bytes(), "123");
    }

    #[tokio::test]
    async fn every_form_gives_its_bytes() {
        for (body, expected) in [
            (Body::empty(), ""),
            (Body::from("one"), "one"),
            (Body::from(String::from("two")), "two"),
            (Body::new(Full::new(Bytes::from("three"))), "three"),
            (Body::new(stream(&["fo", "ur"])), "four"),
        ] {
            let bytes = body.collect().await.unwrap().to_bytes();
            assert_eq!(bytes, expected);
        }
    }

    #[tokio::test]
    async fn a_full_body_ends_after_its_one_frame() {
        let mut body = Body::from("x");
        assert_eq!(body.size_hint().exact(), Some(1));
        assert!(!body.is_end_stream());
        assert!(body.frame().await.is_some());
        assert!(body.is_end_stream());
        assert!(body.frame().await.is_none());
    }

    #[tokio::test]
    async fn trailers_pass() {
        let mut trailers = http::HeaderMap::new();
        trailers.insert("grpc-status", "0".parse().unwrap());
        let frames: [Result<_, BoxError>; 2] = [
            Ok(Frame::data(Bytes::from("x"))),
            Ok(Frame::trailers(trailers.clone())),
        ];
        let body = Body::new(StreamBody::new(futures_util::stream::iter(frames)));
        let collected = body.collect().await.unwrap();
        assert_eq!(collected.trailers(), Some(&trailers));
    }

    #[test]
    fn what_is_at_hand_is_told_from_a_stream() {
        assert_eq!(
            Body::at_hand(Body::from("x")).unwrap().size_hint().exact(),
            Some(1)
        );
        assert!(Body::at_hand(Body::empty()).unwrap().is_end_stream());
        assert!(Body::at_hand(Full::new(Bytes::from("x"))).is_ok());
        assert!(
            Body::at_hand(Full::<Bytes>::default())
                .unwrap()
                .is_end_stream()
        );
        assert!(Body::at_hand(stream(&["x"])).is_err());
        let boxed = Body::at_hand(Body::new(stream(&["x"]))).unwrap_err();
        assert!(matches!(boxed.0, Kind::Boxed(_)));
    }

    #[tokio::test]
    async fn whole_bodies_are_given_up_and_streams_are_given_back() {
        assert_eq!(Body::from("x").try_into_bytes().unwrap(), "x");
        assert_eq!(Body::empty().try_into_bytes().unwrap(), "");
        assert!(Body::new(stream(&["x"])).try_into_bytes().is_err());
    }
}
