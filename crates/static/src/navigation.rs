//! Is it a person who goes to a page, or a page that loads a part of itself?

use http::HeaderMap;
use plywood_header::accept;

/// Whether `path` may be one of a single-page app: the last segment has no extension. For a stylesheet that is missing, a page under status 200
/// would be a lie that caches keep.
pub(crate) fn may_lead_to(path: &str) -> bool {
    let last = path.rsplit('/').next().unwrap_or(path);
    !last.contains('.')
}

/// Whether a GET or HEAD for such a path is a navigation: it asks for HTML by name. `*/*` of a script or an image is no wish for a page.
pub(crate) fn is_one(headers: &HeaderMap) -> bool {
    // Of two that `*/*` likes as much the first is taken, so that the second wins by its name alone.
    let offers = ["application/octet-stream", "text/html"];
    accept::best(headers, &offers) == Some("text/html")
}

#[cfg(test)]
mod tests {
    use http::{HeaderValue, header::ACCEPT};

    use super::*;

    const BROWSER: &str =
        "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";

    #[test]
    fn only_who_asks_for_a_page_by_name_gets_one() {
        for (path, accept, expected) in [
            ("/", Some(BROWSER), true),
            ("/users/7", Some(BROWSER), true),
            ("/users/7/", Some(BROWSER), true),
            ("/v1.2/notes", Some(BROWSER), true),
            ("/users/7", Some("text/html"), true),
            ("/app.css", Some(BROWSER), false),
            ("/users/7.json", Some(BROWSER), false),
            ("/users/7", None, false),
            ("/users/7", Some("*/*"), false),
            ("/users/7", Some("text/*"), true),
            ("/users/7", Some("application/json, text/plain, */*"), false),
            ("/users/7", Some("text/html;q=0, */*"), false),
            ("/users/7", Some("text/css,*/*;q=0.1"), false),
            ("/users/7", Some("image/avif,image/webp,*/*"), false),
        ] {
            let mut headers = HeaderMap::new();
            if let Some(accept) = accept {
                headers.insert(ACCEPT, HeaderValue::from_static(accept));
            }
            let is_navigation = may_lead_to(path) && is_one(&headers);
            assert_eq!(is_navigation, expected, "{path} {accept:?}");
        }
    }
}
