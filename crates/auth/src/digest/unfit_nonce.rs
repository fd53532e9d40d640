use std::{error, fmt};

/// Why a right response is refused all the same: the reason of a [`Refusal`](crate::Refusal), which becomes `stale=true` in the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnfitNonce {
    /// The nonce is past its life, or so old that its counts may be forgotten.
    Old,
    /// It was never given out here: invented, of another process, or of one that has ended.
    Foreign,
    /// It was used with this count before: a request that was sent again, maybe by somebody else.
    Used,
}

impl fmt::Display for UnfitNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Old => "the nonce is too old",
            Self::Foreign => "the nonce was not given out here",
            Self::Used => "the nonce was used with this count before",
        })
    }
}

impl error::Error for UnfitNonce {}
