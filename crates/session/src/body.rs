use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use plywood_core::{Body, BoxError, BoxFuture};
use plywood_session_core::{Finished, Session, SessionError};

/// The body of a response while whose stream the session may be changed. It ends when the changes are saved.
pub(crate) struct LateBody {
    inner: Body,
    state: State,
}

enum State {
    Streams(Session),
    /// The last frame waits, because a server that has all it was promised does not ask for the end.
    Saves(
        BoxFuture<Result<Finished, SessionError>>,
        Option<Frame<Bytes>>,
    ),
    Over,
}

impl LateBody {
    pub(crate) const fn new(inner: Body, session: Session) -> Self {
        Self {
            inner,
            state: State::Streams(session),
        }
    }
}

impl http_body::Body for LateBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let State::Streams(session) = &this.state {
            let frame = match ready!(Pin::new(&mut this.inner).poll_frame(cx)) {
                Some(Ok(frame)) if !this.inner.is_end_stream() => {
                    return Poll::Ready(Some(Ok(frame)));
                }
                Some(Ok(frame)) => Some(frame),
                Some(Err(error)) => {
                    this.state = State::Over;
                    return Poll::Ready(Some(Err(error)));
                }
                None => None,
            };
            let session = session.clone();
            let save = Box::pin(async move { session.finish().await });
            this.state = State::Saves(save, frame);
        }
        let State::Saves(save, frame) = &mut this.state else {
            return Poll::Ready(None);
        };
        let saved = ready!(save.as_mut().poll(cx));
        let frame = frame.take();
        this.state = State::Over;
        Poll::Ready(match saved {
            Ok(_) => frame.map(Ok),
            Err(error) => Some(Err(error.into())),
        })
    }

    fn is_end_stream(&self) -> bool {
        matches!(self.state, State::Over)
    }

    fn size_hint(&self) -> SizeHint {
        match &self.state {
            State::Streams(_) => self.inner.size_hint(),
            State::Saves(_, Some(frame)) => {
                SizeHint::with_exact(frame.data_ref().map_or(0, Bytes::len) as u64)
            }
            State::Saves(_, None) | State::Over => SizeHint::with_exact(0),
        }
    }
}

impl fmt::Debug for LateBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LateBody").finish_non_exhaustive()
    }
}
