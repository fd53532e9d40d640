use std::{error, fmt};

/// Why a ticket is not read, or not written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TicketError {
    /// It is not a digest, a time, a user and what follows.
    Malformed,
    /// It was made with another secret or hash, for another address, or was changed.
    Forged,
    /// A part cannot be written: there is no user, a token has a comma or an exclamation mark, or it is too long for a cookie.
    Unwritable,
    /// Tickets are bound to addresses, and this client has none of IPv4.
    NoAddress,
    /// A secret must have 32 bytes at least.
    ShortSecret,
    /// All bytes of a secret are the same: nobody has put one where it was to be.
    UniformSecret,
    /// There are as many secrets as are tried.
    ManySecrets,
}

impl fmt::Display for TicketError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "malformed ticket: it must be a digest, a time and a user",
            Self::Forged => "forged ticket: it must be made with this secret, for this address",
            Self::Unwritable => {
                "invalid ticket: it must have a user and words that fit into a cookie"
            }
            Self::NoAddress => "no ticket: the client must have an address of IPv4 to bind it to",
            Self::ShortSecret => "invalid secret: it must have 32 bytes at least",
            Self::UniformSecret => {
                "invalid secret: its bytes are all the same; take them from a generator of random bytes"
            }
            Self::ManySecrets => "too many secrets: there must be 4 at most",
        })
    }
}

impl error::Error for TicketError {}
