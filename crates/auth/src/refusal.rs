use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_TYPE},
};
use plywood_core::{Body, BoxError, Failure, path::Malformed};
use plywood_header::accept;

/// The decision to keep a request out.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: StatusCode,
    reason: BoxError,
}

impl Refusal {
    /// `reason` is for the operator; the visitor learns the status.
    pub(crate) fn new(status: StatusCode, reason: impl Into<BoxError>) -> Self {
        Self {
            status,
            reason: reason.into(),
        }
    }

    /// It could not be found out who asks: nobody gets in on an error.
    pub(crate) fn unknown(error: impl Into<BoxError>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error)
    }

    /// The answer, with the reason as its [`Failure`].
    ///
    /// Who would read a text gets a line of it. Who prefers HTML or JSON gets an empty body, so that a layer of error pages can fill it.
    pub(crate) fn answer(self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        if *method != Method::HEAD && accept::best(headers, OFFERS) == Some(OFFERS[0]) {
            *response.body_mut() = format!("{}\n", self.status).into();
            let text = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, text);
        }
        response
            .headers_mut()
            .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        response.extensions_mut().insert(Failure::new(self.reason));
        response
    }
}

impl From<Malformed> for Refusal {
    fn from(malformed: Malformed) -> Self {
        Self::new(malformed.status(), malformed)
    }
}

const OFFERS: &[&str] = &[
    "text/plain",
    "text/html",
    "application/problem+json",
    "application/json",
];

#[cfg(test)]
mod tests {
    use http::header::ACCEPT;
    use http_body::Body as _;

    use super::*;

    #[test]
    fn a_text_is_for_those_who_would_read_it() {
        for (method, accept, filled) in [
            (Method::GET, "*/*", true),
            (Method::POST, "text/plain", true),
            (Method::HEAD, "*/*", false),
            (
                Method::GET,
                "text/html,application/xhtml+xml,*/*;q=0.8",
                false,
            ),
            (Method::GET, "application/json", false),
            (Method::GET, "image/png", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT, HeaderValue::from_static(accept));
            let response = Refusal::new(StatusCode::FORBIDDEN, "no").answer(&method, &headers);
            assert_eq!(!response.body().is_end_stream(), filled, "{accept}");
            assert_eq!(response.headers().contains_key(CONTENT_TYPE), filled);
            assert_eq!(Failure::of(&response).unwrap().to_string(), "no");
        }
    }
}
