use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use plywood_core::{BoxError, HttpBody};

use crate::stream::Stream;

pin_project! {
    /// The body of a response behind [`Compression`](crate::Compression): the inner service's own, or what it was compressed to.
    ///
    /// It is hardly larger than the inner body, because most bodies pass through it as they are.
    pub struct Compressed<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Plain { #[pin] inner: B },
        Whole { bytes: Bytes },
        Stream { stream: Box<Stream> },
    }
}

impl<B> Compressed<B> {
    pub(crate) const fn plain(inner: B) -> Self {
        Self {
            kind: Kind::Plain { inner },
        }
    }

    pub(crate) const fn whole(bytes: Bytes) -> Self {
        Self {
            kind: Kind::Whole { bytes },
        }
    }

    pub(crate) fn stream(stream: Stream) -> Self {
        let stream = Box::new(stream);
        Self {
            kind: Kind::Stream { stream },
        }
    }
}

/// An empty body, as layers such as tower-http's timeout and CORS answer with.
impl<B> Default for Compressed<B> {
    fn default() -> Self {
        Self::whole(Bytes::new())
    }
}

impl<B: HttpBody> Body for Compressed<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut kind = self.project().kind;
        match kind.as_mut().project() {
            KindProjection::Plain { inner } => inner
                .poll_frame(cx)
                .map(|frame| frame.map(|result| result.map_err(Into::into))),
            KindProjection::Whole { bytes } => {
                let bytes = std::mem::take(bytes);
                Poll::Ready((!bytes.is_empty()).then(|| Ok(Frame::data(bytes))))
            }
            KindProjection::Stream { stream } => {
                let polled = stream.poll_frame(cx);
                if stream.is_over() {
                    // The encoder is free as soon as its work is done, however long this body is kept.
                    kind.set(Kind::Whole {
                        bytes: Bytes::new(),
                    });
                }
                polled
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Plain { inner } => inner.is_end_stream(),
            Kind::Whole { bytes } => bytes.is_empty(),
            Kind::Stream { .. } => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Plain { inner } => inner.size_hint(),
            Kind::Whole { bytes } => SizeHint::with_exact(bytes.len() as u64),
            Kind::Stream { .. } => SizeHint::new(),
        }
    }
}

impl<B: fmt::Debug> fmt::Debug for Compressed<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Plain { inner } => f.debug_tuple("Plain").field(inner).finish(),
            Kind::Whole { bytes } => write!(f, "Whole({} bytes)", bytes.len()),
            Kind::Stream { .. } => f.write_str("Stream"),
        }
    }
}
