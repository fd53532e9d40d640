use std::{error::Error, fmt};

use plywood_core::BoxError;

/// Why something cannot be mounted: what was written, and what would be right.
#[derive(Debug)]
pub struct BuildError {
    kind: BuildErrorKind,
    input: String,
    source: Option<BoxError>,
}

/// What is wrong with the place or the pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// It is no decoded path that begins with a slash, or no request could have it.
    Path,
    /// It is no host.
    Host,
    /// A predicate's name begins with a slash, as a place does, or is empty.
    Name,
    /// It is no regular expression.
    Pattern,
    /// It has more than 16 groups.
    TooManyGroups,
}

impl BuildError {
    pub(crate) fn new(kind: BuildErrorKind, input: &str) -> Self {
        Self {
            kind,
            input: input.to_owned(),
            source: None,
        }
    }

    #[cfg(feature = "regex")]
    pub(crate) fn because(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What is wrong.
    pub const fn kind(&self) -> BuildErrorKind {
        self.kind
    }

    /// What was written.
    pub fn input(&self) -> &str {
        &self.input
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (what, should) = match self.kind {
            BuildErrorKind::Path => (
                "place",
                "it should be a decoded path such as \"/shop\", with a host before it as in \"//example.com/shop\" if need be",
            ),
            BuildErrorKind::Host => (
                "host",
                "it should be a name or an address, in ASCII, with or without a port, such as \"//example.com:8000\"",
            ),
            BuildErrorKind::Name => (
                "name of a predicate",
                "it should be a word: what begins with a slash is a place",
            ),
            BuildErrorKind::Pattern => ("pattern", "it should be a regular expression"),
            BuildErrorKind::TooManyGroups => ("pattern", "it should have 16 groups at most"),
        };
        write!(f, "invalid {what} {:?}: {should}", self.input)
    }
}

impl Error for BuildError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}
