//! The state that turns plain bytes into coded ones.

mod codec;
mod padding;

#[cfg(feature = "br")]
mod brotli;
#[cfg(feature = "dictionary")]
mod dictionary;
#[cfg(feature = "gzip")]
mod flate;
#[cfg(feature = "br")]
mod recycler;
#[cfg(feature = "gzip")]
mod short;
#[cfg(feature = "zstd")]
mod zstandard;

use std::fmt;

use bytes::Bytes;
use plywood_core::BoxError;
use plywood_header::accept_encoding::Coding;

pub(crate) use self::padding::length as padding_length;

use self::codec::{Codec, Goal};
use crate::effort::Job;

/// The longest first frame of a stream, in bytes: the client can begin with it soon.
const FRAME: usize = 32 * 1024;

/// The longest frame after that: each costs an allocation, and a stream that fills one will fill more.
const LONG_FRAME: usize = 128 * 1024;

/// An encoder for one body at a time. It weighs up to a megabyte, so it is used again: see `Pool`.
pub(crate) struct Encoder {
    coding: Coding,
    codec: Box<dyn Codec>,
    /// The coded bytes gather here, and leave as copies of their exact length: a short frame must not hold a long buffer.
    buffer: Vec<u8>,
    filled: usize,
    /// How long the next frame may be.
    frame: usize,
    holds_back: bool,
    /// What is still to go out in the header of gzip.
    padding: u16,
}

impl Encoder {
    /// An encoder for `job`, if this build has it. It must be [started](Self::start).
    pub(crate) fn new(job: &Job) -> Option<Self> {
        Some(Self {
            coding: job.coding,
            codec: codec::codec(job)?,
            buffer: vec![0; FRAME],
            filled: 0,
            frame: FRAME,
            holds_back: false,
            padding: 0,
        })
    }

    pub(crate) const fn coding(&self) -> Coding {
        self.coding
    }

    /// Forgets the body before, finished or not.
    pub(crate) fn start(&mut self, job: &Job) {
        self.codec.start(job);
        self.filled = 0;
        self.frame = FRAME;
        self.holds_back = false;
        self.padding = job.padding;
    }

    /// The whole of a fresh body; `None` if it would not become smaller.
    pub(crate) fn whole(&mut self, plain: &[u8]) -> Option<Bytes> {
        let room = plain.len().saturating_sub(1);
        if self.buffer.len() < room {
            self.buffer.resize(room, 0);
        }
        self.filled = self.codec.whole(plain, &mut self.buffer[..room])?;
        self.take()
    }

    /// Takes in as much of `plain` as fits, and says how much that was.
    pub(crate) fn write(&mut self, plain: &[u8]) -> Result<usize, BoxError> {
        let (taken, _) = self.step(plain, Goal::Take)?;
        self.holds_back |= taken > 0;
        Ok(taken)
    }

    /// Whether some bytes went in that a decoder could not read yet from what came out.
    pub(crate) const fn holds_back(&self) -> bool {
        self.holds_back
    }

    /// Lets everything out that went in. Says whether that is done; if not, [`take`](Self::take) and ask again.
    pub(crate) fn flush(&mut self) -> Result<bool, BoxError> {
        let (_, reached) = self.step(&[], Goal::Flush)?;
        self.holds_back &= !reached;
        Ok(reached)
    }

    /// Ends the body. Says whether that is done; if not, [`take`](Self::take) and ask again.
    pub(crate) fn finish(&mut self) -> Result<bool, BoxError> {
        let (_, reached) = self.step(&[], Goal::Finish)?;
        Ok(reached)
    }

    /// What came out so far, if it fills a frame. Nothing more goes in before it is taken.
    pub(crate) fn take_full(&mut self) -> Option<Bytes> {
        if self.filled < self.frame {
            return None;
        }
        let frame = self.take();
        self.frame = LONG_FRAME;
        if self.buffer.len() < LONG_FRAME {
            self.buffer.resize(LONG_FRAME, 0);
        }
        frame
    }

    /// What came out so far, if anything did.
    pub(crate) fn take(&mut self) -> Option<Bytes> {
        let filled = std::mem::take(&mut self.filled);
        let coded = &self.buffer[..filled];
        match std::mem::take(&mut self.padding) {
            _ if filled == 0 => None,
            0 => Some(Bytes::copy_from_slice(coded)),
            padding => Some(padding::padded(coded, padding)),
        }
    }

    fn step(&mut self, plain: &[u8], goal: Goal) -> Result<(usize, bool), BoxError> {
        let room = &mut self.buffer[self.filled..self.frame];
        let progress = self.codec.step(plain, room, goal)?;
        self.filled += progress.filled;
        Ok((progress.taken, progress.reached))
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder")
            .field("coding", &self.coding)
            .field("filled", &self.filled)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use std::io::Read;

    use flate2::read::GzDecoder;

    use super::*;
    use crate::effort::default_level;

    const PLAIN: &[u8] = &[b'x'; 5000];

    const ALL: [Coding; 4] = [Coding::Zstd, Coding::Br, Coding::Gzip, Coding::Deflate];

    fn job(coding: Coding) -> Job {
        Job {
            coding,
            level: default_level(coding, None),
            ..Job::of(coding)
        }
    }

    fn encoders() -> impl Iterator<Item = (Job, Encoder)> {
        ALL.into_iter()
            .filter_map(|coding| Some((job(coding), Encoder::new(&job(coding))?)))
            .map(|(job, mut encoder)| {
                encoder.start(&job);
                (job, encoder)
            })
    }

    fn gzip(level: i32) -> Encoder {
        let mut encoder = Encoder::new(&job(Coding::Gzip)).unwrap();
        let job = Job {
            level,
            ..job(Coding::Gzip)
        };
        encoder.start(&job);
        encoder
    }

    fn decoded(coded: &[u8]) -> Vec<u8> {
        let mut plain = Vec::new();
        GzDecoder::new(coded).read_to_end(&mut plain).unwrap();
        plain
    }

    #[test]
    fn a_whole_body_comes_back_and_its_header_names_no_time() {
        let coded = gzip(4).whole(PLAIN).unwrap();
        assert_eq!(decoded(&coded), PLAIN);
        assert_eq!(coded[..8], [0x1f, 0x8b, 8, 0, 0, 0, 0, 0]);
    }

    #[test]
    fn every_level_can_be_read() {
        let mut used = gzip(1);
        for level in 1..=9 {
            let coded = gzip(level).whole(PLAIN).unwrap();
            assert_eq!(decoded(&coded), PLAIN, "level {level}");
            used.start(&Job {
                level,
                ..job(Coding::Gzip)
            });
            assert_eq!(used.whole(PLAIN), Some(coded), "level {level}");
        }
    }

    #[test]
    fn padding_goes_out_once_and_changes_nothing() {
        let mut encoder = gzip(4);
        let bare = encoder.whole(PLAIN).unwrap();
        for padding in [1, 30, 300] {
            encoder.start(&Job {
                padding,
                ..job(Coding::Gzip)
            });
            let whole = encoder.whole(PLAIN).unwrap();
            assert_eq!(whole.len(), bare.len() + usize::from(padding));
            assert_eq!(decoded(&whole), PLAIN);

            encoder.start(&Job {
                padding,
                ..job(Coding::Gzip)
            });
            let mut coded = Vec::new();
            encoder.write(b"one, ").unwrap();
            while !encoder.flush().unwrap() {}
            coded.extend(encoder.take().unwrap());
            encoder.write(b"two").unwrap();
            while !encoder.finish().unwrap() {}
            coded.extend(encoder.take().unwrap());
            assert_eq!(decoded(&coded), b"one, two");
        }
    }

    #[test]
    fn what_does_not_become_smaller_is_refused() {
        for (job, mut encoder) in encoders() {
            for plain in [&b""[..], b"x", b"0123456789abcdef"] {
                encoder.start(&job);
                assert_eq!(encoder.whole(plain), None, "{job:?} {plain:?}");
            }
        }
    }

    #[test]
    fn a_used_encoder_works_like_a_new_one() {
        for (job, mut encoder) in encoders() {
            let fresh = encoder.whole(PLAIN).unwrap();
            encoder.start(&job);
            assert!(encoder.whole(b"refused").is_none());
            encoder.start(&job);
            assert_eq!(encoder.write(b"a body that is given up").unwrap(), 23);
            for _ in 0..2 {
                encoder.start(&job);
                assert_eq!(encoder.whole(PLAIN), Some(fresh.clone()), "{job:?}");
            }
        }
    }
}
