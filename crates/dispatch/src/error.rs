use std::{error::Error, fmt};

use plywood_rule::{Flaw, FlawKind};

/// Why a map could not be built: a rule that cannot be read, or two that take the same requests.
///
/// It is found when the map is built, never while it serves. Its text says which rule, what is wrong with it, where, and how to mend it.
///
/// ```
/// use plywood_dispatch::{BuildErrorKind, FlawKind, Map};
///
/// let error = Map::builder().route("/users/<int:id", "user").build().unwrap_err();
/// assert_eq!(error.kind(), BuildErrorKind::Syntax(FlawKind::Bracket));
/// assert_eq!(error.rule(), "/users/<int:id");
/// assert_eq!(
///     error.to_string(),
///     "rule \"/users/<int:id\": the bracket is not closed: write \"<int:id>\"\n\
///      \x20   /users/<int:id\n\
///      \x20          ^^^^^^^",
/// );
/// ```
#[derive(Clone, Debug)]
pub struct BuildError {
    kind: BuildErrorKind,
    rule: String,
    mend: String,
    /// The pattern with a mark under what is wrong, if it is a pattern's flaw.
    place: Option<String>,
}

/// What is said of a host in other letters: requests have its A-labels
/// ([RFC 5890 §2.3.2.1](https://www.rfc-editor.org/rfc/rfc5890#section-2.3.2.1)).
pub(crate) const A_LABELS: &str = "is not how a request names a host: write its A-labels, as \"xn--bcher-kva.example\" for \"bücher.example\"";

impl BuildError {
    pub(crate) fn new(kind: BuildErrorKind, rule: &str, mend: String) -> Self {
        Self {
            kind,
            rule: rule.to_owned(),
            mend,
            place: None,
        }
    }

    /// A flaw of `source`: the rule's pattern, or its host's.
    pub(crate) fn syntax(rule: &str, source: &str, flaw: &Flaw) -> Self {
        let remark = format!(" {}", flaw.mend());
        let under = flaw.under(source);
        let place = under.strip_suffix(&remark).unwrap_or(&under);
        Self {
            place: Some(place.replace('\n', "\n    ")),
            ..Self::new(
                BuildErrorKind::Syntax(flaw.kind()),
                rule,
                flaw.mend().to_owned(),
            )
        }
    }

    /// What kind of mistake it is.
    pub const fn kind(&self) -> BuildErrorKind {
        self.kind
    }

    /// The pattern of the rule that caused it, or the server's name, as it was written.
    pub fn rule(&self) -> &str {
        &self.rule
    }
}

impl fmt::Display for BuildError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            BuildErrorKind::ServerName => "server name",
            _ => "rule",
        };
        write!(f, "{what} {:?}: {}", self.rule, self.mend)?;
        match &self.place {
            Some(place) => write!(f, "\n    {place}"),
            None => Ok(()),
        }
    }
}

impl Error for BuildError {}

/// The kinds of [`BuildError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum BuildErrorKind {
    /// The pattern, or the host's, cannot be read.
    Syntax(FlawKind),
    /// The rule has more parameters than [`MAX_PARAMETERS`](crate::MAX_PARAMETERS).
    TooManyParameters,
    /// A mount's prefix has a parameter.
    MountParameter,
    /// A method is not a method, or no method is named.
    Method,
    /// A host has a slash, a letter that no request's host has, or a variable that the path has too.
    Host,
    /// The server's name is not in ASCII.
    ServerName,
    /// A default is no value for its variable.
    Default,
    /// A redirect has a variable that its rule has not.
    Redirect,
    /// An alias has no name, or no other rule of its name that its values are enough for.
    Alias,
    /// A template has a placeholder that is not filled.
    Template,
    /// Another rule takes the same requests.
    Ambiguous,
}
