use http::Uri;
use plywood_core::path::{Malformed, Path, encode};

/// The part of a site in which a layer acts: at and below some prefixes, or everywhere while none is named.
#[derive(Clone, Debug, Default)]
pub(crate) struct Area(Vec<Box<str>>);

impl Area {
    /// Adds what is at or below `path`.
    pub(crate) fn add(&mut self, path: &str) {
        self.0.push(prefix(path).into());
    }

    /// Is the request inside? The path is read only if the answer depends on it.
    pub(crate) fn holds(&self, uri: &Uri) -> Result<bool, Malformed> {
        if self.0.is_empty() {
            return Ok(true);
        }
        let path = Path::read(uri)?;
        Ok(self.nearest(&path).is_some())
    }

    /// The length of the longest prefix that the path is at or below.
    pub(crate) fn nearest(&self, path: &Path<'_>) -> Option<usize> {
        self.0
            .iter()
            .filter(|prefix| path.below(prefix).is_some())
            .map(|prefix| prefix.len())
            .max()
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// The prefix that `path` is, without a slash at its end.
///
/// One that no path can have would guard nothing, silently: it is refused here, while the program starts.
pub(crate) fn prefix(path: &str) -> &str {
    let readable = encode(path)
        .parse()
        .is_ok_and(|uri| Path::read(&uri).is_ok_and(|read| read.as_str() == path));
    assert!(
        readable,
        "invalid prefix {path:?}: it must be a decoded path that begins with a slash, such as \"/admin\""
    );
    path.trim_end_matches('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(prefixes: &[&str], target: &str) -> Result<bool, Malformed> {
        let mut area = Area::default();
        for prefix in prefixes {
            area.add(prefix);
        }
        area.holds(&target.parse().unwrap())
    }

    #[test]
    fn an_area_ends_at_a_segment_and_reads_the_path_as_everybody_does() {
        for (target, expected) in [
            ("/admin", Ok(true)),
            ("/admin/", Ok(true)),
            ("/admin/secret.txt", Ok(true)),
            ("//admin", Ok(true)),
            ("///admin//secret.txt", Ok(true)),
            ("/%61dmin/secret.txt", Ok(true)),
            ("/%61%64%6d%69%6E/secret.txt", Ok(true)),
            ("http://127.0.0.1/admin/secret.txt", Ok(true)),
            ("/admin/secret.txt::$DATA", Ok(true)),
            ("/administrator", Ok(false)),
            ("/admin;/secret.txt", Ok(false)),
            ("/admin%20/secret.txt", Ok(false)),
            ("/admin%252fsecret.txt", Ok(false)),
            ("/ADMIN/secret.txt", Ok(false)),
            ("/", Ok(false)),
            ("/x/../admin", Err(Malformed::DotSegment)),
            ("/x/%2e%2e/admin", Err(Malformed::DotSegment)),
            ("/./admin", Err(Malformed::DotSegment)),
            ("/admin%2fsecret.txt", Err(Malformed::EncodedSeparator)),
            ("/admin%5csecret.txt", Err(Malformed::EncodedSeparator)),
            ("/%2e%2fadmin/secret.txt", Err(Malformed::EncodedSeparator)),
            ("/admin%00/secret.txt", Err(Malformed::ControlCharacter)),
            ("/%c0%ae%c0%ae/admin", Err(Malformed::NotUtf8)),
            ("*", Err(Malformed::NoPath)),
        ] {
            assert_eq!(holds(&["/admin"], target), expected, "{target}");
        }
    }

    #[test]
    fn without_a_prefix_everything_is_inside_however_it_is_spelled() {
        for target in ["/", "/x/../admin", "*", "/%"] {
            assert_eq!(holds(&[], target), Ok(true), "{target}");
        }
    }

    #[test]
    fn one_of_several_prefixes_is_enough() {
        assert_eq!(holds(&["/a", "/b/"], "/b"), Ok(true));
        assert_eq!(holds(&["/a", "/b/"], "/c"), Ok(false));
        assert_eq!(holds(&["/"], "/c"), Ok(true));
    }

    #[test]
    fn a_prefix_that_guards_nothing_does_not_build() {
        for prefix in [
            "",
            "admin",
            "//admin",
            "/a//b",
            "/../admin",
            "/a\\b",
            "/a\n",
        ] {
            let built = std::panic::catch_unwind(|| Area::default().add(prefix));
            assert!(built.is_err(), "{prefix:?}");
        }
        for prefix in ["/", "/admin", "/admin/", "/café au lait", "/100%"] {
            Area::default().add(prefix);
        }
    }
}
