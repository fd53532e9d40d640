//! Places on this site: is `next=` of a login form safe to redirect to?
//!
//! A relative reference may still leave the site: `//evil.example` names another host, browsers read `\` as `/`, and they
//! drop tabs and line breaks before they look. [RFC 3986 §4.2](https://www.rfc-editor.org/rfc/rfc3986#section-4.2),
//! [URL Standard](https://url.spec.whatwg.org/#url-parsing)

/// `text` itself if it is a path on this site, perhaps with a query and a fragment; else `None`.
///
/// It starts with one `/`. Its path has no `//`, also further in, because a server that resolves the dot segments of
/// `/.//evil.example` is left with two slashes in front. Nowhere is there a backslash, a space, a control character or anything beyond ASCII.
/// Percent-encoding is left as it is: browsers do not decode it before they choose the host.
///
/// ```
/// use plywood_header::local_reference::local;
///
/// assert_eq!(local("/inbox?page=2"), Some("/inbox?page=2"));
/// assert_eq!(local("//evil.example/"), None);
/// assert_eq!(local("/\\evil.example/"), None);
/// assert_eq!(local("https://evil.example/"), None);
/// ```
pub fn local(text: &str) -> Option<&str> {
    let plain = text
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let path = text.split(['?', '#']).next().unwrap_or(text);
    (plain && path.starts_with('/') && !path.contains("//")).then_some(text)
}
