//! `Cookie` and `Set-Cookie`.
//!
//! [RFC 6265](https://www.rfc-editor.org/rfc/rfc6265), and where it is stricter its successor,
//! [draft-ietf-httpbis-rfc6265bis](https://datatracker.ietf.org/doc/draft-ietf-httpbis-rfc6265bis/).

mod set;

use http::{HeaderMap, header::COOKIE};

pub use self::set::{CookieError, CookieErrorKind, MAX_ATTRIBUTE, MAX_PAIR, SameSite, SetCookie};
use crate::grammar::trim;

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
    // The name is compared before anything is checked: most cookies of a request are someone else's.
    raw_pairs(headers).filter_map(move |(sent, value)| {
        if sent != name.as_bytes() {
            return None;
        }
        text(sent)?;
        text(value)
    })
}

fn raw_pairs(headers: &HeaderMap) -> impl Iterator<Item = (&[u8], &[u8])> {
    let lines = headers.get_all(COOKIE).iter();
    let pieces = lines.flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pieces.filter_map(|piece| {
        let equals = piece.iter().position(|byte| *byte == b'=')?;
        let name = trim(&piece[..equals]);
        (!name.is_empty()).then(|| (name, trim(&piece[equals + 1..])))
    })
}

fn text(bytes: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(bytes).ok()?;
    (!bytes.iter().any(u8::is_ascii_control)).then_some(text)
}
