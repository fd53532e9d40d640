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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_on_this_site_is_let_through_as_it_is() {
        for text in [
            "/",
            "/a",
            "/a/b/",
            "/a?next=https://other.example//x",
            "/a#//b",
            "/a:b",
            "/@b",
            "/a%20b?c=%2F%2F",
            "/%2F%2Fevil.example",
            "/%5Cevil.example",
            "/a/../b",
            "/~ada",
            "/?",
            "/;a=b",
        ] {
            assert_eq!(local(text), Some(text));
        }
    }

    #[test]
    fn anything_that_may_leave_the_site_is_refused() {
        for text in [
            "",
            "a",
            "a/b",
            "?a",
            "#a",
            ".",
            "../a",
            "//evil.example",
            "///evil.example",
            "//evil.example/..",
            "/\\evil.example",
            "\\/evil.example",
            "\\\\evil.example",
            "/a\\b",
            "/\t/evil.example",
            "/\n/evil.example",
            "/\r\n/evil.example",
            " /a",
            "/a ",
            "/ /evil.example",
            "\t/a",
            "\u{1}//evil.example",
            "/\u{0}/evil.example",
            "/\u{7f}",
            "/é",
            "/\u{a0}/evil.example",
            "/a?é",
            "/\u{ff0f}evil.example",
            "/.//evil.example",
            "/..//evil.example",
            "/%2e//evil.example",
            "/a//b",
            "https://evil.example/",
            "https:/evil.example",
            "https:evil.example",
            "javascript:alert(1)",
            "JaVaScRiPt://%0aalert(1)",
            "data:text/html,x",
            "/a\r\nSet-Cookie: a=b",
        ] {
            assert_eq!(local(text), None, "{text:?}");
        }
    }
}
