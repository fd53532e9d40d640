use std::{error, fmt, ops::Range};

/// A format that cannot be compiled: what is wrong, where, and what would be right.
///
/// Its text shows the format with the place marked below it.
///
/// ```
/// use plywood_access_log::{Format, FormatErrorKind};
///
/// let error = Format::apache("%h %z %u").unwrap_err();
/// assert_eq!(error.kind(), FormatErrorKind::UnknownDirective);
/// assert_eq!(error.span(), 3..5);
/// assert!(error.to_string().contains("\n  %h %z %u\n     ^^\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError(Box<Fault>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Fault {
    kind: FormatErrorKind,
    format: String,
    span: Range<usize>,
    what: String,
    remedy: String,
}

/// What is wrong with a format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FormatErrorKind {
    /// A directive, a variable or a field that is not known.
    UnknownDirective,
    /// A directive that ends before it is complete: a `%`, a `{` or a `$` without its end.
    Unfinished,
    /// A directive without the argument in braces that it needs, or with one that it does not take.
    BadArgument,
    /// A status condition that names no status.
    BadCondition,
    /// Nothing at all.
    Empty,
}

impl FormatError {
    pub(crate) fn new(
        kind: FormatErrorKind,
        format: &str,
        span: Range<usize>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self(Box::new(Fault {
            kind,
            format: format.to_owned(),
            span,
            what: what.into(),
            remedy: remedy.into(),
        }))
    }

    /// What is wrong.
    pub fn kind(&self) -> FormatErrorKind {
        self.0.kind
    }

    /// The format as it was given.
    pub fn format(&self) -> &str {
        &self.0.format
    }

    /// The bytes of the format that are wrong.
    pub fn span(&self) -> Range<usize> {
        self.0.span.clone()
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Fault {
            format,
            span,
            what,
            remedy,
            ..
        } = &*self.0;
        // One column a character, whatever it is, so that the mark stands below its place.
        let shown = format.replace(char::is_control, " ");
        let before = format[..span.start].chars().count();
        let marked = format[span.clone()].chars().count().max(1);
        let (pad, mark) = (" ".repeat(before), "^".repeat(marked));
        write!(f, "{what}\n  {shown}\n  {pad}{mark}\n{remedy}")
    }
}

impl error::Error for FormatError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_stands_below_the_place() {
        let error = FormatError::new(
            FormatErrorKind::UnknownDirective,
            "é\t%z",
            3..5,
            "what",
            "remedy",
        );
        assert_eq!(error.to_string(), "what\n  é %z\n    ^^\nremedy");
        let at_end = FormatError::new(FormatErrorKind::Unfinished, "ab", 2..2, "what", "remedy");
        assert_eq!(at_end.to_string(), "what\n  ab\n    ^\nremedy");
    }
}
