use std::{error::Error, fmt, ops::Range};

/// What is wrong with a pattern, where, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flaw {
    kind: FlawKind,
    at: Range<usize>,
    mend: String,
}

impl Flaw {
    pub(crate) fn new(kind: FlawKind, at: Range<usize>, mend: impl Into<String>) -> Self {
        Self {
            kind,
            at,
            mend: mend.into(),
        }
    }

    /// What kind of mistake it is.
    pub const fn kind(&self) -> FlawKind {
        self.kind
    }

    /// Where it stands: a range of bytes of the pattern.
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// What is wrong, and how to mend it, in a line.
    pub fn mend(&self) -> &str {
        &self.mend
    }

    /// The pattern, and below it a mark under what is wrong, with the remark.
    pub fn under(&self, pattern: &str) -> String {
        let before = pattern.get(..self.at.start).unwrap_or_default();
        let marked = pattern.get(self.at.clone()).unwrap_or_default();
        let indent = " ".repeat(before.chars().count());
        let mark = "^".repeat(marked.chars().count().max(1));
        format!("{pattern}\n{indent}{mark} {}", self.mend)
    }
}

impl fmt::Display for Flaw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.mend)
    }
}

impl Error for Flaw {}

/// The kinds of [`Flaw`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FlawKind {
    /// The pattern does not begin with a slash.
    NoLeadingSlash,
    /// A segment that no path can have, because reading the path refuses it: `.`, `..`, a backslash, a control character.
    Unreachable,
    /// A bracket is not closed or not opened.
    Bracket,
    /// A variable's name is not a word of letters, digits and `_`.
    Name,
    /// Two variables have one name.
    RepeatedName,
    /// There is no converter of this name.
    Converter,
    /// An argument that its converter does not take.
    Argument,
}
