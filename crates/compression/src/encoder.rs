//! The state that turns plain bytes into gzip ([RFC 1952](https://www.rfc-editor.org/rfc/rfc1952)).

use std::fmt;

use bytes::Bytes;
use flate2::{Compress, Compression, FlushCompress, Status};
use plywood_core::BoxError;

/// The longest frame of a stream, in bytes.
const FRAME: usize = 32 * 1024;

/// 32 KiB of history: what every decoder has, and the most that the format allows.
const WINDOW_BITS: u8 = 15;

/// An encoder for one body at a time. It weighs about 400 KiB, so it is used again: see `Pool`.
///
/// The same bytes and the same calls make the same result: the header names no file and no time.
pub(crate) struct Encoder {
    deflate: Compress,
    /// The coded bytes gather here, and leave as copies of their exact length: a short frame must not hold a long buffer.
    buffer: Vec<u8>,
    filled: usize,
    holds_back: bool,
}

impl Encoder {
    pub(crate) fn gzip(level: u32) -> Self {
        Self {
            deflate: Compress::new_gzip(Compression::new(level), WINDOW_BITS),
            buffer: vec![0; FRAME],
            filled: 0,
            holds_back: false,
        }
    }

    /// Forgets the body before, finished or not.
    pub(crate) fn restart(&mut self) {
        self.deflate.reset();
        self.filled = 0;
        self.holds_back = false;
    }

    /// The whole of a fresh body; `None` if it would not become smaller.
    pub(crate) fn whole(&mut self, plain: &[u8]) -> Option<Bytes> {
        let room = plain.len().saturating_sub(1);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        match self.run(plain, FlushCompress::Finish, room) {
            Ok((_, Status::StreamEnd)) => self.take(),
            _ => None,
        }
    }

    /// Takes in as much of `plain` as fits, and says how much that was.
    pub(crate) fn write(&mut self, plain: &[u8]) -> Result<usize, BoxError> {
        let (taken, _) = self.run(plain, FlushCompress::None, FRAME)?;
        self.holds_back |= taken > 0;
        Ok(taken)
    }

    /// Whether some bytes went in that a decoder could not read yet from what came out.
    pub(crate) const fn holds_back(&self) -> bool {
        self.holds_back
    }

    /// Lets everything out that went in. Says whether that is done; if not, [`take`](Self::take) and ask again.
    pub(crate) fn flush(&mut self) -> Result<bool, BoxError> {
        self.run(&[], FlushCompress::Sync, FRAME)?;
        let done = self.filled < FRAME;
        self.holds_back &= !done;
        Ok(done)
    }

    /// Ends the body. Says whether that is done; if not, [`take`](Self::take) and ask again.
    pub(crate) fn finish(&mut self) -> Result<bool, BoxError> {
        let (_, status) = self.run(&[], FlushCompress::Finish, FRAME)?;
        Ok(status == Status::StreamEnd)
    }

    /// What came out so far, if it fills a frame. Nothing more goes in before it is taken.
    pub(crate) fn take_full(&mut self) -> Option<Bytes> {
        (self.filled == FRAME).then(|| self.take()).flatten()
    }

    /// What came out so far, if anything did.
    pub(crate) fn take(&mut self) -> Option<Bytes> {
        let filled = std::mem::take(&mut self.filled);
        (filled > 0).then(|| Bytes::copy_from_slice(&self.buffer[..filled]))
    }

    /// One call of the codec, into the buffer up to `limit`.
    fn run(
        &mut self,
        plain: &[u8],
        flush: FlushCompress,
        limit: usize,
    ) -> Result<(usize, Status), BoxError> {
        let before = (self.deflate.total_in(), self.deflate.total_out());
        let room = &mut self.buffer[self.filled..limit];
        let status = self.deflate.compress(plain, room, flush)?;
        let count = |now: u64, before: u64| {
            usize::try_from(now - before).expect("a step within two slices in memory")
        };
        self.filled += count(self.deflate.total_out(), before.1);
        Ok((count(self.deflate.total_in(), before.0), status))
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("total_in", &self.deflate.total_in())
            .field("total_out", &self.deflate.total_out())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;

    const PLAIN: &[u8] = &[b'x'; 5000];

    fn decoded(coded: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(coded).read_to_end(&mut plain).unwrap();
        plain
    }

    #[test]
    fn a_whole_body_comes_back_and_its_header_names_no_time() {
        let coded = Encoder::gzip(4).whole(PLAIN).unwrap();
        assert_eq!(decoded(&coded), PLAIN);
        assert_eq!(coded[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn every_level_can_be_read() {
        for level in 1..=9 {
            let coded = Encoder::gzip(level).whole(PLAIN).unwrap();
            assert_eq!(decoded(&coded), PLAIN, "level {level}");
        }
    }

    #[test]
    fn what_does_not_become_smaller_is_refused() {
        let mut encoder = Encoder::gzip(4);
        for plain in [&b""[..], b"x", b"0123456789abcdef"] {
            encoder.restart();
            assert_eq!(encoder.whole(plain), None, "{plain:?}");
        }
    }

    #[test]
    fn a_used_encoder_works_like_a_new_one() {
        let fresh = Encoder::gzip(4).whole(PLAIN).unwrap();
        let mut encoder = Encoder::gzip(4);
        assert!(encoder.whole(b"refused").is_none());
        encoder.restart();
        assert_eq!(encoder.write(b"a body that is given up").unwrap(), 23);
        encoder.restart();
        assert_eq!(encoder.whole(PLAIN), Some(fresh.clone()));
        encoder.restart();
        assert_eq!(encoder.whole(PLAIN), Some(fresh));
    }
}
