use std::{error::Error, fmt};

/// Why a URL could not be built.
///
/// Its text says which name was asked for, what is wrong, and which rule comes closest.
#[derive(Clone, Debug)]
pub struct UrlError {
    pub(crate) kind: UrlErrorKind,
    pub(crate) name: String,
    pub(crate) closest: Option<String>,
    pub(crate) mend: String,
}

impl UrlError {
    pub(crate) fn nowhere(name: &str) -> Self {
        Self {
            kind: UrlErrorKind::Name,
            name: name.to_owned(),
            closest: None,
            mend: "no rule of a map leads here: a dispatcher should stand outside".to_owned(),
        }
    }

    /// What kind of mistake it is.
    pub const fn kind(&self) -> UrlErrorKind {
        self.kind
    }

    /// The name that was asked for.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The pattern of the rule that comes closest, if there is one of the name.
    pub fn closest(&self) -> Option<&str> {
        self.closest.as_deref()
    }
}

impl fmt::Display for UrlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "no URL for {:?}: {}", self.name, self.mend)
    }
}

impl Error for UrlError {}

/// The kinds of [`UrlError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum UrlErrorKind {
    /// No rule has the name.
    Name,
    /// A value is missing, or is not the rule's default.
    Missing,
    /// A converter refuses a value.
    Value,
    /// No rule of the name takes the method.
    Method,
}
