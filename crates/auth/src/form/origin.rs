//! Was this POST made by a page of this site?
//!
//! Signing somebody in or out across sites is an attack too: the victim then works in the attacker's account. Browsers say where a
//! request comes from, and no page can make them lie ([Fetch Metadata], [RFC 6454 §7]).
//!
//! [Fetch Metadata]: https://www.w3.org/TR/fetch-metadata/#sec-fetch-site-header
//! [RFC 6454 §7]: https://www.rfc-editor.org/rfc/rfc6454#section-7

use http::{
    HeaderMap, Uri,
    header::{HOST, ORIGIN},
};

/// `Sec-Fetch-Site` decides where it is sent. Else `Origin` must name the host that was asked. Without both it is no browser of
/// today that asks, and there is no cookie to abuse: that passes.
pub(super) fn is_foreign(headers: &HeaderMap, uri: &Uri) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return !matches!(site.as_bytes(), b"same-origin" | b"none");
    }
    let Some(origin) = headers.get(ORIGIN) else {
        return false;
    };
    let host = uri
        .authority()
        .map(|authority| authority.as_str().as_bytes())
        .or_else(|| headers.get(HOST).map(http::HeaderValue::as_bytes));
    let origin = origin.as_bytes();
    let named = origin
        .strip_prefix(b"https://")
        .or_else(|| origin.strip_prefix(b"http://"));
    match (named, host) {
        (Some(named), Some(host)) => !named.eq_ignore_ascii_case(host),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_foreign_with(fields: &[(&'static str, &'static str)], target: &'static str) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in fields {
            headers.append(*name, value.parse().unwrap());
        }
        is_foreign(&headers, &Uri::from_static(target))
    }

    #[test]
    fn the_browser_says_where_a_post_comes_from() {
        for (site, foreign) in [
            ("same-origin", false),
            ("none", false),
            ("same-site", true),
            ("cross-site", true),
            ("", true),
            ("Same-Origin", true),
        ] {
            let fields = [
                ("sec-fetch-site", site),
                ("host", "a.example"),
                ("origin", "https://a.example"),
            ];
            assert_eq!(is_foreign_with(&fields, "/login"), foreign, "{site}");
        }
    }

    #[test]
    fn an_older_browser_says_it_by_its_origin() {
        for (origin, foreign) in [
            ("https://a.example", false),
            ("http://a.example", false),
            ("https://A.EXAMPLE", false),
            ("https://a.example:8443", true),
            ("https://evil.example", true),
            ("https://a.example.evil.example", true),
            ("https://evil.example/a.example", true),
            ("null", true),
            ("", true),
            ("a.example", true),
            ("file://", true),
        ] {
            let fields = [("host", "a.example"), ("origin", origin)];
            assert_eq!(is_foreign_with(&fields, "/login"), foreign, "{origin}");
            let fields = [("origin", origin)];
            let target = "https://a.example/login";
            assert_eq!(is_foreign_with(&fields, target), foreign, "{origin}");
        }
        assert!(is_foreign_with(&[("origin", "https://")], "/login"));
    }

    #[test]
    fn a_client_that_says_neither_is_no_browser() {
        assert!(!is_foreign_with(&[("host", "a.example")], "/login"));
    }
}
