use std::{error::Error, fmt};

/// Why something is no directive of a policy: what was written, and what would be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    kind: PolicyErrorKind,
    input: String,
}

/// What is wrong with a directive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyErrorKind {
    /// No directive has this name.
    Name,
    /// A source has a character that no policy may have.
    Character,
    /// A keyword stands without its quotes: it would be taken for a host.
    Unquoted,
    /// `'none'` stands beside other sources: browsers then ignore it.
    NotAlone,
    /// A nonce is written out. One that is always the same guards nothing.
    FixedNonce,
}

impl PolicyError {
    pub(crate) fn new(kind: PolicyErrorKind, input: &str) -> Self {
        Self {
            kind,
            input: input.to_owned(),
        }
    }

    /// What is wrong.
    pub const fn kind(&self) -> PolicyErrorKind {
        self.kind
    }

    /// What was written.
    pub fn input(&self) -> &str {
        &self.input
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let input = &self.input;
        match self.kind {
            PolicyErrorKind::Name => write!(
                f,
                "{input:?} is no directive of a content security policy: they are called \"script-src\", \"img-src\", \"form-action\" and so on"
            ),
            PolicyErrorKind::Character => write!(
                f,
                "{input:?} cannot stand in a policy: sources are visible ASCII between spaces, without commas and semicolons"
            ),
            PolicyErrorKind::Unquoted => write!(
                f,
                "{input:?} without its quotes is a host of that name: write \"'{input}'\""
            ),
            PolicyErrorKind::NotAlone => write!(
                f,
                "{input:?} has 'none' beside other sources: it should be the only one"
            ),
            PolicyErrorKind::FixedNonce => write!(
                f,
                "{input:?} would be the same for every request: write \"'nonce'\", which stands for a new one each time"
            ),
        }
    }
}

impl Error for PolicyError {}
