use std::{
    error::Error,
    fmt::{self, Write},
};

use crate::{bounded, link};

/// An error and its causes, each of them once, as one line of a log.
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
        let mut said = String::new();
        for (at, link) in link::chain(self.0).enumerate() {
            let words = bounded::text(bounded::MAX_TEXT, link);
            // Many errors tell their cause in their own words.
            if at > 0 && said.contains(&*words) {
                continue;
            }
            if at > 0 {
                said.push_str(": ");
            }
            said.push_str(&words);
        }
        Escaped(f).write_str(&said)
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
    use std::cell::Cell;

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
        struct Endless(Cell<u32>, usize);

        // Each time it is asked it says something else.
        impl fmt::Display for Endless {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                assert!(self.1 > 0, "no text");
                self.0.set(self.0.get() + 1);
                write!(f, "{} ", self.0.get())?;
                (0..self.1).try_for_each(|_| f.write_str("again "))
            }
        }

        impl Error for Endless {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }

        let told = |words| OneLine(&Endless(Cell::new(0), words)).to_string();
        assert_eq!(told(1).matches("again").count(), 16);
        assert!(told(1_000_000).len() < 17 * 4200);
        assert!(told(0).contains("it panics"));
    }

    #[test]
    fn what_an_error_says_of_its_cause_is_not_said_again() {
        #[derive(Debug)]
        struct Outer(std::io::Error);

        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "the store failed: {}", self.0)
            }
        }

        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }

        let error = Outer(std::io::Error::other("it is closed"));
        assert_eq!(
            OneLine(&error).to_string(),
            "the store failed: it is closed"
        );
    }
}
