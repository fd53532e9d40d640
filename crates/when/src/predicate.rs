use http::{Uri, request};
use plywood_core::{Path, path};

/// Is the request's path at or below `prefix`? `/admin` is true of `/admin`, `/admin/` and `/admin/users`, and never of `/administrator`.
///
/// `prefix` is a decoded path. It is relative to the mount in which the layer stands. A path that cannot be read in one way only is taken to be
/// inside.
///
/// # Panics
///
/// When no path can have the prefix: it would be true of nothing, silently.
pub fn at(prefix: &str) -> impl Fn(&request::Parts) -> bool + Clone + Send + Sync + use<> {
    let readable = path::encode(prefix)
        .parse::<Uri>()
        .is_ok_and(|uri| Path::read(&uri).is_ok_and(|read| read.as_str() == prefix));
    assert!(
        readable,
        "invalid prefix {prefix:?}: it must be a decoded path that begins with a slash, such as \"/admin\""
    );
    let prefix: Box<str> = prefix.into();
    move |head| Path::read(&head.uri).map_or(true, |path| path.below(&prefix).is_some())
}

#[cfg(test)]
mod tests {
    use http::Request;

    use super::*;

    #[test]
    fn a_path_is_at_a_prefix_however_it_is_spelled() {
        let at = at("/admin");
        for (target, expected) in [
            ("/admin", true),
            ("/admin/", true),
            ("/admin?x", true),
            ("//admin//users", true),
            ("/%61dmin/users", true),
            ("/administrator", false),
            ("/ADMIN", false),
            ("/", false),
            // The guard is to see what is doubtful.
            ("/x/../admin", true),
            ("/x%2fadmin", true),
            ("*", true),
        ] {
            let (head, ()) = Request::get(target).body(()).unwrap().into_parts();
            assert_eq!(at(&head), expected, "{target}");
        }
    }

    #[test]
    fn a_prefix_that_is_true_of_nothing_does_not_build() {
        for prefix in ["", "admin", "/a//b", "/../a", "/a\n"] {
            let built = std::panic::catch_unwind(|| drop(at(prefix)));
            assert!(built.is_err(), "{prefix:?}");
        }
    }
}
