use std::sync::Arc;

use http::{
    HeaderValue, Request, Uri,
    uri::{InvalidUri, PathAndQuery},
};

use super::Carrier;
use crate::path::{self, Malformed, Path};

/// The part of the path that is consumed already, and the URI as it came (CGI's `SCRIPT_NAME`).
///
/// Left by dispatch when it hands a request to a service that is mounted below a prefix: the inner service sees the rest of the path
/// alone, and reads here where it stands. Whoever builds a URL (a redirect, a link, a cookie's path) reads it.
///
/// A request without a mount stands at the root; [`Mount::of`] then gives the default, whose prefix is empty.
///
/// ```
/// use http::Request;
/// use plywood_core::Mount;
///
/// let mut request = Request::get("/shop/cart?item=3").body(()).unwrap();
/// assert!(Mount::enter(&mut request, "/shop").unwrap());
/// assert_eq!(request.uri(), "/cart?item=3");
///
/// let mount = Mount::of(&request);
/// assert_eq!(mount.prefix(), "/shop");
/// assert_eq!(mount.absolute("/pay"), "/shop/pay");
/// assert_eq!(mount.original_uri(request.uri()), "/shop/cart?item=3");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mount(Option<Arc<Consumed>>);

#[derive(Debug, PartialEq, Eq)]
struct Consumed {
    prefix: String,
    original: Uri,
}

impl Mount {
    /// Where the request stands: the mount that was left in it, else the root.
    pub fn of(carrier: &impl Carrier) -> Self {
        carrier.extensions().get().cloned().unwrap_or_default()
    }

    /// The consumed part of the path, percent-encoded, without a slash at its end; empty at the root.
    pub fn prefix(&self) -> &str {
        self.0.as_ref().map_or("", |consumed| &consumed.prefix)
    }

    /// The request's URI before any mount was entered; `current` at the root.
    pub fn original_uri<'uri>(&'uri self, current: &'uri Uri) -> &'uri Uri {
        self.0
            .as_ref()
            .map_or(current, |consumed| &consumed.original)
    }

    /// The absolute path of `path`, which is relative to the mount and begins with a slash.
    pub fn absolute(&self, path: &str) -> String {
        [self.prefix(), path].concat()
    }

    /// The `Location` that leads to `path`, which is decoded text relative to the mount, with the query that a request was sent with.
    ///
    /// It is a reference within this site, whatever was sent: it begins with one slash, and what cannot stand in it is percent-encoded
    /// ([RFC 9110 §10.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-10.2.2)).
    ///
    /// ```
    /// use plywood_core::Mount;
    ///
    /// let location = Mount::default().location("/a b/", Some("q=<x>&r=%20"));
    /// assert_eq!(location, "/a%20b/?q=%3Cx%3E&r=%20");
    /// ```
    pub fn location(&self, path: &str, query: Option<&str>) -> HeaderValue {
        let path = path::encode(path.trim_start_matches('/'));
        let prefix = self.prefix();
        let location = match query {
            Some(query) => [prefix, "/", &path, "?", &path::encode_query(query)].concat(),
            None => [prefix, "/", &path].concat(),
        };
        HeaderValue::try_from(location).expect("what is encoded is visible ASCII")
    }

    /// Takes `prefix` off the request's path, if the path is at or below it, and leaves the new mount in the request.
    ///
    /// `prefix` is decoded text such as `/shop`; it ends at a segment's boundary ([`path::strip_prefix`]). The inner service sees the rest as
    /// [`Path`] read it, with the query kept; where nothing is left it sees `/`. Says whether the request was below the prefix.
    ///
    /// # Errors
    ///
    /// [`Malformed`] when the path cannot be read.
    pub fn enter<B>(request: &mut Request<B>, prefix: &str) -> Result<bool, Malformed> {
        let read = Path::read(request.uri())?;
        let Some(rest) = read.below(prefix) else {
            return Ok(false);
        };
        let target = rest_of(request.uri(), rest).map_err(|_| Malformed::BadEscape)?;
        let outer = Self::of(request);
        let consumed = Consumed {
            prefix: outer.absolute(&path::encode(prefix.trim_end_matches('/'))),
            original: outer.original_uri(request.uri()).clone(),
        };
        let mut parts = request.uri().clone().into_parts();
        parts.path_and_query = Some(target);
        *request.uri_mut() = Uri::from_parts(parts).expect("only the path has changed");
        request
            .extensions_mut()
            .insert(Self(Some(Arc::new(consumed))));
        Ok(true)
    }
}

/// The target that is left below a mount: `rest` is decoded, the query stays as it was sent.
fn rest_of(uri: &Uri, rest: &str) -> Result<PathAndQuery, InvalidUri> {
    let path = path::encode(if rest.is_empty() { "/" } else { rest });
    match uri.query() {
        Some(query) => PathAndQuery::try_from(format!("{path}?{query}")),
        None => PathAndQuery::try_from(&*path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn enter(target: &str, prefixes: &[&str]) -> (Request<()>, Vec<bool>) {
        let mut request = Request::get(target).body(()).unwrap();
        let entered = prefixes
            .iter()
            .map(|prefix| Mount::enter(&mut request, prefix).unwrap())
            .collect();
        (request, entered)
    }

    #[test]
    fn a_request_at_the_root_has_an_empty_mount() {
        let request = Request::get("/a").body(()).unwrap();
        let mount = Mount::of(&request);
        assert_eq!(mount.prefix(), "");
        assert_eq!(mount.absolute("/x"), "/x");
        assert_eq!(mount.original_uri(request.uri()), "/a");
    }

    #[test]
    fn a_location_stays_on_this_site_and_holds_what_a_reference_may() {
        let (request, _) = enter("/a%20b/c", &["/a b"]);
        let mount = Mount::of(&request);
        assert_eq!(mount.location("/d/", None), "/a%20b/d/");
        for (path, query, expected) in [
            ("/", None, "/"),
            ("/a/", Some(""), "/a/?"),
            ("//evil.example", None, "/evil.example"),
            ("/\\evil.example", None, "/%5Cevil.example"),
            ("/é?#%", None, "/%C3%A9%3F%23%25"),
            ("/a", Some("\"<é>\\"), "/a?%22%3C%C3%A9%3E%5C"),
        ] {
            assert_eq!(Mount::default().location(path, query), expected, "{path}");
        }
    }

    #[test]
    fn the_rest_keeps_its_query_and_its_slash() {
        for (target, rest) in [
            ("/foo", "/"),
            ("/foo/", "/"),
            ("/foo?q=%20", "/?q=%20"),
            ("/foo/bar/?q", "/bar/?q"),
            ("//foo//bar", "/bar"),
            ("/%66oo/a%20b", "/a%20b"),
            ("http://example.com/foo/bar", "http://example.com/bar"),
        ] {
            let (request, entered) = enter(target, &["/foo"]);
            assert_eq!(entered, [true], "{target}");
            assert_eq!(request.uri(), rest, "{target}");
        }
    }

    #[test]
    fn another_path_is_left_alone() {
        let (request, entered) = enter("/foobar", &["/foo"]);
        assert_eq!(entered, [false]);
        assert_eq!(request.uri(), "/foobar");
        assert_eq!(Mount::of(&request), Mount::default());
    }

    #[test]
    fn mounts_nest() {
        let (request, entered) = enter("/a/b b/c".replace(' ', "%20").as_str(), &["/a", "/b b/"]);
        assert_eq!(entered, [true, true]);
        let mount = Mount::of(&request);
        assert_eq!(mount.prefix(), "/a/b%20b");
        assert_eq!(mount.original_uri(request.uri()), "/a/b%20b/c");
        assert_eq!(request.uri(), "/c");
    }

    #[test]
    fn a_malformed_path_enters_nowhere() {
        let mut request = Request::get("/a/../b").body(()).unwrap();
        assert_eq!(Mount::enter(&mut request, "/a"), Err(Malformed::DotSegment));
    }
}
