//! Zstandard ([RFC 8878](https://www.rfc-editor.org/rfc/rfc8878)).

#[cfg(feature = "dictionary")]
use std::sync::Arc;

use plywood_core::BoxError;
use zstd::zstd_safe::{
    CCtx, CParameter, ErrorCode, InBuffer, OutBuffer, ResetDirective, get_error_name,
    zstd_sys::ZSTD_EndDirective as Directive,
};

use super::codec::{Codec, Goal, Progress};
#[cfg(feature = "dictionary")]
use crate::dictionary::Known;
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
        step(&mut self.context, plain, room, goal)
    }

    fn whole(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        self.context.compress2(room, plain).ok()
    }
}

/// What a body adds to a dictionary.
#[cfg(feature = "dictionary")]
pub(crate) struct Difference {
    known: Arc<Known>,
    level: i32,
    /// Made when it is first needed: a body at hand has one of its own.
    context: Option<CCtx<'static>>,
    window: u32,
}

#[cfg(feature = "dictionary")]
impl Difference {
    pub(crate) fn new(known: &Arc<Known>) -> Self {
        Self {
            known: Arc::clone(known),
            level: 3,
            context: None,
            window: 0,
        }
    }

    /// The level, and a window that reaches back over the body and the whole dictionary: with the library's own choice of window the answer can become
    /// larger than without a dictionary. 8 MiB are what every decoder has.
    fn set(&self, context: &mut CCtx<'_>) {
        let mut set = |parameter| context.set_parameter(parameter).expect(SETTABLE);
        set(CParameter::CompressionLevel(self.level));
        set(CParameter::WindowLog(self.window));
    }
}

#[cfg(feature = "dictionary")]
impl Codec for Difference {
    fn start(&mut self, job: &Job) {
        self.level = job.level;
        // A stream of unknown length may well be as long as what it was before.
        let dictionary = self.known.bytes.len() as u64;
        let body = job.size.unwrap_or(dictionary);
        self.window = effort::window(Some(body.saturating_add(dictionary)), 17, 17, 23);
        self.context = None;
    }

    fn step(&mut self, plain: &[u8], room: &mut [u8], goal: Goal) -> Result<Progress, BoxError> {
        let mut context = if let Some(context) = self.context.take() {
            context
        } else {
            let mut context = CCtx::create();
            self.set(&mut context);
            context.load_dictionary(&self.known.bytes).map_err(error)?;
            context
        };
        let progress = step(&mut context, plain, room, goal);
        self.context = Some(context);
        progress
    }

    fn whole(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        let mut context = CCtx::create();
        self.set(&mut context);
        context.ref_prefix(&self.known.bytes).ok()?;
        context.compress2(room, plain).ok()
    }
}

fn step(
    context: &mut CCtx<'_>,
    plain: &[u8],
    room: &mut [u8],
    goal: Goal,
) -> Result<Progress, BoxError> {
    let directive = match goal {
        Goal::Take => Directive::ZSTD_e_continue,
        Goal::Flush => Directive::ZSTD_e_flush,
        Goal::Finish => Directive::ZSTD_e_end,
    };
    let mut input = InBuffer::around(plain);
    let mut output = OutBuffer::around(room);
    let left = context.compress_stream2(&mut output, &mut input, directive);
    let left = left.map_err(error)?;
    Ok(Progress {
        taken: input.pos(),
        filled: output.pos(),
        reached: left == 0,
    })
}

fn error(code: ErrorCode) -> BoxError {
    get_error_name(code).into()
}
