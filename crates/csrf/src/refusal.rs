use std::{error::Error, fmt};

/// Why a request was taken for forged. It is the [`Failure`](plywood_core::Failure) of the `403`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    reason: Reason,
    field: &'static str,
}

/// What is wrong with a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// It has no session, of which a token could be: its body was not read.
    Stranger,
    /// It has no token.
    Missing,
    /// Its token is of another session, or of this one before it was renewed.
    Foreign,
}

impl Refused {
    pub(crate) const fn new(reason: Reason, field: &'static str) -> Self {
        Self { reason, field }
    }

    /// What is wrong.
    pub const fn reason(&self) -> Reason {
        self.reason
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = self.field;
        match self.reason {
            Reason::Stranger => f.write_str(
                "the request has no session, and so no token can be its own: the page with the form begins one",
            ),
            Reason::Missing => write!(
                f,
                "the request has no token: write `Token::field()` into the form ({field:?}, and the first field of a multipart one), or send `x-csrf-token`"
            ),
            Reason::Foreign => f.write_str(
                "the token is of another session, or of this one before somebody signed in: load the form anew",
            ),
        }
    }
}

impl Error for Refused {}
