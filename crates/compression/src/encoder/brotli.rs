//! Brotli ([RFC 7932](https://www.rfc-editor.org/rfc/rfc7932)).

use brotli::enc::encode::{
    BrotliEncoderDestroyInstance, BrotliEncoderOperation as Operation,
    BrotliEncoderParameter as Parameter, BrotliEncoderStateStruct,
};
use plywood_core::BoxError;

use super::{
    codec::{Codec, Goal, Progress},
    recycler::Recycler,
};
use crate::effort::{self, Job};

/// The library cannot reset its state: it is made anew, from memory that comes back.
pub(crate) struct Brotli {
    state: Box<State>,
}

type State = BrotliEncoderStateStruct<Recycler>;

impl Brotli {
    pub(crate) fn new() -> Self {
        Self {
            state: Box::new(State::new(Recycler::default())),
        }
    }
}

impl Codec for Brotli {
    fn start(&mut self, job: &Job) {
        BrotliEncoderDestroyInstance(&mut self.state);
        let memory = std::mem::take(&mut self.state.m8);
        *self.state = State::new(memory);
        let window = effort::window(job.size, 17, 10, 19);
        let mut set = |parameter, value| self.state.set_parameter(parameter, value);
        set(Parameter::BROTLI_PARAM_QUALITY, job.level.unsigned_abs());
        set(Parameter::BROTLI_PARAM_LGWIN, window);
        if let Some(size) = job.size.and_then(|size| u32::try_from(size).ok()) {
            // From a megabyte on, a hint makes the library clear four more of them.
            set(Parameter::BROTLI_PARAM_SIZE_HINT, size.min((1 << 20) - 1));
        }
    }

    fn step(&mut self, plain: &[u8], room: &mut [u8], goal: Goal) -> Result<Progress, BoxError> {
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
        Ok(Progress {
            taken,
            filled,
            reached: match goal {
                Goal::Take | Goal::Flush => left == 0 && !self.state.has_more_output(),
                Goal::Finish => self.state.is_finished(),
            },
        })
    }
}
