//! What the libraries of all codings have in common.

use plywood_core::BoxError;
use plywood_header::accept_encoding::Coding;

use crate::effort::Job;

/// The state of one coding. It is large, so it is used again.
///
/// The same bytes and the same calls make the same result.
pub(crate) trait Codec: Send {
    /// Forgets the body before, finished or not, and makes ready for `job`.
    fn start(&mut self, job: &Job);

    /// One call of the library: it takes in some of `plain`, and puts what comes out into `room`.
    fn step(&mut self, plain: &[u8], room: &mut [u8], goal: Goal) -> Result<Progress, BoxError>;

    /// The whole of a fresh body; how long it became, or `None` if there is not enough room for it.
    fn whole(&mut self, plain: &[u8], room: &mut [u8]) -> Option<usize> {
        in_one_step(self, plain, room)
    }
}

/// The whole of a fresh body, by one step.
pub(crate) fn in_one_step<C: Codec + ?Sized>(
    codec: &mut C,
    plain: &[u8],
    room: &mut [u8],
) -> Option<usize> {
    let progress = codec.step(plain, room, Goal::Finish).ok()?;
    (progress.reached && progress.taken == plain.len()).then_some(progress.filled)
}

/// What a step is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Goal {
    /// To take in what there is.
    Take,
    /// To let everything out that went in.
    Flush,
    /// To end the body.
    Finish,
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) taken: usize,
    pub(crate) filled: usize,
    /// Whether a flush or an end is through.
    pub(crate) reached: bool,
}

/// The state for `job`, if this build has it.
pub(crate) fn codec(job: &Job) -> Option<Box<dyn Codec>> {
    #[cfg(feature = "dictionary")]
    if let Some(known) = &job.dictionary {
        let codec = super::dictionary::WithDictionary::new(job.coding, known)?;
        return Some(Box::new(codec));
    }
    match job.coding {
        #[cfg(feature = "zstd")]
        Coding::Zstd => Some(Box::new(super::zstandard::Zstandard::new())),
        #[cfg(feature = "br")]
        Coding::Br => Some(Box::new(super::brotli::Brotli::new())),
        #[cfg(feature = "gzip")]
        Coding::Gzip | Coding::Deflate => Some(Box::new(super::flate::Flate::new(job.coding))),
        #[allow(unreachable_patterns, reason = "with every feature there is no other")]
        _ => None,
    }
}
