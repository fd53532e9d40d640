//! What the libraries of all codings have in common, the other way round.

#[cfg(feature = "br")]
mod brotli;
#[cfg(feature = "gzip")]
mod flate;
#[cfg(feature = "zstd")]
mod zstandard;

use plywood_header::accept_encoding::Coding;

use super::error::DecompressionErrorKind;

/// The state of one body.
pub(crate) trait Decoder: Send {
    /// One call of the library: it takes in some of `coded`, and puts what comes out into `room`.
    fn step(&mut self, coded: &[u8], room: &mut [u8]) -> Result<Progress, DecompressionErrorKind>;
}

/// How far a step came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Progress {
    pub(crate) taken: usize,
    pub(crate) filled: usize,
    /// Whether what was taken in so far is complete.
    pub(crate) complete: bool,
}

/// A decoder of `coding`, if this build has it.
pub(crate) fn decoder(coding: Coding) -> Option<Box<dyn Decoder>> {
    match coding {
        #[cfg(feature = "zstd")]
        Coding::Zstd => Some(Box::new(zstandard::Zstandard::new())),
        #[cfg(feature = "br")]
        Coding::Br => Some(Box::new(brotli::Brotli::new())),
        #[cfg(feature = "gzip")]
        Coding::Gzip | Coding::Deflate => Some(Box::new(flate::Flate::new(coding))),
        #[allow(unreachable_patterns, reason = "with every feature there is no other")]
        _ => None,
    }
}
