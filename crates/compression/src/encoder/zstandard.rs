//! Zstandard ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)).

use plywood_core::BoxError;
use zstd::zstd_safe::{
    CCtx, CParameter, ErrorCode, InBuffer, OutBuffer, ResetDirective, get_error_name,
    zstd_sys::ZSTD_EndDirective as Directive,
};

use super::codec::{Codec, Goal, Progress};
use crate::effort::{self, Job, PORTION};

pub(crate) struct Zstandard {
    context: CCtx<'static>,
}

const SETTABLE: &str = "between two bodies every parameter can be set";

impl Zstandard {
    pub(crate) fn new() -> Self {
        Self {
            context: CCtx::create(),
        }
    }
}

impl Codec for Zstandard {
    fn start(&mut self, job: &Job) {
        let all = ResetDirective::SessionAndParameters;
        self.context.reset(all).expect(SETTABLE);
        let mut set = |parameter| self.context.set_parameter(parameter).expect(SETTABLE);
        set(CParameter::CompressionLevel(job.level));
        if job.size.is_none_or(|size| size > PORTION as u64) {
            // It buffers a whole window, for as long as the client takes to read: a long one only for a body that is not much longer
            // itself. Decoders need not take more than 8 MiB (RFC 9659), and these are far from it.
            let most = if job.size > Some(2 << 20) { 19 } else { 21 };
            set(CParameter::WindowLog(effort::window(
                job.size, 17, 17, most,
            )));
        }
    }

    fn step(&mut self, plain: &[u8], room: &mut [u8], goal: Goal) -> Result<Progress, BoxError> {
        let directive = match goal {
            Goal::Take => Directive::ZSTD_e_continue,
            Goal::Flush => Directive::ZSTD_e_flush,
            Goal::Finish => Directive::ZSTD_e_end,
        };
        let mut input = InBuffer::around(plain);
        let mut output = OutBuffer::around(room);
        let left = self
            .context
            .compress_stream2(&mut output, &mut input, directive);
        let left = left.map_err(error)?;
        Ok(Progress {
            taken: input.pos(),
            filled: output.pos(),
            reached: left == 0,
        })
    }

    fn whole(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        self.context.compress2(room, plain).ok()
    }
}

fn error(code: ErrorCode) -> BoxError {
    get_error_name(code).into()
}
