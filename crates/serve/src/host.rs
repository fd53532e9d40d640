//! Which host is meant: the first thing on which servers in a row must agree.

use http::{HeaderMap, HeaderValue, Uri, Version, header::HOST};

/// Does a request name one host, as it must over HTTP/1.1 ([RFC 9112 §3.2]), and one that can be? HTTP/1.0 need not, nor HTTP/2.
///
/// Of two that differ a proxy may have read the one and an app may read the other, and a name with other characters than names have ends up in
/// links and logs. Where the target of an HTTP/1 request has a host, the field is replaced by it ([§3.2.2]): then everybody reads the same.
///
/// [RFC 9112 §3.2]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2
/// [§3.2.2]: https://www.rfc-editor.org/rfc/rfc9112#section-3.2.2
pub(crate) fn settle(version: Version, uri: &Uri, headers: &mut HeaderMap) -> bool {
    let can_be = |host: &[u8]| host.iter().copied().all(is_in_authority);
    let mut lines = headers.get_all(HOST).iter();
    let (line, is_sole) = (lines.next(), lines.next().is_none());
    if !is_sole || line.is_some_and(|line| !can_be(line.as_bytes())) {
        return false;
    }
    let Some(target) = uri.authority() else {
        return line.is_some() || version != Version::HTTP_11;
    };
    if !can_be(target.as_str().as_bytes()) {
        return false;
    }
    let Some(line) = line else {
        return version != Version::HTTP_11;
    };
    if line
        .as_bytes()
        .eq_ignore_ascii_case(target.as_str().as_bytes())
    {
        return true;
    }
    // In HTTP/2 the field is no leftover of an older form, and two that differ are malformed (RFC 9113 §8.3.1).
    let replaces = version < Version::HTTP_2;
    if replaces && let Ok(host) = HeaderValue::from_str(target.as_str()) {
        headers.insert(HOST, host);
    }
    replaces
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
            let mut headers: HeaderMap = lines.collect();
            let old = expected || headers.is_empty();
            for (version, expected) in [
                (Version::HTTP_11, expected),
                (Version::HTTP_10, old),
                (Version::HTTP_2, old),
            ] {
                let settled = settle(version, &Uri::from_static("/"), &mut headers);
                assert_eq!(settled, expected, "{version:?} {headers:?}");
            }
        }
    }

    #[test]
    fn a_target_with_a_host_is_what_everybody_reads() {
        for (version, target, line, expected) in [
            (Version::HTTP_11, "http://x/", "x", Some("x")),
            (Version::HTTP_11, "http://x/", "X", Some("X")),
            (Version::HTTP_11, "http://x/", "y", Some("x")),
            (Version::HTTP_11, "http://x/", "", Some("x")),
            (Version::HTTP_10, "http://x:81/", "x", Some("x:81")),
            (Version::HTTP_11, "http://me@x/", "x", None),
            (Version::HTTP_2, "http://x/", "x", Some("x")),
            (Version::HTTP_2, "http://x/", "y", None),
            (Version::HTTP_2, "http://x/", "x:81", None),
            (Version::HTTP_2, "http://me@x/", "me@x", None),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(HOST, HeaderValue::from_static(line));
            let settled = settle(version, &Uri::from_static(target), &mut headers);
            assert_eq!(settled, expected.is_some(), "{version:?} {target} {line}");
            if let Some(host) = expected {
                assert_eq!(headers[HOST], host, "{version:?} {target} {line}");
            }
        }
    }
}
