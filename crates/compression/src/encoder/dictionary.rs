//! `dcz` and `dcb` ([RFC 9842 §4, §5](https://www.rfc-editor.org/rfc/rfc9842#section-4)): a header that names the dictionary, then the
//! other coding's bytes.

use std::sync::Arc;

use plywood_core::BoxError;
use plywood_header::accept_encoding::Coding;

use super::codec::{Codec, Goal, Progress};
use crate::{dictionary::Known, effort::Job};

#[cfg(feature = "br")]
const DCB: [u8; 4] = [0xff, 0x44, 0x43, 0x42];

#[cfg(feature = "zstd")]
const DCZ: [u8; 8] = [0x5e, 0x2a, 0x4d, 0x18, 0x20, 0x00, 0x00, 0x00];

/// The state for one body. It belongs to one dictionary, so it is not used again.
pub(crate) struct WithDictionary {
    header: Vec<u8>,
    /// How much of the header has gone out.
    sent: usize,
    codec: Box<dyn Codec>,
}

impl WithDictionary {
    #[cfg_attr(
        not(any(feature = "br", feature = "zstd")),
        allow(
            unreachable_code,
            unused_variables,
            reason = "nothing knows dictionaries"
        )
    )]
    pub(crate) fn new(coding: Coding, known: &Arc<Known>) -> Option<Self> {
        let (magic, codec): (&[u8], Box<dyn Codec>) = match coding {
            #[cfg(feature = "zstd")]
            Coding::Dcz => (&DCZ, Box::new(super::zstandard::Difference::new(known))),
            #[cfg(feature = "br")]
            Coding::Dcb => (&DCB, Box::new(super::brotli::Brotli::after(known))),
            _ => return None,
        };
        Some(Self {
            header: [magic, &known.hash].concat(),
            sent: 0,
            codec,
        })
    }
}

impl Codec for WithDictionary {
    fn start(&mut self, job: &Job) {
        self.sent = 0;
        self.codec.start(job);
    }

    fn step(&mut self, plain: &[u8], room: &mut [u8], goal: Goal) -> Result<Progress, BoxError> {
        let header = &self.header[self.sent..];
        let length = header.len().min(room.len());
        room[..length].copy_from_slice(&header[..length]);
        self.sent += length;
        let mut progress = self.codec.step(plain, &mut room[length..], goal)?;
        progress.filled += length;
        Ok(progress)
    }

    fn whole(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        let (header, room) = room.split_at_mut_checked(self.header.len())?;
        header.copy_from_slice(&self.header);
        Some(header.len() + self.codec.whole(plain, room)?)
    }
}
