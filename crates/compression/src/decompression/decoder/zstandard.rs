use zstd::zstd_safe::{DCtx, DParameter, InBuffer, OutBuffer, get_error_name};

use super::{Decoder, DecompressionErrorKind, Progress};

/// 8 MiB: what every decoder has to offer, and the most that a sender may ask for
/// ([RFC 9659 §3](https://www.rfc-editor.org/rfc/rfc9659#section-3)).
const WINDOW_LOG: u32 = 23;

pub(crate) struct Zstandard {
    context: DCtx<'static>,
    complete: bool,
}

impl Zstandard {
    pub(crate) fn new() -> Self {
        let mut context = DCtx::create();
        context
            .set_parameter(DParameter::WindowLogMax(WINDOW_LOG))
            .expect("8 MiB is a window");
        Self {
            context,
            complete: false,
        }
    }
}

impl Decoder for Zstandard {
    fn step(&mut self, coded: &[u8], room: &mut [u8]) -> Result<Progress, DecompressionErrorKind> {
        if coded.is_empty() && self.complete {
            // Asked for what is left, it would begin the next frame.
            return Ok(Progress {
                taken: 0,
                filled: 0,
                complete: true,
            });
        }
        let mut input = InBuffer::around(coded);
        let mut output = OutBuffer::around(room);
        match self.context.decompress_stream(&mut output, &mut input) {
            Ok(hint) => self.complete = hint == 0,
            Err(code) if get_error_name(code).contains("too much memory") => {
                return Err(DecompressionErrorKind::Bomb);
            }
            Err(_) => return Err(DecompressionErrorKind::Malformed),
        }
        Ok(Progress {
            taken: input.pos(),
            filled: output.pos(),
            complete: self.complete,
        })
    }
}
