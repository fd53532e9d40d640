use std::{fmt, future::poll_fn, pin::Pin, task::Poll};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, StatusCode};
use http_body::{Body as _, Frame};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError};

use crate::Reply;

/// A reply whose body is still coming: to be read frame by frame, as slowly as you like, or cut off.
///
/// Nothing of the body is asked for before it is read. [`RequestBuilder::stream`](crate::RequestBuilder::stream) gives it.
#[must_use = "a reply that is dropped is cut off"]
pub struct OpenReply {
    reply: Reply,
    body: Body,
    /// What came when nobody wanted to read it yet.
    ahead: Option<Result<Frame<Bytes>, BoxError>>,
}

impl OpenReply {
    pub(crate) const fn new(reply: Reply, body: Body) -> Self {
        Self {
            reply,
            body,
            ahead: None,
        }
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.reply.status()
    }

    /// The value of a field; of the first line, if there are several.
    ///
    /// # Panics
    ///
    /// If there is no such field, or its value is not text.
    #[track_caller]
    pub fn header(&self, name: &str) -> &str {
        self.reply.header(name)
    }

    /// All fields.
    pub const fn headers(&self) -> &HeaderMap {
        self.reply.headers()
    }

    /// The trailers that have come so far.
    pub const fn trailers(&self) -> &HeaderMap {
        self.reply.trailers()
    }

    /// The bytes of the next frame; `None` at the end. Trailers are put aside.
    ///
    /// # Panics
    ///
    /// If the body fails.
    pub async fn frame(&mut self) -> Option<Bytes> {
        match self.try_frame().await {
            Ok(frame) => frame,
            Err(error) => panic!("the body failed: {error}\n\n{}", self.reply),
        }
    }

    /// The same, or the error.
    ///
    /// # Errors
    ///
    /// The body's own.
    pub async fn try_frame(&mut self) -> Result<Option<Bytes>, BoxError> {
        loop {
            let frame = match self.ahead.take() {
                Some(frame) => Some(frame),
                None => self.body.frame().await,
            };
            let Some(frame) = frame.transpose()? else {
                return Ok(None);
            };
            match frame.into_data() {
                Ok(data) => return Ok(Some(data)),
                Err(frame) => {
                    let trailers = frame.into_trailers();
                    self.reply.trailers = trailers.unwrap_or_default();
                }
            }
        }
    }

    /// Is nothing there to be read now, though the end has not come? Looks once and does not wait.
    pub async fn is_quiet(&mut self) -> bool {
        if self.ahead.is_some() {
            return false;
        }
        let body = &mut self.body;
        let frame = poll_fn(|cx| Poll::Ready(Pin::new(&mut *body).poll_frame(cx))).await;
        match frame {
            Poll::Pending => true,
            Poll::Ready(None) => {
                self.body = Body::empty();
                false
            }
            Poll::Ready(frame) => {
                self.ahead = frame;
                false
            }
        }
    }

    /// Goes away in the midst of it, as a visitor who closes the window: the body is dropped.
    pub fn cut(self) {
        drop(self);
    }

    /// Reads what has not been read yet, and waits before each frame for what `pause` waits: a visitor with a slow line.
    ///
    /// # Panics
    ///
    /// If the body fails.
    pub async fn rest_slowly(mut self, mut pause: impl AsyncFnMut()) -> Reply {
        let mut all = BytesMut::new();
        loop {
            pause().await;
            match self.frame().await {
                Some(data) => all.extend_from_slice(&data),
                None => break,
            }
        }
        self.reply.body = all.freeze();
        self.reply
    }

    /// Reads what has not been read yet.
    ///
    /// # Panics
    ///
    /// If the body fails.
    pub async fn rest(self) -> Reply {
        match self.try_rest().await {
            Ok(reply) => reply,
            Err(error) => panic!("the body failed: {error}"),
        }
    }

    /// The same, or the error.
    ///
    /// # Errors
    ///
    /// The body's own.
    pub async fn try_rest(mut self) -> Result<Reply, BoxError> {
        let rest = self.read().await;
        // Whoever gets an error has been told.
        self.reply.body = rest.inspect_err(|_| self.reply.expected())?;
        Ok(self.reply)
    }

    async fn read(&mut self) -> Result<Bytes, BoxError> {
        let first = self.try_frame().await?.unwrap_or_default();
        let Some(second) = self.try_frame().await? else {
            return Ok(first);
        };
        let mut all = BytesMut::from(first);
        all.extend_from_slice(&second);
        while let Some(next) = self.try_frame().await? {
            all.extend_from_slice(&next);
        }
        Ok(all.freeze())
    }
}

impl fmt::Debug for OpenReply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenReply")
            .field("status", &self.reply.head.status)
            .field("headers", self.headers())
            .finish_non_exhaustive()
    }
}
