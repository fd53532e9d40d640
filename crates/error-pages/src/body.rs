use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;
use plywood_core::{Body, BoxError, HttpBody};

use crate::{one_line::OneLine, panicked::Panicked};

pin_project! {
    /// The inner service's body, or a page in its place.
    ///
    /// A panic of the inner body ends it with an error, so that the server breaks the answer off where it would otherwise look whole.
    pub struct PageBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Inner { #[pin] inner: B },
        Page { page: Body },
    }
}

impl<B> PageBody<B> {
    pub(crate) const fn inner(inner: B) -> Self {
        Self {
            kind: Kind::Inner { inner },
        }
    }

    pub(crate) const fn page(page: Body) -> Self {
        Self {
            kind: Kind::Page { page },
        }
    }
}

impl<B: HttpBody> http_body::Body for PageBody<B> {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let mut kind = self.project().kind;
        let inner = match kind.as_mut().project() {
            KindProjection::Inner { inner } => inner,
            KindProjection::Page { page } => return Pin::new(page).poll_frame(cx),
        };
        match catch_unwind(AssertUnwindSafe(|| inner.poll_frame(cx))) {
            Ok(poll) => poll.map(|frame| frame.map(|result| result.map_err(Into::into))),
            Err(payload) => {
                let panicked = Panicked::new(&*payload);
                tracing::error!(error = %OneLine(&panicked), "a response's body panicked");
                // It must not be polled again.
                kind.set(Kind::Page {
                    page: Body::empty(),
                });
                Poll::Ready(Some(Err(panicked.into())))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Inner { inner } => inner.is_end_stream(),
            Kind::Page { page } => page.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { inner } => inner.size_hint(),
            Kind::Page { page } => page.size_hint(),
        }
    }
}

impl<B: fmt::Debug> fmt::Debug for PageBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Inner { inner } => f.debug_tuple("PageBody::Inner").field(inner).finish(),
            Kind::Page { page } => f.debug_tuple("PageBody::Page").field(page).finish(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_hardly_larger_than_the_larger_of_both() {
        let body = size_of::<Body>();
        assert!(size_of::<PageBody<()>>() <= body + 8);
        assert!(size_of::<PageBody<Body>>() <= body + 8);
        assert!(size_of::<PageBody<[u8; 256]>>() <= 256 + 8);
    }
}
