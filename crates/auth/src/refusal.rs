use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE},
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
    /// HEAD gets the head of that line.
    pub(crate) fn answer(self, method: &Method, headers: &HeaderMap) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = self.status;
        if accept::best(headers, OFFERS) == Some(OFFERS[0]) {
            let line = format!("{}\n", self.status);
            let plain = HeaderValue::from_static("text/plain; charset=utf-8");
            response.headers_mut().insert(CONTENT_TYPE, plain);
            if *method == Method::HEAD {
                let length = line.len().into();
                response.headers_mut().insert(CONTENT_LENGTH, length);
            } else {
                *response.body_mut() = line.into();
            }
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

    #[test]
    fn head_gets_the_head_of_the_text() {
        let response =
            Refusal::new(StatusCode::FORBIDDEN, "no").answer(&Method::HEAD, &HeaderMap::new());
        assert!(response.body().is_end_stream());
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "text/plain; charset=utf-8"
        );
        assert_eq!(response.headers()[CONTENT_LENGTH], "14");
    }
}
