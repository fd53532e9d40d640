use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use plywood_core::Body;
use plywood_header::vary;

use crate::{Form, request::Line};

/// What stands in the flag file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Notice {
    form: Form,
    page: Bytes,
}

impl Notice {
    /// The page, which is HTML if it looks like it.
    pub(super) fn new(content: Vec<u8>) -> Self {
        let form = match content.trim_ascii_start().first() {
            Some(b'<') => Form::Html,
            _ => Form::Text,
        };
        let page = if content.trim_ascii().is_empty() {
            Bytes::new()
        } else {
            content.into()
        };
        Self { form, page }
    }

    /// 503. Whoever reads another form than the page has gets an answer without a body, which the error pages fill; so it is without a page.
    pub(super) fn answer<B>(&self, request: &Request<B>, after: Duration) -> Response<Body> {
        let mut response = Response::new(Body::empty());
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        let headers = response.headers_mut();
        let part = u64::from(after.subsec_nanos() > 0);
        let seconds = after.as_secs().saturating_add(part);
        headers.insert(header::RETRY_AFTER, seconds.into());
        if self.page.is_empty() {
            return response;
        }
        vary::append(headers, header::ACCEPT);
        let wanted = Form::negotiate(Line::of(request, &header::ACCEPT).text());
        // Plain words are read by everybody who reads.
        if wanted != self.form && (wanted, self.form) != (Form::Html, Form::Text) {
            return response;
        }
        for (name, value) in [
            (header::CONTENT_TYPE, self.form.content_type()),
            (header::CACHE_CONTROL, "no-store"),
            (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        headers.insert(header::CONTENT_LENGTH, self.page.len().into());
        if request.method() != Method::HEAD {
            *response.body_mut() = self.page.clone().into();
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answered(page: &str, method: &str, accept: &str) -> Response<Body> {
        let request = Request::builder().method(method).header("accept", accept);
        let request = request.body(()).unwrap();
        Notice::new(page.into()).answer(&request, Duration::from_millis(59_001))
    }

    #[test]
    fn the_page_is_for_those_who_read_its_form() {
        for (page, accept, content_type) in [
            (
                "\n<!doctype html><p>Soon",
                "text/html",
                Some("text/html; charset=utf-8"),
            ),
            ("<p>Soon", "text/plain", None),
            ("<p>Soon", "application/json", None),
            ("Soon", "text/html", Some("text/plain; charset=utf-8")),
            ("Soon", "*/*", Some("text/plain; charset=utf-8")),
            ("Soon", "application/json", None),
            ("", "text/html", None),
            (" \n", "text/html", None),
        ] {
            let answer = answered(page, "GET", accept);
            assert_eq!(answer.status(), 503);
            assert_eq!(answer.headers()["retry-after"], "60");
            let told = answer.headers().get("content-type");
            assert_eq!(
                told.map(|told| told.to_str().unwrap()),
                content_type,
                "{page} {accept}"
            );
            let body = answer.into_body().try_into_bytes().unwrap();
            assert_eq!(body, if content_type.is_some() { page } else { "" });
        }
    }

    #[test]
    fn head_gets_the_head_alone() {
        let answer = answered("<p>Soon", "HEAD", "text/html");
        assert_eq!(answer.headers()["content-length"], "7");
        assert!(answer.into_body().try_into_bytes().unwrap().is_empty());
    }
}
