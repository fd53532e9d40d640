//! plywood-header's reading of `Cookie`.

use http::{HeaderMap, header::COOKIE};
use plywood_header::cookie;
use serde_json::Value;

use super::{
    case,
    outcome::{Outcome, Unmet, check},
};

type Pair<'a> = (&'a str, &'a str);

pub(crate) fn run(case: &Value) -> Outcome {
    let expected = pairs(case)?;
    let mut headers = HeaderMap::new();
    headers.insert(COOKIE, case::value(case::text(case, "cookie")?.as_bytes())?);
    let read: Vec<Pair<'_>> = cookie::pairs(&headers).collect();
    let as_expected = match case::text(case, "grammar")? {
        "lenient" => is_safe(&read, &expected),
        _ => read == expected,
    };
    check(
        as_expected,
        format_args!("{expected:?}"),
        format_args!("{read:?}"),
    )?;

    // Whoever looks for one cookie must find what the list has.
    for (name, _) in &read {
        let all: Vec<&str> = cookie::find_all(&headers, name).collect();
        let listed: Vec<&str> = read
            .iter()
            .filter(|pair| pair.0 == *name)
            .map(|pair| pair.1)
            .collect();
        check(
            all == listed && cookie::find(&headers, name) == listed.first().copied(),
            format_args!("{name} to be found as {listed:?}"),
            format_args!("{all:?}"),
        )?;
    }
    Ok(())
}

fn pairs(case: &Value) -> Result<Vec<Pair<'_>>, Unmet> {
    let pairs = case::list(case, "pairs")?.iter();
    pairs
        .map(|pair| Ok((case::text_at(pair, 0)?, case::text_at(pair, 1)?)))
        .collect()
}

/// Nothing is made up, nothing is in another order, no ASCII control character passes, and no pair is lost that the grammar has.
fn is_safe(read: &[Pair<'_>], expected: &[Pair<'_>]) -> bool {
    let mut read = read.iter().peekable();
    for pair in expected {
        if read.next_if(|read| is_same(**read, *pair)).is_none() && is_valid(*pair) {
            return false;
        }
    }
    read.peek().is_none()
}

fn is_same(read: Pair<'_>, expected: Pair<'_>) -> bool {
    let has_controls = [read.0, read.1]
        .concat()
        .bytes()
        .any(|byte| byte.is_ascii_control());
    read.0 == expected.0
        && (read.1 == expected.1 || Some(read.1) == unquoted(expected.1))
        && !has_controls
}

fn unquoted(value: &str) -> Option<&str> {
    value.strip_prefix('"')?.strip_suffix('"')
}

/// `cookie-pair` of [RFC 6265 §4.1.1](https://www.rfc-editor.org/rfc/rfc6265#section-4.1.1).
fn is_valid((name, value): Pair<'_>) -> bool {
    let is_token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte);
    let is_octet = |byte: u8| byte.is_ascii_graphic() && !b"\",;\\".contains(&byte);
    !name.is_empty()
        && name.bytes().all(is_token)
        && unquoted(value).unwrap_or(value).bytes().all(is_octet)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leniency_has_bounds() {
        let expected = [("a", "\"b\""), ("c d", "é"), ("e", "f")];
        for (read, safe) in [
            (&expected[..], true),
            (&[("a", "b"), ("c d", "é"), ("e", "f")], true),
            (&[("a", "b"), ("e", "f")], true),
            (&[("a", "b")], false),
            (&[("e", "f"), ("a", "b")], false),
            (&[("a", "b"), ("e", "f"), ("g", "h")], false),
            (&[("a", "B"), ("e", "f")], false),
        ] {
            assert_eq!(is_safe(read, &expected), safe, "{read:?}");
        }
        assert!(!is_safe(&[("a", "\u{1}")], &[("a", "\u{1}")]));
        assert!(is_safe(&[], &[("a", "\u{1}")]));
    }
}
