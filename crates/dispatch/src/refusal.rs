use std::{error::Error, fmt};

use http::{Method, Response, StatusCode, Uri, header};
use plywood_core::{Body, Failure, Mount, path::Malformed};

use crate::Allow;

/// Why [`Dispatch`](crate::Dispatch) answered by itself. It travels as the [`Failure`] of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No rule and no mount matches the path: `404`.
    NotFound,
    /// No rule for the path takes the method: `405`.
    MethodNotAllowed,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no rule matches the path",
            Self::MethodNotAllowed => "no rule for the path takes the method",
        })
    }
}

impl Error for Refusal {}

/// `404 Not Found`, empty: what it looks like is for others to say.
pub(crate) fn not_found() -> Response<Body> {
    refuse(StatusCode::NOT_FOUND, Failure::new(Refusal::NotFound))
}

/// A path that cannot be read in one way only.
pub(crate) fn malformed(reason: Malformed) -> Response<Body> {
    refuse(reason.status(), Failure::new(reason))
}

/// The answer where no rule takes the method. OPTIONS is a question about the methods, so that every path can be asked it
/// ([RFC 9110 §9.3.7](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7)).
pub(crate) fn other_method(method: &Method, mut allow: Allow) -> Response<Body> {
    allow.extend(&[Method::OPTIONS]);
    let mut response = if method == Method::OPTIONS {
        no_content()
    } else {
        refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            Failure::new(Refusal::MethodNotAllowed),
        )
    };
    response
        .headers_mut()
        .insert(header::ALLOW, allow.header_value());
    response
}

/// `204 No Content`.
pub(crate) fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Sends the client to a path, below the same mount and with the same query, with the same method and body
/// ([RFC 9110 §15.4.9](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.9)).
///
pub(crate) fn redirect(mount: &Mount, path: &str, uri: &Uri) -> Response<Body> {
    let location = mount.location(path, uri.query());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, location);
    response
}

fn refuse(status: StatusCode, reason: Failure) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response.extensions_mut().insert(reason);
    response
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use plywood_core::Path;

    proptest! {
        #[test]
        fn a_redirect_never_panics_and_never_leaves_the_host(raw in "/[!-~é]{0,30}") {
            if let Ok(uri) = raw.parse::<Uri>()
                && let Ok(path) = Path::read(&uri)
            {
                let response = redirect(&Mount::default(), path.as_str(), &uri);
                let location = response.headers()[header::LOCATION].as_bytes();
                prop_assert!(location.starts_with(b"/"));
                prop_assert!(!location.starts_with(b"//") && !location.starts_with(b"/\\"));
            }
        }
    }
}
