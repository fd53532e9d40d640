//! A member that is unpacked while it is sent.

use std::{
    io,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::{Buf, Bytes};
use flate2::{Crc, Decompress, FlushDecompress, Status};
use http_body::{Body as _, Frame, SizeHint};
use plywood_core::Body;

use crate::{handle::Handle, refusal::Refusal, stream::Streamed};

/// Up to here a member is unpacked before the head leaves, so that it has ranges too.
const AT_ONCE: u64 = 64 * 1024;

/// How much is unpacked at once.
const CHUNK: usize = 64 * 1024;

/// A deflated part of an open file, and what it says of itself.
#[derive(Clone, Debug)]
pub(crate) struct Deflated {
    pub(crate) handle: Arc<Handle>,
    pub(crate) data: Range<u64>,
    /// Once it is unpacked.
    pub(crate) length: u64,
    pub(crate) crc: u32,
}

impl Deflated {
    /// All of it, if it is small.
    pub(crate) fn at_once(&self) -> Result<Option<Bytes>, Refusal> {
        let packed = self.data.end - self.data.start;
        if self.length > AT_ONCE || packed > AT_ONCE {
            return Ok(None);
        }
        let input = super::bytes_at(
            &self.handle.file,
            self.data.start,
            usize::try_from(packed).expect("it is small"),
        )?;
        let mut inflation = self.inflation();
        let mut output = Vec::new();
        let mut input = Bytes::from(input);
        while inflation.remaining > 0 {
            let chunk = inflation.inflate(&mut input).map_err(Refusal::Broken)?;
            if chunk.is_empty() {
                return Err(Refusal::Broken(damaged()));
            }
            output.extend_from_slice(&chunk);
        }
        Ok(Some(output.into()))
    }

    fn inflation(&self) -> Inflation {
        Inflation {
            decoder: Decompress::new(false),
            remaining: self.length,
            crc: Crc::new(),
            expected: self.crc,
        }
    }

    /// All of it, unpacked while it is sent.
    pub(crate) fn body(&self) -> Body {
        Body::new(Inflated {
            packed: Streamed::slice(Arc::clone(&self.handle), self.data.clone()),
            input: Bytes::new(),
            inflation: Some(self.inflation()),
        })
    }
}

/// Unpacks exactly the bytes that were announced.
struct Inflation {
    decoder: Decompress,
    remaining: u64,
    crc: Crc,
    expected: u32,
}

impl Inflation {
    /// The next bytes of `input`, unpacked: none if it needs more. Never more than was announced, and the last ones only if the check sum is right.
    fn inflate(&mut self, input: &mut Bytes) -> io::Result<Bytes> {
        let room = usize::try_from(self.remaining).unwrap_or(CHUNK).min(CHUNK);
        let mut output = vec![0; room];
        let (read, written) = (self.decoder.total_in(), self.decoder.total_out());
        let status = self
            .decoder
            .decompress(input, &mut output, FlushDecompress::None);
        let status = status.map_err(|_| damaged())?;
        let read = self.decoder.total_in() - read;
        let written = self.decoder.total_out() - written;
        input.advance(usize::try_from(read).expect("no more than there was"));
        output.truncate(usize::try_from(written).expect("no more than there was room"));
        self.remaining -= written;
        self.crc.update(&output);
        let ends_early = status == Status::StreamEnd && self.remaining > 0;
        let is_wrong = self.remaining == 0 && self.crc.sum() != self.expected;
        if ends_early || is_wrong {
            return Err(damaged());
        }
        Ok(output.into())
    }
}

fn damaged() -> io::Error {
    io::Error::new(
        io::ErrorKind::InvalidData,
        "the member of the archive is damaged",
    )
}

/// A body that is unpacked as it is asked for.
struct Inflated {
    packed: Streamed,
    input: Bytes,
    /// Nothing once it has failed.
    inflation: Option<Inflation>,
}

impl Inflated {
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            let Some(inflation) = self.inflation.as_mut().filter(|left| left.remaining > 0) else {
                return Poll::Ready(None);
            };
            let is_at_end = if self.input.is_empty() {
                match ready!(Pin::new(&mut self.packed).poll_frame(cx)) {
                    Some(frame) => {
                        self.input = frame?.into_data().unwrap_or_default();
                        false
                    }
                    None => true,
                }
            } else {
                false
            };
            let chunk = inflation.inflate(&mut self.input)?;
            if !chunk.is_empty() {
                return Poll::Ready(Some(Ok(chunk)));
            }
            if is_at_end {
                return Poll::Ready(Some(Err(damaged())));
            }
        }
    }
}

impl http_body::Body for Inflated {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        let chunk = ready!(this.poll_chunk(cx));
        if matches!(chunk, Some(Err(_))) {
            this.inflation = None;
        }
        Poll::Ready(chunk.map(|result| result.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.size_hint().exact() == Some(0)
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.inflation.as_ref().map_or(0, |left| left.remaining))
    }
}
