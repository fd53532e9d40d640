use std::{
    error::Error,
    fmt::{self, Write},
};

use crate::{bounded, link};

/// An error and its causes, as one line of a log.
///
/// An error may repeat what a client has sent, and what reads a log takes a line break for the end of an entry, and a terminal takes a control
/// character for an order. What turns the direction of writing is escaped, too, because behind that a line hides.
///
/// It is within bounds: each text ends after 4 KiB, and the chain after 16 links, as one that ends in itself has no end. An error whose text cannot be
/// had, because it panics, says so.
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
        for (at, link) in link::chain(self.0).enumerate() {
            if at > 0 {
                escaped.write_str(": ")?;
            }
            escaped.write_str(&bounded::text(bounded::MAX_TEXT, link))?;
        }
        Ok(())
    }
}

/// Is it a character that ends a line, that a terminal obeys, or that turns the direction of writing?
fn is_order(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Writes on, with what would end a line escaped.
pub(crate) struct Escaped<'a, W>(pub(crate) &'a mut W);

impl<W: Write> Write for Escaped<'_, W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        for piece in text.split_inclusive(is_order) {
            match piece.char_indices().next_back() {
                Some((at, last)) if is_order(last) => {
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

        let error = Outer(Failure::new("\u{1b}[2J\u{2028}\r\u{202e}"));
        let expected = r#"the café\n\tis "closed": \u{1b}[2J\u{2028}\r\u{202e}"#;
        assert_eq!(OneLine(&error).to_string(), expected);
    }

    #[test]
    fn an_error_that_has_no_end_or_no_text_is_told_all_the_same() {
        #[derive(Debug)]
        struct Endless(u32);

        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                assert!(self.0 > 0, "no text");
                (0..self.0).try_for_each(|_| f.write_str("again "))
            }
        }

        impl Error for Endless {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }

        assert_eq!(
            OneLine(&Endless(1)).to_string().matches("again").count(),
            16
        );
        assert!(OneLine(&Endless(1_000_000)).to_string().len() < 17 * 4200);
        assert!(OneLine(&Endless(0)).to_string().contains("it panics"));
    }
}
