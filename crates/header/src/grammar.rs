//! The rules that several fields share ([RFC 9110 §5.6](https://www.rfc-editor.org/rfc/rfc9110#section-5.6)).

use http::{HeaderMap, HeaderName, HeaderValue};

/// `tchar`: what a token is made of ([RFC 9110 §5.6.2](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.2)).
///
/// ```
/// use plywood_header::grammar::is_tchar;
///
/// assert!("quality-1".bytes().all(is_tchar));
/// assert!(!is_tchar(b','));
/// ```
#[must_use]
pub const fn is_tchar(byte: u8) -> bool {
    TCHAR[byte as usize]
}

/// Looked up, because a field has some hundred of them.
const TCHAR: [bool; 256] = {
    let marks = b"!#$%&'*+-.^_`|~";
    let mut table = [false; 256];
    let mut at = 0;
    while at < marks.len() {
        table[marks[at] as usize] = true;
        at += 1;
    }
    let mut byte = 0;
    while byte < u8::MAX {
        table[byte as usize] |= byte.is_ascii_alphanumeric();
        byte += 1;
    }
    table
};

/// `token`: at least one `tchar`.
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().copied().all(is_tchar)
}

/// `OWS` around an element goes: space and tab, and no other kind of white space.
pub(crate) const fn trim(text: &[u8]) -> &[u8] {
    let mut text = trim_start(text);
    while let [rest @ .., b' ' | b'\t'] = text {
        text = rest;
    }
    text
}

/// `OWS` in front of an element goes.
pub(crate) const fn trim_start(mut text: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = text {
        text = rest;
    }
    text
}

/// The elements of a comma-separated list without quoted strings: trimmed, the empty ones left out.
pub(crate) fn elements(line: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    line.split(|byte| *byte == b',')
        .map(trim)
        .filter(|element| !element.is_empty())
}

/// The pieces between `separator`s that stand outside of quoted strings: trimmed, the empty ones left out.
pub(crate) fn quoted_elements(line: &[u8], separator: u8) -> impl Iterator<Item = &[u8]> + Clone {
    let (mut quoted, mut escaped) = (false, false);
    line.split(move |&byte| {
        if escaped {
            escaped = false;
        } else if byte == b'"' {
            quoted = !quoted;
        } else if quoted {
            escaped = byte == b'\\';
        } else {
            return byte == separator;
        }
        false
    })
    .map(trim)
    .filter(|piece| !piece.is_empty())
}

/// `qvalue` in thousandths: `0.5` is 500. Up to three decimals, never above one.
pub(crate) fn weight(text: &[u8]) -> Option<u16> {
    let (whole, decimals) = match text {
        [whole @ (b'0' | b'1')] => (*whole, &[][..]),
        [whole @ (b'0' | b'1'), b'.', decimals @ ..] if decimals.len() <= 3 => (*whole, decimals),
        _ => return None,
    };
    let mut thousandths = u16::from(whole - b'0') * 1000;
    let mut unit = 100;
    for digit in decimals {
        if !digit.is_ascii_digit() {
            return None;
        }
        thousandths += u16::from(digit - b'0') * unit;
        unit /= 10;
    }
    (thousandths <= 1000).then_some(thousandths)
}

/// The value of a field that may be sent once. Two lines of it are no value: which one would be meant?
pub(crate) fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h HeaderValue> {
    let mut lines = headers.get_all(name).iter();
    let line = lines.next()?;
    lines.next().is_none().then_some(line)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_are_read_by_the_grammar_and_no_further() {
        for (text, expected) in [
            ("0", Some(0)),
            ("1", Some(1000)),
            ("0.", Some(0)),
            ("1.", Some(1000)),
            ("0.5", Some(500)),
            ("0.05", Some(50)),
            ("0.123", Some(123)),
            ("1.000", Some(1000)),
            ("", None),
            (".5", None),
            ("1.001", None),
            ("0.1234", None),
            ("1.5", None),
            ("2", None),
            ("-1", None),
            ("00", None),
            ("0,5", None),
            ("0.5 ", None),
            ("0.x", None),
            ("NaN", None),
        ] {
            assert_eq!(weight(text.as_bytes()), expected, "{text:?}");
        }
    }

    #[test]
    fn a_separator_in_a_quoted_string_does_not_separate() {
        let pieces =
            |line: &'static str| quoted_elements(line.as_bytes(), b',').collect::<Vec<_>>();
        assert_eq!(pieces(r#"a;b="x,y" , c"#), [&br#"a;b="x,y""#[..], b"c"]);
        assert_eq!(pieces(r#""a\",b",c"#), [&br#""a\",b""#[..], b"c"]);
        assert_eq!(
            pieces(r#"a,"never closed, b"#),
            [&b"a"[..], br#""never closed, b"#]
        );
        assert_eq!(pieces(r"a\,b"), [&br"a\"[..], b"b"]);
        assert_eq!(pieces(" , ,\t,"), [b""; 0]);
    }

    #[test]
    fn a_token_is_made_of_these() {
        let bytes: Vec<u8> = (0..=u8::MAX).filter(|&byte| is_tchar(byte)).collect();
        let expected =
            "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~";
        assert_eq!(bytes, expected.as_bytes());
    }

    #[test]
    fn only_space_and_tab_are_trimmed() {
        assert_eq!(trim(b" \t a b\t "), b"a b");
        assert_eq!(trim("\u{a0}a\u{a0}".as_bytes()), "\u{a0}a\u{a0}".as_bytes());
        assert_eq!(trim(b" \t"), b"");
    }
}
