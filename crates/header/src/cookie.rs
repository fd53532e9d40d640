//! `Cookie` and `Set-Cookie`.
//!
//! [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265), and where it is stricter its successor,
//! [draft-ietf-httpbis-rfc6265bis](https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/).

mod error;
mod set;

use std::iter;

use http::{HeaderMap, HeaderValue, header::COOKIE};
use memchr::memchr;

pub use self::{
    error::{CookieError, CookieErrorKind},
    set::{MAX_ATTRIBUTE, MAX_PAIR, SameSite, SetCookie},
};
use crate::grammar::{trim, trim_start};

/// The name and value of every cookie, over all lines of the field, in the order sent. Nothing is copied.
///
/// A line is split at `;`, a piece at its first `=`; spaces and tabs around either side go. Names keep their case, values their quotes, and
/// nothing is percent-decoded: otherwise `%5F%5FHost-sid` could pass for `__Host-sid`. A piece is skipped, and no other with
/// it, if it has no `=`, an empty name, a control character, or bytes that are not UTF-8.
///
/// ```
/// use http::{HeaderMap, header::COOKIE};
/// use plywood_header::cookie;
///
/// let mut headers = HeaderMap::new();
/// headers.insert(COOKIE, "a=1; nonsense; b=\"2=3\"".parse().unwrap());
/// assert_eq!(cookie::pairs(&headers).collect::<Vec<_>>(), [("a", "1"), ("b", "\"2=3\"")]);
/// ```
pub fn pairs(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    raw_pairs(headers).filter_map(|(name, value)| Some((text(name)?, text(value)?)))
}

/// The value of the first cookie called `name`; the case of names counts.
///
/// Browsers send the cookie with the longest path first. A second cookie of the name may come from another path or domain: see [`find_all`].
pub fn find<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    find_all(headers, name).next()
}

/// The values of every cookie called `name`, in the order sent.
pub fn find_all<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h str> {
    find_all_bytes(headers, name).filter_map(text)
}

/// The same as bytes, for who looks at each of them anyway: a value may have control characters, and need not be UTF-8.
///
/// ```
/// use http::{HeaderMap, header::COOKIE};
/// use plywood_header::cookie;
///
/// let mut headers = HeaderMap::new();
/// headers.insert(COOKIE, "a=1; b=2; a=3".parse().unwrap());
/// assert!(cookie::find_all_bytes(&headers, "a").eq([b"1", b"3"]));
/// ```
pub fn find_all_bytes<'h>(headers: &'h HeaderMap, name: &str) -> impl Iterator<Item = &'h [u8]> {
    find_all_in(headers.get_all(COOKIE), name)
}

/// The same in lines of the field that somebody has kept.
pub fn find_all_in<'h>(
    lines: impl IntoIterator<Item = &'h HeaderValue>,
    name: &str,
) -> impl Iterator<Item = &'h [u8]> {
    let name = name.as_bytes();
    let mut lines = lines.into_iter();
    let mut pieces = pieces(b"");
    iter::from_fn(move || {
        loop {
            if let Some(value) = pieces.find_map(|piece| value_of(name, piece)) {
                return Some(value);
            }
            pieces = self::pieces(lines.next()?.as_bytes());
        }
    })
}

/// The value in a piece of a line, if it is of the cookie called `name`, and if there can be a cookie of that name.
fn value_of<'h>(name: &[u8], piece: &'h [u8]) -> Option<&'h [u8]> {
    // The name is compared before anything is sought: most cookies of a request are someone else's.
    let rest = trim_start(piece).strip_prefix(name)?;
    let value = trim_start(rest).strip_prefix(b"=")?;
    let stands_in_a_name = |byte: &u8| !byte.is_ascii_control() && *byte != b'=';
    let is_a_name =
        !name.is_empty() && trim(name).len() == name.len() && name.iter().all(stands_in_a_name);
    is_a_name.then(|| trim(value))
}

fn raw_pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = headers.get_all(COOKIE).iter();
    lines
        .flat_map(|line| pieces(line.as_bytes()))
        .filter_map(|piece| {
            let equals = memchr(b'=', piece)?;
            let name = trim(&piece[..equals]);
            (!name.is_empty()).then(|| (name, trim(&piece[equals + 1..])))
        })
}

/// What stands between the semicolons.
fn pieces(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(line);
    iter::from_fn(move || {
        let line = rest?;
        let end = memchr(b';', line);
        rest = end.map(|end| &line[end + 1..]);
        Some(&line[..end.unwrap_or(line.len())])
    })
}

fn text(bytes: &[u8]) -> Option<&str> {
    // A fold has no way out, which lets it be a few vector instructions.
    let has_control = |any, byte: &u8| any | byte.is_ascii_control();
    if bytes.iter().fold(false, has_control) {
        return None;
    }
    std::str::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[&[u8]]) -> HeaderMap {
        let lines = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line).unwrap());
        lines.map(|line| (COOKIE, line)).collect()
    }

    #[test]
    fn a_field_is_split_into_pairs() {
        for (line, expected) in [
            ("a=b", &[("a", "b")][..]),
            ("a=b; c=d", &[("a", "b"), ("c", "d")]),
            ("a=b;c=d;", &[("a", "b"), ("c", "d")]),
            (";; a=b ;\t;", &[("a", "b")]),
            ("a = b\t; c\t=d", &[("a", "b"), ("c", "d")]),
            ("a=b=c==", &[("a", "b=c==")]),
            ("a=; b=c", &[("a", ""), ("b", "c")]),
            ("a=b, c=d", &[("a", "b, c=d")]),
            ("a=1; A=2; a=3", &[("a", "1"), ("A", "2"), ("a", "3")]),
            ("$Version=1; a=b", &[("$Version", "1"), ("a", "b")]),
            ("(a[])=b", &[("(a[])", "b")]),
            ("a=日本; é=b", &[("a", "日本"), ("é", "b")]),
            ("a; b; c=d", &[("c", "d")]),
            ("=a; b=c; =", &[("b", "c")]),
            ("   ", &[]),
            ("", &[]),
            // Neither unquoted nor decoded: what a browser stored is what we read.
            (r#"a="b c"; d="e;f""#, &[("a", r#""b c""#), ("d", r#""e"#)]),
            ("a=%20+", &[("a", "%20+")]),
        ] {
            let headers = sent(&[line.as_bytes()]);
            assert_eq!(pairs(&headers).collect::<Vec<_>>(), expected, "{line}");
        }
    }

    #[test]
    fn a_prefix_cannot_be_forged() {
        for line in [
            "%5F%5FHost-sid=evil",
            "=__Host-sid=evil",
            "\u{a0}__Host-sid=evil",
            "__host-sid=evil",
            "\u{2003}__Host-sid=evil",
        ] {
            let line = format!("{line}; __Host-sid=good");
            assert_eq!(
                find(&sent(&[line.as_bytes()]), "__Host-sid"),
                Some("good"),
                "{line}"
            );
        }
    }

    #[test]
    fn a_bad_pair_does_not_lose_its_neighbours() {
        let headers = sent(&[
            b"a=\xff; \xff=b; c=d\te; f\tg=h; good=1",
            b"nonsense",
            b"better=2",
        ]);
        assert_eq!(
            pairs(&headers).collect::<Vec<_>>(),
            [("good", "1"), ("better", "2")]
        );
        assert_eq!(find(&sent(&[b"a=\xff; a=1"]), "a"), Some("1"));
        assert_eq!(find(&headers, "f\tg"), None);
    }

    #[test]
    fn the_first_cookie_of_a_name_is_found() {
        let headers = sent(&[b"aa=0; a=1; a=2", b"a=3; b=4"]);
        assert_eq!(find(&headers, "a"), Some("1"));
        assert_eq!(find_all(&headers, "a").collect::<Vec<_>>(), ["1", "2", "3"]);
        assert_eq!(find(&headers, "b"), Some("4"));
        for absent in ["A", "", "c", "a=1", "a=", "a ", " a", "a;", "\u{1}"] {
            assert_eq!(find(&headers, absent), None, "{absent:?}");
        }
        assert_eq!(find(&HeaderMap::new(), "a"), None);
    }
}
