//! Which paths a dictionary is for.

use std::fmt;

/// A path with wildcards. It is data, and never a regular expression: matching costs one pass for each `*`.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Box<str>);

impl Pattern {
    /// # Panics
    ///
    /// When `text` is no pattern.
    pub(crate) fn new(text: &str) -> Self {
        // What else means something in a URL pattern, or ends a string of structured fields.
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b":(){}+?#\\\"%".contains(&byte);
        assert!(
            text.starts_with('/') && text.bytes().all(is_plain),
            "a pattern is a path with `*`, such as /page/*, and not {text:?}"
        );
        Self(text.into())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    pub(crate) fn covers(&self, path: &str) -> bool {
        let mut pieces = self.0.split('*');
        let first = pieces.next().unwrap_or_default();
        let Some(mut rest) = path.strip_prefix(first) else {
            return false;
        };
        let Some(last) = pieces.next_back() else {
            return rest.is_empty();
        };
        // The earliest place for each piece leaves the most for those after it.
        for piece in pieces {
            let Some(at) = rest.find(piece) else {
                return false;
            };
            rest = &rest[at + piece.len()..];
        }
        rest.ends_with(last)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;

    #[test]
    fn a_star_stands_for_any_characters() {
        for (pattern, path, expected) in [
            ("/page/*", "/page/1", true),
            ("/page/*", "/page/", true),
            ("/page/*", "/page/a/b", true),
            ("/page/*", "/page", false),
            ("/page/*", "/pages/1", false),
            ("/app-*.js", "/app-17.js", true),
            ("/app-*.js", "/app-.js", true),
            ("/app-*.js", "/app.js", false),
            ("/app-*.js", "/app-17.css", false),
            ("/a*a", "/a", false),
            ("/a*a", "/aa", true),
            ("/*/x/*/y", "/1/x/2/y", true),
            ("/*/x/*/y", "/1/x/2/z", false),
            ("/*x*x", "/x", false),
            ("/one", "/one", true),
            ("/one", "/one/two", false),
            ("/*", "/", true),
        ] {
            assert_eq!(
                Pattern::new(pattern).covers(path),
                expected,
                "{pattern} {path}"
            );
        }
    }

    #[test]
    fn what_a_browser_would_read_otherwise_is_no_pattern() {
        for text in [
            "",
            "page/*",
            "/:id",
            "/(a|b)",
            "/a{b}",
            "/a?",
            "/a+",
            "/é",
            "/a b",
            "/\"",
            "/%2f",
            "https://a/",
        ] {
            assert!(catch_unwind(|| Pattern::new(text)).is_err(), "{text:?}");
        }
    }
}
