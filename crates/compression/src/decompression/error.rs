use std::{error, fmt};

use http::StatusCode;

/// Why the coded body of a request cannot be read on. It is the error of the body, and stands in the [`Failure`] of the answer.
///
/// [`Failure`]: plywood_core::Failure
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecompressionError {
    kind: DecompressionErrorKind,
}

/// The kinds of [`DecompressionError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum DecompressionErrorKind {
    /// Decoded, it is longer than [`max_size`](crate::DecompressionLayer::max_size), or it is so long already while it is coded.
    TooLarge,
    /// It grows more than [`max_ratio`](crate::DecompressionLayer::max_ratio) times, or wants more memory than the standard asks for.
    Bomb,
    /// It is not in the coding that it claims, or ends too early.
    Malformed,
    /// `Content-Encoding` names a coding that this build cannot read, or more than one.
    UnknownCoding,
}

impl DecompressionError {
    pub(crate) const fn new(kind: DecompressionErrorKind) -> Self {
        Self { kind }
    }

    /// What is wrong.
    pub const fn kind(&self) -> DecompressionErrorKind {
        self.kind
    }

    /// The status that says so: 413, 415 or 400.
    pub const fn status(&self) -> StatusCode {
        match self.kind {
            DecompressionErrorKind::TooLarge | DecompressionErrorKind::Bomb => {
                StatusCode::PAYLOAD_TOO_LARGE
            }
            DecompressionErrorKind::Malformed => StatusCode::BAD_REQUEST,
            DecompressionErrorKind::UnknownCoding => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        }
    }
}

impl fmt::Display for DecompressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            DecompressionErrorKind::TooLarge => "the decoded body is longer than it may be",
            DecompressionErrorKind::Bomb => "the body grows more in decoding than it may",
            DecompressionErrorKind::Malformed => "the body is not in the coding that it claims",
            DecompressionErrorKind::UnknownCoding => {
                "the body must be in one of the content codings of Accept-Encoding, or in none"
            }
        })
    }
}

impl error::Error for DecompressionError {}
