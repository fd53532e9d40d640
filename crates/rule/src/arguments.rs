use std::{fmt, ops::Range};

use crate::{Flaw, FlawKind};

/// One argument of a converter.
#[derive(Clone, Debug, PartialEq)]
pub enum Argument {
    /// `True` or `False`.
    Bool(bool),
    /// `None`.
    None,
    /// A whole number.
    Int(i64),
    /// A number with a point.
    Float(f64),
    /// A word, or a text in quotes.
    Text(String),
}

impl fmt::Display for Argument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(true) => f.write_str("True"),
            Self::Bool(false) => f.write_str("False"),
            Self::None => f.write_str("None"),
            Self::Int(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Text(text) => write!(f, "{text:?}"),
        }
    }
}

/// The arguments of a converter: those by place first, then those by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Arguments {
    placed: Vec<Argument>,
    named: Vec<(String, Argument)>,
}

impl Arguments {
    /// Those by place, in order.
    pub fn placed(&self) -> &[Argument] {
        &self.placed
    }

    /// Those by name, in order.
    pub fn named(&self) -> impl Iterator<Item = (&str, &Argument)> {
        self.named
            .iter()
            .map(|(name, argument)| (&**name, argument))
    }

    /// The argument of this name, or of this place where none has the name.
    pub fn get(&self, name: &str, place: usize) -> Option<&Argument> {
        let named = self.named.iter().find(|(own, _)| own == name);
        named
            .map(|(_, argument)| argument)
            .or_else(|| self.placed.get(place))
    }

    /// Are there none?
    pub fn is_empty(&self) -> bool {
        self.placed.is_empty() && self.named.is_empty()
    }

    /// Reads what stands at `at` of `pattern`, between the parentheses.
    pub(crate) fn read(pattern: &str, at: Range<usize>) -> Result<Self, Flaw> {
        let mut arguments = Self::default();
        let mut start = at.start;
        loop {
            let end = piece_end(pattern, start, at.end);
            let piece = pattern[start..end].trim();
            // A comma at the end is no argument.
            if !(piece.is_empty() && end == at.end) {
                arguments.add(piece, start..end)?;
            }
            if end == at.end {
                return Ok(arguments);
            }
            start = end + 1;
        }
    }

    fn add(&mut self, piece: &str, at: Range<usize>) -> Result<(), Flaw> {
        let (name, value) = match piece.split_once('=') {
            Some((name, value)) if is_word(name.trim()) => (Some(name.trim()), value.trim()),
            _ => (None, piece),
        };
        let Some(value) = argument(value) else {
            let mend = format!(
                "the argument {piece:?} cannot be read: write a number, a word, True, False or a text in quotes"
            );
            return Err(Flaw::new(FlawKind::Argument, at, mend));
        };
        match name {
            Some(name) if self.named.iter().any(|(own, _)| own == name) => {
                let mend = format!("the argument {name:?} is there twice: take one of them away");
                return Err(Flaw::new(FlawKind::Argument, at, mend));
            }
            Some(name) => self.named.push((name.to_owned(), value)),
            None if self.named.is_empty() => self.placed.push(value),
            None => {
                let mend = "arguments without a name come first".to_owned();
                return Err(Flaw::new(FlawKind::Argument, at, mend));
            }
        }
        Ok(())
    }
}

/// Where the argument that begins at `start` ends: at the next comma that stands in no quotes.
fn piece_end(pattern: &str, start: usize, end: usize) -> usize {
    let mut quote = None;
    for (offset, byte) in pattern[start..end].bytes().enumerate() {
        match (quote, byte) {
            (None, b',') => return start + offset,
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    end
}

fn argument(text: &str) -> Option<Argument> {
    let quoted = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    Some(match text {
        "True" => Argument::Bool(true),
        "False" => Argument::Bool(false),
        "None" => Argument::None,
        _ => {
            if let Some(text) = quoted('"').or_else(|| quoted('\'')) {
                Argument::Text(text.to_owned())
            } else if let Ok(number) = text.parse() {
                Argument::Int(number)
            } else if let Some(number) = decimal(text) {
                Argument::Float(number)
            } else if is_plain(text) {
                Argument::Text(text.to_owned())
            } else {
                return None;
            }
        }
    })
}

/// A number with a point, and not the word `inf` or `nan` that could be an item.
fn decimal(text: &str) -> Option<f64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let begins_with_digit = digits.starts_with(|c: char| c.is_ascii_digit());
    begins_with_digit.then(|| text.parse().ok()).flatten()
}

/// Can it stand without quotes?
fn is_plain(text: &str) -> bool {
    let may_stand = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-');
    !text.is_empty() && text.chars().all(may_stand)
}

/// Is it a word that can name something?
pub(crate) fn is_word(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<String, FlawKind> {
        let arguments = Arguments::read(text, 0..text.len()).map_err(|flaw| flaw.kind())?;
        let placed = arguments.placed().iter().map(ToString::to_string);
        let named = arguments.named().map(|(name, one)| format!("{name}={one}"));
        Ok(placed.chain(named).collect::<Vec<_>>().join(" "))
    }

    #[test]
    fn arguments_are_numbers_words_and_texts() {
        for (text, expected) in [
            ("", ""),
            ("1", "1"),
            (" a , b ", r#""a" "b""#),
            (
                r#"cat,"fish & chips",'x,y'"#,
                r#""cat" "fish & chips" "x,y""#,
            ),
            ("min=-5, max=10", "min=-5 max=10"),
            ("2, signed=True", "2 signed=True"),
            ("min=1.5,", "min=1.5"),
            ("inf, nan, 1e5", r#""inf" "nan" 100000"#),
            ("a-b.c", r#""a-b.c""#),
            (r#""12""#, r#""12""#),
            ("x=None", "x=None"),
        ] {
            assert_eq!(read(text).as_deref(), Ok(expected), "{text}");
        }
        for text in ["a,,b", "\"a", "min=1,min=2", "min=1,2", "a b", "=1"] {
            assert_eq!(read(text), Err(FlawKind::Argument), "{text}");
        }
    }
}
