//! The parameters of an authentication scheme ([RFC 9110 §11.2](https://www.rfc-editor.org/rfc/rfc9110#section-11.2)).

use std::borrow::Cow;

use plywood_header::grammar::is_tchar;

use super::credentials::{Malformed, Reason};

/// `name = value` pairs between commas; empty elements are skipped.
pub(super) struct Parameters<'a>(&'a str);

impl<'a> Parameters<'a> {
    pub(super) const fn new(text: &'a str) -> Self {
        Self(text)
    }

    /// The next one, or what is wrong with it.
    pub(super) fn next(&mut self) -> Result<Option<(&'a str, Cow<'a, str>)>, Malformed> {
        let text = self.0.trim_start_matches([' ', '\t', ',']);
        if text.is_empty() {
            return Ok(None);
        }
        let (name, text) = token(text).ok_or(Malformed::new(Reason::Syntax))?;
        let text = trim(text)
            .strip_prefix('=')
            .ok_or(Malformed::new(Reason::Syntax))?;
        let text = trim(text);
        let (value, rest) = match text.strip_prefix('"') {
            Some(text) => quoted(text),
            None => token(text).map(|(value, rest)| (Cow::Borrowed(value), rest)),
        }
        .ok_or(Malformed::new(Reason::Syntax))?;
        let rest = trim(rest);
        if !rest.is_empty() && !rest.starts_with(',') {
            return Err(Malformed::new(Reason::Syntax));
        }
        self.0 = rest;
        Ok(Some((name, value)))
    }
}

fn trim(text: &str) -> &str {
    text.trim_start_matches([' ', '\t'])
}

/// A token at the beginning, and what follows.
fn token(text: &str) -> Option<(&str, &str)> {
    let end = text
        .bytes()
        .position(|byte| !is_tchar(byte))
        .unwrap_or(text.len());
    (end > 0).then(|| text.split_at(end))
}

/// The rest of a quoted string without its escapes, and what follows.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let (plain, rest) = text.split_once('"')?;
    if !plain.contains('\\') {
        return Some((Cow::Borrowed(plain), rest));
    }
    let mut value = String::with_capacity(plain.len());
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((Cow::Owned(value), &text[at + 1..])),
            '\\' => value.push(characters.next()?.1),
            plain => value.push(plain),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<Vec<(String, String)>> {
        let mut parameters = Parameters::new(text);
        let mut read = Vec::new();
        while let Some((name, value)) = parameters.next().ok()? {
            read.push((name.to_owned(), value.into_owned()));
        }
        Some(read)
    }

    #[test]
    fn parameters_are_tokens_and_quoted_strings_between_commas() {
        for (text, expected) in [
            ("", vec![]),
            (" , ,\t,", vec![]),
            ("a=b", vec![("a", "b")]),
            ("a = b ,c\t=\"d\"", vec![("a", "b"), ("c", "d")]),
            (r#"a="b, c=d",,e=f"#, vec![("a", "b, c=d"), ("e", "f")]),
            (r#"a="b\"c\\d\e""#, vec![("a", "b\"c\\de")]),
            (r#"a="",b="é\é""#, vec![("a", ""), ("b", "éé")]),
        ] {
            let expected: Vec<_> = expected
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect();
            assert_eq!(read(text), Some(expected), "{text}");
        }
        for text in [
            "a",
            "=",
            "a=",
            "=b",
            "a=b c=d",
            "a=\"b",
            r#"a="b\"#,
            r#"a="b"c"#,
            "a=b;c=d",
            "é=b",
            "a=é",
            "a=b=c",
            "a=b\"",
            "a==b",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
