//! Brotli ([RFC 7932](https://www.rfc-editor.org/rfc/rfc7932)).

#[cfg(feature = "dictionary")]
use std::sync::Arc;

use brotli::enc::encode::{
    BrotliEncoderDestroyInstance, BrotliEncoderOperation as Operation,
    BrotliEncoderParameter as Parameter, BrotliEncoderStateStruct,
};
use plywood_core::BoxError;

use super::{
    codec::{Codec, Goal, Progress},
    recycler::Recycler,
};
#[cfg(feature = "dictionary")]
use crate::dictionary::Known;
use crate::effort::{self, Job};

/// So many bytes, and no more, gather before they come out. Text in which much is found again would gather for a whole megabyte, and
/// the library makes room for it anew every 64 KiB: fifteen megabytes for one.
const GATHERED: usize = 256 * 1024;

/// The library cannot reset its state: it is made anew, from memory that comes back.
pub(crate) struct Brotli {
    state: Box<State>,
    /// How much went in since everything last came out.
    held: usize,
    #[cfg(feature = "dictionary")]
    known: Option<Arc<Known>>,
}

type State = BrotliEncoderStateStruct<Recycler>;

impl Brotli {
    pub(crate) fn new() -> Self {
        Self {
            state: Box::new(State::new(Recycler::default())),
            held: 0,
            #[cfg(feature = "dictionary")]
            known: None,
        }
    }

    /// Bodies follow this dictionary.
    #[cfg(feature = "dictionary")]
    pub(crate) fn after(known: &Arc<Known>) -> Self {
        Self {
            known: Some(Arc::clone(known)),
            ..Self::new()
        }
    }

    /// How many bytes the window must hold beside the body.
    #[cfg(feature = "dictionary")]
    fn before(&self) -> u64 {
        let known = self.known.as_ref();
        known.map_or(0, |known| known.bytes.len() as u64)
    }
}

impl Codec for Brotli {
    fn start(&mut self, job: &Job) {
        BrotliEncoderDestroyInstance(&mut self.state);
        let memory = std::mem::take(&mut self.state.m8);
        *self.state = State::new(memory);
        self.held = 0;
        #[cfg(feature = "dictionary")]
        let before = self.before();
        #[cfg(not(feature = "dictionary"))]
        let before = 0;
        let size = job.size.map(|size| size.saturating_add(before));
        // The dictionary must stay in the window until the end, or what it holds can no longer be pointed at.
        let most = if before > 0 { 22 } else { 19 };
        let window = effort::window(size, 17, 10, most);
        let mut set = |parameter, value| self.state.set_parameter(parameter, value);
        set(Parameter::BROTLI_PARAM_QUALITY, job.level.unsigned_abs());
        set(Parameter::BROTLI_PARAM_LGWIN, window);
        if let Some(size) = job.size.and_then(|size| u32::try_from(size).ok()) {
            // From a megabyte on, a hint makes the library clear four more of them.
            set(Parameter::BROTLI_PARAM_SIZE_HINT, size.min((1 << 20) - 1));
        }
        #[cfg(feature = "dictionary")]
        if let Some(known) = &self.known {
            self.state
                .set_custom_dictionary(known.bytes.len(), &known.bytes);
        }
    }

    fn step(&mut self, plain: &[u8], room: &mut [u8], goal: Goal) -> Result<Progress, BoxError> {
        if goal == Goal::Take && self.held >= GATHERED {
            let progress = self.step(&[], room, Goal::Flush)?;
            return Ok(Progress {
                reached: false,
                ..progress
            });
        }
        let operation = match goal {
            Goal::Take => Operation::BROTLI_OPERATION_PROCESS,
            Goal::Flush => Operation::BROTLI_OPERATION_FLUSH,
            Goal::Finish => Operation::BROTLI_OPERATION_FINISH,
        };
        let (mut left, mut taken) = (plain.len(), 0);
        let (mut free, mut filled) = (room.len(), 0);
        let worked = self.state.compress_stream(
            operation,
            &mut left,
            plain,
            &mut taken,
            &mut free,
            room,
            &mut filled,
            &mut None,
            &mut |_, _, _, _| (),
        );
        if !worked {
            return Err("brotli cannot go on".into());
        }
        let reached = match goal {
            Goal::Take | Goal::Flush => left == 0 && !self.state.has_more_output(),
            Goal::Finish => self.state.is_finished(),
        };
        self.held = match goal {
            Goal::Flush if reached => 0,
            _ => self.held + taken,
        };
        Ok(Progress {
            taken,
            filled,
            reached,
        })
    }
}
