use std::{
    error::Error,
    fmt::{self, Write},
};

/// An error and its causes, as one line of a log.
///
/// An error may repeat what a client has sent, and what reads a log takes a line break for the end of an entry, and a terminal takes a control
/// character for an order.
///
/// ```
/// use plywood_error::OneLine;
///
/// let error = std::io::Error::other("no such user: eve\nada signed in");
/// assert_eq!(OneLine(&error).to_string(), r"no such user: eve\nada signed in");
/// ```
#[derive(Debug)]
pub struct OneLine<'a>(pub &'a (dyn Error + 'static));

impl fmt::Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut escaped = Escaped(f);
        write!(escaped, "{}", self.0)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            write!(escaped, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}

/// Writes on, with what would end a line escaped.
pub(crate) struct Escaped<'a, W>(pub(crate) &'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let ends_a_line = |c: char| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}');
        for piece in text.split_inclusive(ends_a_line) {
            match piece.char_indices().next_back() {
                Some((at, last)) if ends_a_line(last) => {
                    self.0.write_str(&piece[..at])?;
                    write!(self.0, "{}", last.escape_default())?;
                }
                _ => self.0.write_str(piece)?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use plywood_core::Failure;

    use super::*;

    #[test]
    fn an_error_is_told_with_its_causes_and_without_orders_to_a_terminal() {
        #[derive(Debug)]
        struct Outer(Failure);

        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("the café\n\tis \"closed\"")
            }
        }

        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self.0.reason())
            }
        }

        let error = Outer(Failure::new("\u{1b}[2J\u{2028}\r"));
        let expected = r#"the café\n\tis "closed": \u{1b}[2J\u{2028}\r"#;
        assert_eq!(OneLine(&error).to_string(), expected);
    }
}
