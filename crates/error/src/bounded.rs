//! Texts of errors, within bounds: an error may quote all that a client has sent.

use std::fmt::{self, Write};

use crate::Panicked;

/// So many bytes of what one error says are told.
pub(crate) const MAX_TEXT: usize = 4096;

/// What stands for the rest.
const MORE: char = '…';

/// The first `limit` bytes of a text, and a little more that says that there is more. A text that panics says so.
pub(crate) fn text(limit: usize, text: impl fmt::Display) -> String {
    let written = Panicked::catch(|| {
        let mut cut = Cut {
            text: String::new(),
            limit,
            is_full: false,
        };
        // It fails when it is full, which shows.
        let _ = write!(cut, "{text}");
        cut.text
    });
    written.unwrap_or_else(|_| "(its text cannot be had: it panics)".to_owned())
}

struct Cut {
    text: String,
    limit: usize,
    /// What goes on writing all the same writes nothing.
    is_full: bool,
}

impl Write for Cut {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if self.is_full {
            return Err(fmt::Error);
        }
        let room = self.limit - self.text.len();
        if text.len() <= room {
            self.text.push_str(text);
            return Ok(());
        }
        let end = (0..=room).rev().find(|at| text.is_char_boundary(*at));
        self.text.push_str(&text[..end.unwrap_or(0)]);
        self.text.push(MORE);
        self.is_full = true;
        Err(fmt::Error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(text(4, "four"), "four");
        assert_eq!(text(4, "fünfe"), "fün…");
        assert_eq!(text(2, "fünf"), "f…");
        assert_eq!(text(3, format_args!("{}{}", "ab", "cdef")), "abc…");
    }

    #[test]
    fn who_goes_on_when_it_is_full_writes_nothing() {
        struct Stubborn;

        impl fmt::Display for Stubborn {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                for _ in 0..1000 {
                    let _ = f.write_str("abc");
                }
                Ok(())
            }
        }

        assert_eq!(text(4, Stubborn), "abca…");
    }

    #[test]
    fn a_text_that_panics_says_so() {
        struct Text;

        impl fmt::Display for Text {
            fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
                panic!("no text")
            }
        }

        assert!(text(100, Text).contains("it panics"));
    }
}
