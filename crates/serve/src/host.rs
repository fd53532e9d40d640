//! Which host is meant: the first thing on which servers in a row must agree.

use http::{HeaderMap, Version, header::HOST};

/// Does a request over HTTP/1 name the host as it must ([RFC 9112 §3.2])? HTTP/1.0 need not.
///
/// Of two lines a proxy may have read the one and an app may read the other, and a name with other characters than names have ends up in
/// links and logs.
///
/// [RFC 9112 §3.2]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
pub(crate) fn is_clear(version: Version, headers: &HeaderMap) -> bool {
    let mut lines = headers.get_all(HOST).iter();
    match (lines.next(), lines.next()) {
        (Some(host), None) => host.as_bytes().iter().copied().all(is_in_authority),
        (None, _) => version < Version::HTTP_11,
        (Some(_), Some(_)) => false,
    }
}

/// What `uri-host [":" port]` is made of ([RFC 3986 §3.2.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2.2)).
const fn is_in_authority(byte: u8) -> bool {
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
                | b'%'
                | b':'
                | b'['
                | b']'
        )
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn one_host_is_named_and_it_can_be_one() {
        for (lines, expected) in [
            (&["example.com"][..], true),
            (&["example.com:8000"], true),
            (&["127.0.0.1"], true),
            (&["[2001:db8::1]:80"], true),
            (&["xn--bcher-kva.example"], true),
            (&["b%C3%BCcher.example"], true),
            (&[""], true),
            (&[], false),
            (&["a", "a"], false),
            (&["a", ""], false),
            (&["a b"], false),
            (&["a/b"], false),
            (&["a?b"], false),
            (&["a#b"], false),
            (&["a\\b"], false),
            (&["me@a"], false),
            (&["a\""], false),
            (&["<a>"], false),
            (&["bücher.example"], false),
        ] {
            let lines = lines
                .iter()
                .map(|line| (HOST, HeaderValue::from_bytes(line.as_bytes()).unwrap()));
            let headers: HeaderMap = lines.collect();
            let old = expected || headers.is_empty();
            assert_eq!(
                is_clear(Version::HTTP_11, &headers),
                expected,
                "{headers:?}"
            );
            assert_eq!(is_clear(Version::HTTP_10, &headers), old, "{headers:?}");
        }
    }
}
