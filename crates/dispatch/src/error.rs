use std::{error::Error, fmt};

/// Why a map could not be built: a rule that cannot be read, or two that take the same requests.
///
/// It is found when the map is built, never while it serves. Its text says which rule, what is wrong with it and how to mend it.
///
/// ```
/// use plywood_dispatch::{BuildErrorKind, Map};
///
/// let error = Map::builder().route("/users/<int:id", "user").build().unwrap_err();
/// assert_eq!(error.kind(), BuildErrorKind::Bracket);
/// assert_eq!(error.rule(), "/users/<int:id");
/// assert_eq!(
///     error.to_string(),
///     "rule \"/users/<int:id\": the bracket in \"<int:id\" is not closed: write \"<int:id>\"",
/// );
/// ```
#[derive(Clone, Debug)]
pub struct BuildError {
    kind: BuildErrorKind,
    rule: String,
    mend: String,
}

impl BuildError {
    pub(crate) fn new(kind: BuildErrorKind, rule: &str, mend: String) -> Self {
        Self {
            kind,
            rule: rule.to_owned(),
            mend,
        }
    }

    /// What kind of mistake it is.
    pub const fn kind(&self) -> BuildErrorKind {
        self.kind
    }

    /// The pattern of the rule that caused it, as it was written.
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "rule {:?}: {}", self.rule, self.mend)
    }
}

impl Error for BuildError {}

/// The kinds of [`BuildError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// The rule does not begin with a slash.
    NoLeadingSlash,
    /// The rule has an empty segment: two slashes in a row.
    EmptySegment,
    /// A segment that no path can have, because reading the path refuses it: `.`, `..`, a backslash, a control character.
    Unreachable,
    /// A bracket is not closed or not opened.
    Bracket,
    /// A segment holds more than one parameter, or a parameter and text.
    MixedSegment,
    /// A parameter's name is not a word of letters, digits and `_`.
    ParameterName,
    /// Two parameters have one name.
    RepeatedParameter,
    /// There is no converter of this name, or it takes no arguments.
    Converter,
    /// A `path` parameter is not the last segment.
    PathNotLast,
    /// The rule has more parameters than [`MAX_PARAMETERS`](crate::MAX_PARAMETERS).
    TooManyParameters,
    /// A mount's prefix has a parameter.
    MountParameter,
    /// A method is not a method, or no method is named.
    Method,
    /// Another rule takes the same requests.
    Ambiguous,
}
