//! 406: the client accepts neither a coding of ours nor the plain answer.

use std::{error, fmt};

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use plywood_core::Failure;

const TEXT: &str = "This server can answer in no content coding that the request accepts.\n";

/// The answer ([RFC 9110 §15.5.7](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.7)).
pub(crate) fn not_acceptable() -> Response<Bytes> {
    let mut response = Response::new(Bytes::from_static(TEXT.as_bytes()));
    *response.status_mut() = StatusCode::NOT_ACCEPTABLE;
    let headers = response.headers_mut();
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    headers.insert(header::CONTENT_TYPE, text);
    headers.insert(header::CONTENT_LENGTH, TEXT.len().into());
    headers.insert(header::VARY, header::ACCEPT_ENCODING.into());
    response
        .extensions_mut()
        .insert(Failure::new(NotAcceptable(())));
    response
}

/// Why [`Compression`](crate::Compression) answered 406: it stands in the response's [`Failure`].
#[derive(Debug)]
pub struct NotAcceptable(());

impl fmt::Display for NotAcceptable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Accept-Encoding rules out every coding on offer, and the plain answer too")
    }
}

impl error::Error for NotAcceptable {}
