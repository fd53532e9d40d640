//! The one reading of the host that a request is for.
//!
//! What stands by host (mounts, rules of a dispatcher) reads it through [`of`], so that no two of them disagree about whose request it is.

use std::borrow::Cow;

use http::{HeaderMap, Uri, header::HOST};

/// The host that a request names, with its port if that is named too: in the target, or else in the one `Host` field
/// ([RFC 9110 §7.2](https://www.rfc-editor.org/rfc/rfc9110#section-7.2)). It is [canonical].
///
/// `None` without a host, with several `Host` fields, with one that is not ASCII, and where a user's name stands in front: others are known
/// to read those in several ways.
///
/// ```
/// use http::{HeaderMap, Uri, header::HOST};
/// use plywood_core::host;
///
/// let mut headers = HeaderMap::new();
/// headers.insert(HOST, "Example.com.:8080".parse().unwrap());
/// assert_eq!(host::of(&Uri::from_static("/"), &headers).unwrap(), "example.com:8080");
/// headers.append(HOST, "other.example".parse().unwrap());
/// assert_eq!(host::of(&Uri::from_static("/"), &headers), None);
/// ```
pub fn of<'request>(
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

/// A host as it is compared: in lower case, without the dot that stands for the root of all names.
///
/// ```
/// assert_eq!(plywood_core::host::canonical("Example.com.:80"), "example.com:80");
/// ```
#[must_use]
pub fn canonical(host: &str) -> Cow<'_, str> {
    let (name, port) = split_port(host);
    let bare = name.strip_suffix('.').unwrap_or(name);
    if bare.len() == name.len() && !host.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(host);
    }
    Cow::Owned([bare, port].concat().to_ascii_lowercase())
}

/// The host's name or address, and `:port` if there is one.
///
/// ```
/// assert_eq!(plywood_core::host::split_port("[::1]:80"), ("[::1]", ":80"));
/// ```
#[must_use]
pub fn split_port(host: &str) -> (&str, &str) {
    match host.rfind(':') {
        Some(at) if host[at + 1..].bytes().all(|byte| byte.is_ascii_digit()) => host.split_at(at),
        _ => (host, ""),
    }
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
}
