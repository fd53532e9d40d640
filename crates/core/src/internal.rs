//! Requests that a site makes to itself, while it answers another one.

use http::{HeaderMap, HeaderName, Method, Request, header};

use crate::{Body, Witness};

/// A request by `GET` for the same target, as the same visitor: with the fields and extensions of `request`, but for those of its body, of
/// conditions, ranges and codings, and without its [`Witness`], who would take the inner request's rule for that of the outer one.
///
/// Whoever makes it gives it the target that it is for.
///
/// ```
/// use http::{Method, Request};
/// use plywood_core::internal;
///
/// let outer = Request::post("/order").header("cookie", "sid=4f2a").header("content-length", "2");
/// let inner = internal::request(&outer.body("{}").unwrap());
/// assert_eq!(inner.method(), Method::GET);
/// assert_eq!(inner.headers()["cookie"], "sid=4f2a");
/// assert!(!inner.headers().contains_key("content-length"));
/// ```
pub fn request<B>(request: &Request<B>) -> Request<Body> {
    let mut internal = Request::new(Body::empty());
    *internal.method_mut() = Method::GET;
    *internal.version_mut() = request.version();
    *internal.uri_mut() = request.uri().clone();
    *internal.headers_mut() = fields(request.headers());
    *internal.extensions_mut() = request.extensions().clone();
    Witness::dismiss(&mut internal);
    internal
}

/// What is said of the visitor, and not of the body, the copy or the piece that he asked for.
fn fields(headers: &HeaderMap) -> HeaderMap {
    let fields = headers.iter().filter(|(name, _)| !is_of_the_exchange(name));
    fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn is_of_the_exchange(name: &HeaderName) -> bool {
    const NAMES: [HeaderName; 9] = [
        header::ACCEPT_ENCODING,
        header::CONNECTION,
        header::EXPECT,
        header::RANGE,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::HeaderName::from_static("keep-alive"),
    ];
    let name_text = name.as_str();
    name_text.starts_with("content-") || name_text.starts_with("if-") || NAMES.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_visitor_stays_and_his_exchange_goes() {
        let mut headers = HeaderMap::new();
        for name in ["cookie", "accept-language", "host", "authorization"] {
            headers.insert(name, "x".parse().unwrap());
        }
        let kept = headers.clone();
        for name in [
            "content-length",
            "content-type",
            "if-none-match",
            "range",
            "expect",
        ] {
            headers.insert(name, "x".parse().unwrap());
        }
        assert_eq!(fields(&headers), kept);
    }
}
