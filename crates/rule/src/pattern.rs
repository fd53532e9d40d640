use std::ops::Range;

use crate::{Arguments, Flaw, FlawKind, arguments::is_word};

/// A pattern, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Pattern {
    pieces: Vec<Piece>,
}

/// What a pattern is made of, from left to right.
#[derive(Clone, Debug, PartialEq)]
pub enum Piece {
    /// A slash.
    Slash,
    /// Text that stands for itself, without slashes.
    Text(String),
    /// A variable.
    Variable(Variable),
}

/// A variable of a pattern: `<name>`, `<converter:name>` or `<converter(arguments):name>`.
#[derive(Clone, Debug, PartialEq)]
pub struct Variable {
    name: String,
    converter: String,
    arguments: Arguments,
    at: Range<usize>,
    arguments_at: Range<usize>,
}

impl Variable {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The converter's name; `string`, where none is named.
    pub fn converter(&self) -> &str {
        &self.converter
    }

    /// The converter's arguments.
    pub fn arguments(&self) -> &Arguments {
        &self.arguments
    }

    /// Where it stands in the pattern, brackets included.
    pub fn at(&self) -> Range<usize> {
        self.at.clone()
    }

    /// A flaw of its converter's arguments, for whoever knows the converter.
    pub fn bad_arguments(&self, mend: impl Into<String>) -> Flaw {
        Flaw::new(FlawKind::Argument, self.arguments_at.clone(), mend)
    }

    /// A flaw of its converter, for whoever knows which there are.
    pub fn bad_converter(&self, mend: impl Into<String>) -> Flaw {
        Flaw::new(FlawKind::Converter, self.at.clone(), mend)
    }
}

impl Pattern {
    /// Reads the pattern of a path, which begins with a slash.
    ///
    /// # Errors
    ///
    /// [`Flaw`] says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, Flaw> {
        if !text.starts_with('/') {
            let first = text.chars().next().map_or(0, char::len_utf8);
            let mend = format!("it does not begin with a slash: write \"/{text}\"");
            return Err(Flaw::new(FlawKind::NoLeadingSlash, 0..first, mend));
        }
        let pattern = Self::read_any(text)?;
        let mut start = 0;
        for segment in text.split('/') {
            let at = start..start + segment.len();
            if matches!(segment, "." | "..") {
                let mend =
                    format!("no path has a segment {segment:?}: write the path that it leads to");
                return Err(Flaw::new(FlawKind::Unreachable, at, mend));
            }
            start = at.end + 1;
        }
        Ok(pattern)
    }

    /// Reads the pattern of a host or of a subdomain: `<user>.example.com`.
    ///
    /// # Errors
    ///
    /// [`Flaw`] says what is wrong with it.
    pub fn read_host(text: &str) -> Result<Self, Flaw> {
        Self::read_any(text)
    }

    fn read_any(text: &str) -> Result<Self, Flaw> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut at = 0;
        while at < text.len() {
            let rest = &text[at..];
            let (piece, end) = if rest.starts_with('/') {
                (Piece::Slash, at + 1)
            } else if rest.starts_with('<') {
                let variable = variable(text, at)?;
                let repeats = |piece: &Piece| matches!(piece, Piece::Variable(other) if other.name == variable.name);
                if pieces.iter().any(repeats) {
                    let mend = format!("two variables are called {:?}: rename one", variable.name);
                    return Err(Flaw::new(FlawKind::RepeatedName, variable.at, mend));
                }
                let end = variable.at.end;
                (Piece::Variable(variable), end)
            } else {
                let length = rest.find(['/', '<']).unwrap_or(rest.len());
                plain(&rest[..length], at)?;
                (Piece::Text(rest[..length].to_owned()), at + length)
            };
            pieces.push(piece);
            at = end;
        }
        Ok(Self { pieces })
    }

    /// What it is made of, from left to right.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// Its variables, from left to right.
    pub fn variables(&self) -> impl Iterator<Item = &Variable> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Variable(variable) => Some(variable),
            _ => None,
        })
    }

    /// The same, with slashes in a row made one.
    #[must_use]
    pub fn with_single_slashes(mut self) -> Self {
        self.pieces
            .dedup_by(|one, other| matches!((one, other), (Piece::Slash, Piece::Slash)));
        self
    }
}

/// Reads the variable that begins at `start`.
fn variable(text: &str, start: usize) -> Result<Variable, Flaw> {
    let Some(end) = closing(text, start) else {
        let segment = text[start..].split('/').next().unwrap_or_default();
        let mend = format!("the bracket is not closed: write \"{segment}>\"");
        let at = start..start + segment.len();
        return Err(Flaw::new(FlawKind::Bracket, at, mend));
    };
    let inner = &text[start + 1..end];
    let colon = colon(inner);
    let (head, name) = match colon {
        Some(colon) => (&inner[..colon], &inner[colon + 1..]),
        None => ("string", inner),
    };
    if !is_word(name) {
        let at = end - name.len()..end.max(end - name.len() + 1);
        let mend = format!("{name:?} cannot name a variable: take letters, digits and \"_\"");
        return Err(Flaw::new(FlawKind::Name, at, mend));
    }
    let opens = head.find('(');
    let converter = &head[..opens.unwrap_or(head.len())];
    if !is_word(converter) || (opens.is_some() && !head.ends_with(')')) {
        let at = start + 1..start + 1 + head.len().max(1);
        let mend = format!(
            "{head:?} cannot be read: write the name of a converter, and its arguments in parentheses"
        );
        return Err(Flaw::new(FlawKind::Converter, at, mend));
    }
    let arguments_at = match opens {
        Some(opens) => start + 1 + opens + 1..start + 1 + head.len() - 1,
        None => start..end + 1,
    };
    Ok(Variable {
        name: name.to_owned(),
        converter: converter.to_owned(),
        arguments: match opens {
            Some(_) => Arguments::read(text, arguments_at.clone())?,
            None => Arguments::default(),
        },
        at: start..end + 1,
        arguments_at,
    })
}

/// Where the bracket that opens at `start` is closed: at the next one that stands in no quotes and in no segment further on.
fn closing(text: &str, start: usize) -> Option<usize> {
    let mut quote = None;
    let mut depth = 0_usize;
    for (offset, byte) in text[start..].bytes().enumerate() {
        match (quote, byte) {
            (None, b'>') if depth == 0 => return Some(start + offset),
            (None, b'/') if depth == 0 => return None,
            (None, b'<') if offset > 0 && depth == 0 => return None,
            (None, b'(') => depth += 1,
            (None, b')') => depth = depth.saturating_sub(1),
            (None, b'"' | b'\'') if depth > 0 => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The colon before the name: the last one, outside the parentheses.
fn colon(inner: &str) -> Option<usize> {
    let after = inner.rfind(')').unwrap_or(0);
    inner[after..].rfind(':').map(|colon| after + colon)
}

/// Text must be such that a path can hold it.
fn plain(text: &str, start: usize) -> Result<(), Flaw> {
    if let Some(offset) = text.find('>') {
        let at = start + offset..start + offset + 1;
        let mend = format!("the bracket is not opened: write \"<{}>\"", &text[..offset]);
        return Err(Flaw::new(FlawKind::Bracket, at, mend));
    }
    let unreachable = |c: char| c == '\\' || c.is_ascii_control();
    if let Some(offset) = text.find(unreachable) {
        let at = start + offset..start + offset + 1;
        let mend = "no path has a backslash or a control character: leave it out";
        return Err(Flaw::new(FlawKind::Unreachable, at, mend));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(pattern: &str) -> String {
        let read = Pattern::read(pattern).unwrap();
        let pieces = read.pieces().iter().map(|piece| match piece {
            Piece::Slash => "/".to_owned(),
            Piece::Text(text) => text.clone(),
            Piece::Variable(variable) => format!("{}={}", variable.converter, variable.name),
        });
        pieces.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn patterns_are_read_into_pieces() {
        for (pattern, expected) in [
            ("/", "/"),
            ("/a", "/ a"),
            ("/a/", "/ a /"),
            ("//a", "/ / a"),
            ("/users/<id>", "/ users / string=id"),
            ("/<string:a>-<int:b>.html/", "/ string=a - int=b .html /"),
            ("/f/<path:rest>/edit", "/ f / path=rest / edit"),
            ("/sp ace/ö/b%72/q?#", "/ sp ace / ö / b%72 / q?#"),
            ("/<any(a,\"b>/),c\"):x>", "/ any=x"),
            ("/<any(\":):\"):x>", "/ any=x"),
            ("/.well-known", "/ .well-known"),
        ] {
            assert_eq!(shape(pattern), expected, "{pattern}");
        }
    }

    #[test]
    fn what_cannot_be_read_says_why_and_where() {
        for (pattern, kind, marked) in [
            ("", FlawKind::NoLeadingSlash, ""),
            ("a/b", FlawKind::NoLeadingSlash, "a"),
            ("/a/../b", FlawKind::Unreachable, ".."),
            ("/a\\b", FlawKind::Unreachable, "\\"),
            ("/<id/x", FlawKind::Bracket, "<id"),
            ("/id>", FlawKind::Bracket, ">"),
            ("/<<a>", FlawKind::Bracket, "<<a>"),
            ("/<any(a:x>", FlawKind::Bracket, "<any(a:x>"),
            ("/<>", FlawKind::Name, ">"),
            ("/<int:>", FlawKind::Name, ">"),
            ("/<1a>", FlawKind::Name, "1a"),
            ("/<a b>", FlawKind::Name, "a b"),
            ("/<a>/<int:a>", FlawKind::RepeatedName, "<int:a>"),
            ("/<:a>", FlawKind::Converter, ":"),
            ("/<in t:a>", FlawKind::Converter, "in t"),
            ("/<int(1)2:a>", FlawKind::Converter, "int(1)2"),
            ("/<int(min=?):a>", FlawKind::Argument, "min=?"),
        ] {
            let flaw = Pattern::read(pattern).unwrap_err();
            let found = (flaw.kind(), &pattern[flaw.at()]);
            assert_eq!(found, (kind, marked), "{pattern}: {flaw}");
        }
    }

    #[test]
    fn a_mark_stands_under_what_is_wrong() {
        let flaw = Pattern::read("/é/<int:id").unwrap_err();
        let expected = "/é/<int:id\n   ^^^^^^^ the bracket is not closed: write \"<int:id>\"";
        assert_eq!(flaw.under("/é/<int:id"), expected);
    }

    proptest! {
        #[test]
        fn reading_never_panics_and_a_flaw_stands_within(pattern in "/?[/<>:a(),\"'=1é .\\\\]{0,16}") {
            if let Err(flaw) = Pattern::read(&pattern) {
                let _ = flaw.under(&pattern);
                prop_assert!(flaw.at().end <= pattern.len() && pattern.get(flaw.at()).is_some(), "{pattern} {flaw:?}");
            }
            let _ = Pattern::read_host(&pattern);
        }
    }
}
