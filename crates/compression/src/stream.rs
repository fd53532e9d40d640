//! A body that is compressed while it comes.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body as _, Frame};
use plywood_core::{Body, BoxError};

use crate::{cache::Claim, pool::Lease};

/// A body that is compressed while it comes: what it handed on can be read, whenever it waits.
pub(crate) struct Stream {
    encoder: Lease,
    first: Option<Result<Frame<Bytes>, BoxError>>,
    rest: Body,
    /// What is left of the last frame.
    plain: Bytes,
    trailers: Option<HeaderMap>,
    step: Step,
    /// How many plain bytes are taken in before others get a turn on this thread.
    portion: usize,
    /// How much of this turn is left.
    turn: usize,
    /// Where it is kept, if it is.
    claim: Option<Claim>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Take,
    Flush,
    Finish,
    Trailers,
    Over,
}

type Polled = Poll<Option<Result<Frame<Bytes>, BoxError>>>;

impl Stream {
    pub(crate) const fn new(
        encoder: Lease,
        first: Option<Result<Frame<Bytes>, BoxError>>,
        rest: Body,
        portion: usize,
    ) -> Self {
        Self {
            encoder,
            first,
            rest,
            plain: Bytes::new(),
            trailers: None,
            step: Step::Take,
            portion,
            turn: portion,
            claim: None,
        }
    }

    /// Keeps what it becomes, if it comes to its end.
    pub(crate) fn kept(mut self, claim: Option<Claim>) -> Self {
        self.claim = claim;
        self
    }

    pub(crate) const fn is_over(&self) -> bool {
        matches!(self.step, Step::Over)
    }

    /// The next coded frame. An error ends it, and then the coded bytes have no valid end: the client can tell.
    pub(crate) fn poll_frame(&mut self, cx: &mut Context<'_>) -> Polled {
        let polled = self.advance(cx);
        if let Poll::Ready(Some(Err(_))) = polled {
            self.step = Step::Over;
        }
        polled
    }

    fn advance(&mut self, cx: &mut Context<'_>) -> Polled {
        loop {
            let coded = match self.step {
                Step::Take if self.plain.is_empty() => {
                    match self.poll_inner(cx) {
                        Poll::Ready(Some(frame)) => self.receive(frame?),
                        Poll::Ready(None) => self.step = Step::Finish,
                        Poll::Pending if self.encoder.holds_back() => self.step = Step::Flush,
                        Poll::Pending => return self.wait(),
                    }
                    None
                }
                Step::Take if self.turn == 0 => {
                    cx.waker().wake_by_ref();
                    return self.wait();
                }
                Step::Take => {
                    self.compress()?;
                    self.encoder.take_full()
                }
                Step::Flush => {
                    if self.encoder.flush()? {
                        self.step = Step::Take;
                    }
                    self.encoder.take()
                }
                Step::Finish => {
                    if self.encoder.finish()? {
                        self.step = self.after_finish();
                    }
                    self.encoder.take()
                }
                Step::Trailers => {
                    self.step = Step::Over;
                    return Poll::Ready(self.trailers.take().map(Frame::trailers).map(Ok));
                }
                Step::Over => return Poll::Ready(None),
            };
            if let Some(coded) = coded {
                self.claim.take_if(|claim| !claim.gather(&coded));
                if self.step == self.after_finish()
                    && let Some(claim) = self.claim.take_if(|_| self.trailers.is_none())
                {
                    claim.keep();
                }
                return Poll::Ready(Some(Ok(Frame::data(coded))));
            }
        }
    }

    const fn after_finish(&self) -> Step {
        match self.trailers {
            Some(_) => Step::Trailers,
            None => Step::Over,
        }
    }

    fn poll_inner(&mut self, cx: &mut Context<'_>) -> Polled {
        match self.first.take() {
            Some(first) => Poll::Ready(Some(first)),
            None => Pin::new(&mut self.rest).poll_frame(cx),
        }
    }

    fn receive(&mut self, frame: Frame<Bytes>) {
        match frame.into_data() {
            Ok(data) => self.plain = data,
            Err(frame) => {
                // Trailers are the last frame of a body.
                self.trailers = frame.into_trailers().ok();
                self.step = Step::Finish;
            }
        }
    }

    fn compress(&mut self) -> Result<(), BoxError> {
        let most = self.plain.len().min(self.turn);
        let taken = self.encoder.write(&self.plain[..most])?;
        self.plain.advance(taken);
        self.turn -= taken;
        Ok(())
    }

    fn wait(&mut self) -> Polled {
        self.turn = self.portion;
        Poll::Pending
    }
}
