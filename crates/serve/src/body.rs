//! The body of a request over HTTP/1.

use std::{
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use plywood_core::BoxError;

use crate::patience::Patience;

/// A body that ends with an error when its sender dawdles.
///
/// Over HTTP/1 it holds the whole connection. Over HTTP/2 it holds a stream among others, and may be one that is meant to last.
pub(crate) struct Awaited {
    inner: Incoming,
    patience: Patience,
}

impl Awaited {
    pub(crate) const fn new(inner: Incoming, stall_timeout: Duration) -> Self {
        Self {
            inner,
            patience: Patience::new(stall_timeout),
        }
    }
}

impl Body for Awaited {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_frame(cx) {
            Poll::Ready(frame) => {
                if let Some(Ok(frame)) = &frame {
                    this.patience.reward(frame.data_ref().map_or(0, Bytes::len));
                }
                Poll::Ready(frame.map(|result| result.map_err(Into::into)))
            }
            Poll::Pending => this
                .patience
                .poll_exhausted(cx)
                .map(|error| Some(Err(error.into()))),
        }
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
