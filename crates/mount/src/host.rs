//! Which host a request is for.

use std::borrow::Cow;

use http::{HeaderMap, Uri, header::HOST};

use crate::place::{canonical, split_port};

/// The host that a request names, with its port if that is named too, as [`Place`](crate::place::Place)s have it: in the target, or else in
/// the one `Host` field ([RFC 9110 §7.2](https://www.rfc-editor.org/rfc/rfc9110#section-7.2)).
pub(crate) fn of<'request>(
    uri: &'request Uri,
    headers: &'request HeaderMap,
) -> Option<Cow<'request, str>> {
    let host = if let Some(authority) = uri.authority() {
        authority.as_str()
    } else {
        let mut lines = headers.get_all(HOST).iter();
        let (Some(line), None) = (lines.next(), lines.next()) else {
            return None;
        };
        line.to_str().ok()?
    };
    (!host.contains('@')).then(|| canonical(host))
}

/// The host itself, then without its port.
pub(crate) fn candidates(host: &str) -> impl Iterator<Item = &str> {
    let (name, port) = split_port(host);
    [(!port.is_empty()).then_some(host), Some(name)]
        .into_iter()
        .flatten()
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    fn host(uri: &str, lines: &[&str]) -> Option<String> {
        let mut request = Request::get(uri);
        for line in lines {
            request = request.header(HOST, *line);
        }
        let (head, ()) = request.body(()).unwrap().into_parts();
        of(&head.uri, &head.headers).map(Cow::into_owned)
    }

    #[test]
    fn the_target_is_believed_before_the_field_and_two_fields_are_none() {
        for (uri, lines, expected) in [
            ("/", &["Example.com"][..], Some("example.com")),
            ("/", &["example.com.:80"], Some("example.com:80")),
            ("http://a.example/", &["b.example"], Some("a.example")),
            ("/", &["[::1]:80"], Some("[::1]:80")),
            ("/", &[], None),
            ("/", &["a", "b"], None),
            ("/", &["me@a"], None),
        ] {
            assert_eq!(host(uri, lines).as_deref(), expected, "{uri} {lines:?}");
        }
    }

    #[test]
    fn a_port_is_compared_first() {
        assert!(candidates("a:80").eq(["a:80", "a"]));
        assert!(candidates("a").eq(["a"]));
        assert!(candidates("[::1]").eq(["[::1]"]));
    }
}
