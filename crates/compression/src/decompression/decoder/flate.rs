use flate2::{Decompress, FlushDecompress, Status};
use plywood_header::accept_encoding::Coding;

use super::{Decoder, DecompressionErrorKind, Progress};

pub(crate) struct Flate {
    coding: Coding,
    inflate: Decompress,
    complete: bool,
}

impl Flate {
    pub(crate) fn new(coding: Coding) -> Self {
        Self {
            coding,
            inflate: inflate(coding),
            complete: false,
        }
    }
}

fn inflate(coding: Coding) -> Decompress {
    match coding {
        Coding::Gzip => Decompress::new_gzip(15),
        _ => Decompress::new(true),
    }
}

impl Decoder for Flate {
    fn step(&mut self, coded: &[u8], room: &mut [u8]) -> Result<Progress, DecompressionErrorKind> {
        if self.complete && !coded.is_empty() {
            // Several members in a row are one file (RFC 1952 §2.2); zlib's format has no such rule.
            if self.coding != Coding::Gzip {
                return Err(DecompressionErrorKind::Malformed);
            }
            *self = Self::new(self.coding);
        }
        let before = (self.inflate.total_in(), self.inflate.total_out());
        let status = self.inflate.decompress(coded, room, FlushDecompress::None);
        let status = status.map_err(|_| DecompressionErrorKind::Malformed)?;
        self.complete |= status == Status::StreamEnd;
        let count = |now: u64, before: u64| {
            usize::try_from(now - before).expect("a step within two slices in memory")
        };
        Ok(Progress {
            taken: count(self.inflate.total_in(), before.0),
            filled: count(self.inflate.total_out(), before.1),
            complete: self.complete,
        })
    }
}
