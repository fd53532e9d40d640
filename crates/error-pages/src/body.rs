use std::{
    cell::Cell,
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use pin_project_lite::pin_project;
use plywood_core::{Body, BoxError, HttpBody};
use plywood_error::{Incident, IncidentKind, Panicked};

use crate::{kept::Kept, request::Asked, telling};

pin_project! {
    /// The inner service's body, or a page in its place. A body that is at hand as a whole is like a page: it cannot fail.
    ///
    /// A panic of the inner body ends it with an error, so that the server breaks the answer off where it would otherwise look whole. One that
    /// panics when it is only asked how much is left of it says that it does not know, and ends so when it is polled next.
    pub struct PageBody<B> {
        #[pin]
        kind: Kind<B>,
    }
}

pin_project! {
    #[project = KindProjection]
    enum Kind<B> {
        Inner { #[pin] inner: B, asked: Kept },
        Page { page: Body },
    }
}

thread_local! {
    /// What a body further in has told of its end in the poll that goes on.
    static TOLD: Cell<Told> = const { Cell::new(Told::Nothing) };
    /// What it was, where there are reports further out that may not know of it.
    static INCIDENT: Cell<Option<Incident>> = const { Cell::new(None) };
}

#[derive(Clone, Copy)]
enum Told {
    Nothing,
    ByEvent,
    ToReports,
}

impl<B> PageBody<B> {
    /// The request is kept for telling whose answer it is that breaks off, if it can.
    pub(crate) fn inner(inner: B, asked: Kept) -> Self
    where
        B: HttpBody,
    {
        let kind = match Body::at_hand(inner) {
            Ok(page) => Kind::Page { page },
            Err(inner) => Kind::Inner { inner, asked },
        };
        Self { kind }
    }

    /// Has it panicked when it was asked how much is left of it?
    pub(crate) fn is_broken(&self) -> bool {
        matches!(&self.kind, Kind::Inner { asked, .. } if asked.broken().is_some())
    }

    pub(crate) const fn page(page: Body) -> Self {
        Self {
            kind: Kind::Page { page },
        }
    }
}

/// An empty body, as layers such as tower-http's timeout and CORS answer with.
impl<B> Default for PageBody<B> {
    fn default() -> Self {
        Self::page(Body::empty())
    }
}

impl<B> From<Body> for PageBody<B> {
    fn from(page: Body) -> Self {
        Self::page(page)
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
        let (inner, asked) = match kind.as_mut().project() {
            KindProjection::Inner { inner, asked } => (inner, asked),
            KindProjection::Page { page } => return Pin::new(page).poll_frame(cx),
        };
        TOLD.set(Told::Nothing);
        let mut polled = Poll::Pending;
        let caught = match asked.broken() {
            Some(before) => Err(before.clone()),
            None => Panicked::catch(|| polled = inner.poll_frame(cx)),
        };
        if let Err(panicked) = caught {
            let error = tell_once(asked, panicked);
            // What has panicked may panic when it is dropped, too.
            let _ = Panicked::catch(|| {
                kind.set(Kind::Page {
                    page: Body::empty(),
                });
            });
            return Poll::Ready(Some(Err(error)));
        }
        polled.map_err(|error| tell_once(asked, error))
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            // Whoever takes it for the end polls no more, and would take half an answer for a whole one.
            Kind::Inner { asked, .. } if asked.broken().is_some() => false,
            Kind::Inner { inner, asked } => left(asked, || inner.is_end_stream()),
            Kind::Page { page } => page.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Inner { asked, .. } if asked.broken().is_some() => SizeHint::default(),
            Kind::Inner { inner, asked } => left(asked, || inner.size_hint()),
            Kind::Page { page } => page.size_hint(),
        }
    }
}

/// How much is left; where the body panics when it is asked, that is not known.
fn left<T: Default>(asked: &Kept, ask: impl FnOnce() -> T) -> T {
    Panicked::catch(ask).unwrap_or_else(|panicked| {
        asked.break_off(panicked);
        T::default()
    })
}

/// Tells that the answer breaks off: once, though it may be polled again.
fn tell_once(asked: &mut Kept, error: impl Into<BoxError>) -> BoxError {
    let error = error.into();
    if let Some(asked) = asked.take() {
        tell(&asked, &*error);
    }
    error
}

/// Tells that the answer breaks off, and of what another layer further in has told only those who do not know it.
fn tell(asked: &Asked, error: &(dyn Error + 'static)) {
    let has_reports = asked.layer().config().reports.is_some();
    match TOLD.get() {
        Told::Nothing => {
            let incident = asked.incident(IncidentKind::BrokenOff, error);
            telling::tell(&incident, error, asked);
            if has_reports {
                TOLD.set(Told::ToReports);
            } else {
                TOLD.set(Told::ByEvent);
                INCIDENT.set(Some(incident));
            }
        }
        Told::ByEvent if has_reports => {
            TOLD.set(Told::ToReports);
            let incident = INCIDENT.take();
            incident.inspect(|incident| telling::tell_reports(incident, asked));
        }
        Told::ByEvent | Told::ToReports => {}
    }
}

impl<B: fmt::Debug> fmt::Debug for PageBody<B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::Inner { inner, .. } => f.debug_tuple("PageBody::Inner").field(inner).finish(),
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
        assert!(size_of::<PageBody<()>>() <= body + 16);
        assert!(size_of::<PageBody<Body>>() <= body + 16);
        assert!(size_of::<PageBody<[u8; 256]>>() <= 256 + 16);
    }
}
