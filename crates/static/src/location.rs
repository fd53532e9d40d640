//! Where a redirect leads.

use std::fmt::Write;

/// A directory's path, which is encoded and begins with a slash, with a slash at its end and the query that was sent.
///
/// What a query may not hold is percent-encoded; servers and clients let it through, and a `Location` must be a URI reference.
pub(crate) fn of_directory(path: String, query: Option<&str>) -> String {
    let mut location = path;
    if !location.ends_with('/') {
        location.push('/');
    }
    let Some(query) = query else { return location };
    location.push('?');
    let mut rest = query.as_bytes();
    while let [byte, after @ ..] = rest {
        let is_escape =
            matches!(after, [a, b, ..] if a.is_ascii_hexdigit() && b.is_ascii_hexdigit());
        if is_in_query(*byte) || (*byte == b'%' && is_escape) {
            location.push(char::from(*byte));
        } else {
            write!(location, "%{byte:02X}").expect("writing to a string does not fail");
        }
        rest = after;
    }
    location
}

/// `query` of RFC 3986 §3.4, but for escapes.
const fn is_in_query(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.'
                | b'_'
                | b'~'
                | b'!'
                | b'$'
                | b'&'
                | b'\''
                | b'('
                | b')'
                | b'*'
                | b'+'
                | b','
                | b';'
                | b'='
                | b':'
                | b'@'
                | b'/'
                | b'?'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_query_is_kept_as_far_as_a_location_can_hold_it() {
        for (query, expected) in [
            (None, "/a/"),
            (Some(""), "/a/?"),
            (Some("a=1&b=%20;c=/?@"), "/a/?a=1&b=%20;c=/?@"),
            (Some("100%"), "/a/?100%25"),
            (Some("%zz"), "/a/?%25zz"),
            (Some("\"<é>\\"), "/a/?%22%3C%C3%A9%3E%5C"),
        ] {
            assert_eq!(of_directory("/a".to_owned(), query), expected, "{query:?}");
        }
        assert_eq!(of_directory("/".to_owned(), None), "/");
    }
}
