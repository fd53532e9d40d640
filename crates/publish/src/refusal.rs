//! What is answered here, and why.

use std::{error::Error, fmt};

use http::{HeaderValue, Method, Response, StatusCode, header};
use plywood_core::{Body, refuse};

use crate::{Mismatch, Visit};

pub(crate) fn not_found() -> Response<Body> {
    refuse(
        StatusCode::NOT_FOUND,
        "nothing is published under this path",
    )
}

/// To the same path with a slash at its end, below the same mount, with the same query.
pub(crate) fn to_directory(visit: &Visit, path: &str) -> Response<Body> {
    let location = visit
        .mount()
        .location(&format!("{path}/"), visit.uri().query());
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::PERMANENT_REDIRECT;
    response.headers_mut().insert(header::LOCATION, location);
    response
}

/// The answer where a page does not take the method: OPTIONS asks which ones it does take.
pub(crate) fn other_method(asked: &Method, taken: &[Method]) -> Response<Body> {
    let mut names: Vec<_> = taken.iter().map(Method::as_str).collect();
    if taken.contains(&Method::GET) {
        names.push("HEAD");
    }
    names.push("OPTIONS");
    names.sort_unstable();
    names.dedup();
    let mut response = if asked == Method::OPTIONS {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::NO_CONTENT;
        response
    } else {
        refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "the page does not take the method",
        )
    };
    let allow = HeaderValue::try_from(names.join(", ")).expect("methods are tokens");
    response.headers_mut().insert(header::ALLOW, allow);
    response
}

impl Mismatch {
    pub(crate) fn into_response(self) -> Response<Body> {
        refuse(self.status(), self)
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing { name, .. } => write!(f, "there is no {name:?}"),
            Self::Value { name, .. } => write!(f, "what was sent for {name:?} is no such value"),
            Self::Twice { name, .. } => write!(f, "there is more than one {name:?}"),
            Self::Surplus => f.write_str("there is more of the path than the page takes"),
            Self::Unreadable { in_body, what } => {
                let whole = if *in_body { "form" } else { "query" };
                write!(f, "the {whole} {what}")
            }
            Self::MediaType => f.write_str(
                "the body is no urlencoded form: a page that reads another one should take a `Body`",
            ),
            Self::Unread(error) => error.fmt(f),
        }
    }
}

impl Error for Mismatch {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unread(error) => error.source(),
            _ => None,
        }
    }
}
