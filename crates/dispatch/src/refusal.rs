use std::{error::Error, fmt};

use http::{HeaderValue, Method, Response, StatusCode, header};
use plywood_core::{Body, path::Malformed, refuse};

use crate::Allow;

/// Why [`Dispatch`](crate::Dispatch) answered by itself. It travels as the [`Failure`](plywood_core::Failure) of its response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Refusal {
    /// No rule and no mount matches the path: `404`.
    NotFound,
    /// No rule for the path takes the method: `405`.
    MethodNotAllowed,
    /// The rules for the path are for websockets, and the request is none; or the other way round: `400`.
    WebsocketMismatch,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotFound => "no rule matches the path",
            Self::MethodNotAllowed => "no rule for the path takes the method",
            Self::WebsocketMismatch => {
                "the rules for the path are for websockets, or the request is"
            }
        })
    }
}

impl Error for Refusal {}

/// `404 Not Found`, empty: what it looks like is for others to say.
pub(crate) fn not_found() -> Response<Body> {
    refuse(StatusCode::NOT_FOUND, Refusal::NotFound)
}

/// A path that cannot be read in one way only.
pub(crate) fn malformed(reason: Malformed) -> Response<Body> {
    refuse(reason.status(), reason)
}

/// The answer where no rule takes the method. OPTIONS is a question about the methods, so that every path can be asked it
/// ([RFC 9110 §9.3.7](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.7)).
pub(crate) fn other_method(method: &Method, allow: &Allow) -> Response<Body> {
    let mut response = if method == Method::OPTIONS {
        no_content()
    } else {
        refuse(StatusCode::METHOD_NOT_ALLOWED, Refusal::MethodNotAllowed)
    };
    response
        .headers_mut()
        .insert(header::ALLOW, allow.header_value());
    response
}

/// `400 Bad Request`: the kind of request is wrong.
pub(crate) fn no_websocket() -> Response<Body> {
    refuse(StatusCode::BAD_REQUEST, Refusal::WebsocketMismatch)
}

/// `204 No Content`.
pub(crate) fn no_content() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

/// Sends the client elsewhere, with the same method and body ([RFC 9110 §15.4.9](https://www.rfc-editor.org/rfc/rfc9110#section-15.4.9)).
pub(crate) fn redirect(location: HeaderValue) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, location);
    response
}
