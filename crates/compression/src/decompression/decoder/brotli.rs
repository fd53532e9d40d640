use brotli::{BrotliDecompressStream, BrotliResult, BrotliState, enc::StandardAlloc};

use super::{Decoder, DecompressionErrorKind, Progress};

pub(crate) struct Brotli {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
    complete: bool,
}

impl Brotli {
    pub(crate) fn new() -> Self {
        let memory = StandardAlloc::default;
        Self {
            // Strict: the windows of a gigabyte that a later draft has are not for HTTP.
            state: Box::new(BrotliState::new_strict(memory(), memory(), memory())),
            complete: false,
        }
    }
}

impl Decoder for Brotli {
    fn step(&mut self, coded: &[u8], room: &mut [u8]) -> Result<Progress, DecompressionErrorKind> {
        if self.complete {
            let more = !coded.is_empty();
            let nothing = Progress {
                taken: 0,
                filled: 0,
                complete: true,
            };
            return (!more)
                .then_some(nothing)
                .ok_or(DecompressionErrorKind::Malformed);
        }
        let (mut left, mut taken) = (coded.len(), 0);
        let (mut free, mut filled) = (room.len(), 0);
        let result = BrotliDecompressStream(
            &mut left,
            &mut taken,
            coded,
            &mut free,
            &mut filled,
            room,
            &mut 0,
            &mut self.state,
        );
        match result {
            BrotliResult::ResultFailure => return Err(DecompressionErrorKind::Malformed),
            BrotliResult::ResultSuccess => self.complete = true,
            BrotliResult::NeedsMoreInput | BrotliResult::NeedsMoreOutput => {}
        }
        Ok(Progress {
            taken,
            filled,
            complete: self.complete,
        })
    }
}
