//! A body that is decoded while it is read.

use std::{
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http::HeaderMap;
use http_body::{Body as _, Frame};
use plywood_core::{Body, BoxError};

use super::{
    decoder::{Decoder, Progress},
    error::{DecompressionError, DecompressionErrorKind},
};

/// The longest frame that comes out, in bytes.
const FRAME: usize = 16 * 1024;

/// How many bytes go in, or come out, before others get a turn on this thread.
const TURN: usize = 256 * 1024;

/// What a step counts at least, in bytes of a turn: it costs something even if it comes to nothing.
const STEP: usize = 1024;

/// So many coded bytes more than decoded ones may go in, beside a hundredth: there are those that decode to nothing.
const OVERHEAD: u64 = 64 * 1024;

/// So much may come out whatever the ratio: a short body that is all spaces does no harm.
const HARMLESS: u64 = 1 << 20;

/// How much may come out.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bounds {
    pub(crate) size: u64,
    pub(crate) ratio: u64,
}

impl Bounds {
    /// The most that may go in: what does not become smaller becomes hardly longer.
    const fn coded(&self) -> u64 {
        let overhead = (self.size / 100).saturating_add(OVERHEAD);
        self.size.saturating_add(overhead)
    }
}

/// Where the body leaves why it failed, for whoever answers.
pub(crate) type Verdict = Arc<OnceLock<DecompressionError>>;

pub(crate) struct Decoding {
    inner: Body,
    decoder: Box<dyn Decoder>,
    bounds: Bounds,
    verdict: Verdict,
    coded: Bytes,
    came_in: u64,
    came_out: u64,
    complete: bool,
    /// The last step filled its room: there may be more, though nothing more came in.
    has_more: bool,
    trailers: Option<HeaderMap>,
    step: Step,
    turn: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Decode,
    Finish,
    Over,
}

type Polled = Poll<Option<Result<Frame<Bytes>, BoxError>>>;

impl Decoding {
    pub(crate) const fn new(
        inner: Body,
        decoder: Box<dyn Decoder>,
        bounds: Bounds,
        verdict: Verdict,
    ) -> Self {
        Self {
            inner,
            decoder,
            bounds,
            verdict,
            coded: Bytes::new(),
            came_in: 0,
            came_out: 0,
            complete: false,
            has_more: false,
            trailers: None,
            step: Step::Decode,
            turn: 0,
        }
    }

    fn advance(&mut self, cx: &mut Context<'_>) -> Polled {
        loop {
            if self.step == Step::Over {
                return Poll::Ready(self.trailers.take().map(Frame::trailers).map(Ok));
            }
            if self.turn >= TURN {
                self.turn = 0;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            if !self.coded.is_empty() || self.has_more {
                if let Some(plain) = self.decode()? {
                    return Poll::Ready(Some(Ok(Frame::data(plain))));
                }
                continue;
            }
            if self.step == Step::Finish {
                // An empty body is no coded body, but it is what a client without one sends.
                if !self.complete && self.came_in > 0 {
                    return Poll::Ready(Some(Err(self.fail(DecompressionErrorKind::Malformed))));
                }
                self.step = Step::Over;
                continue;
            }
            match Pin::new(&mut self.inner).poll_frame(cx) {
                Poll::Pending => {
                    self.turn = 0;
                    return Poll::Pending;
                }
                Poll::Ready(None) => self.step = Step::Finish,
                Poll::Ready(Some(frame)) => match frame?.into_data() {
                    Ok(data) => {
                        self.came_in += data.len() as u64;
                        self.coded = data;
                    }
                    Err(frame) => {
                        self.trailers = frame.into_trailers().ok();
                        self.step = Step::Finish;
                    }
                },
            }
        }
    }

    fn decode(&mut self) -> Result<Option<Bytes>, BoxError> {
        let mut room = [0; FRAME];
        let step = self.decoder.step(&self.coded, &mut room);
        let Progress {
            taken,
            filled,
            complete,
        } = step.map_err(|kind| self.fail(kind))?;
        let stuck = taken == 0 && filled == 0;
        if stuck && !self.coded.is_empty() {
            return Err(self.fail(DecompressionErrorKind::Malformed));
        }
        self.coded.advance(taken);
        self.complete = complete;
        self.has_more = filled == FRAME;
        self.came_out += filled as u64;
        self.turn += filled.max(taken).max(STEP);
        // What has not been taken in yet has no part in what came out.
        let came_in = self.came_in - self.coded.len() as u64;
        if self.came_out > self.bounds.size || came_in > self.bounds.coded() {
            return Err(self.fail(DecompressionErrorKind::TooLarge));
        }
        let most = came_in.saturating_mul(self.bounds.ratio).max(HARMLESS);
        if self.came_out > most {
            return Err(self.fail(DecompressionErrorKind::Bomb));
        }
        Ok((filled > 0).then(|| Bytes::copy_from_slice(&room[..filled])))
    }

    fn fail(&self, kind: DecompressionErrorKind) -> BoxError {
        let error = DecompressionError::new(kind);
        let _ = self.verdict.set(error.clone());
        error.into()
    }
}

impl http_body::Body for Decoding {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Polled {
        let polled = self.advance(cx);
        if let Poll::Ready(Some(Err(_))) = polled {
            self.step = Step::Over;
            self.coded = Bytes::new();
            self.has_more = false;
        }
        polled
    }
}
