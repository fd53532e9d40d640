//! `Content-Type`: what is the body?
//!
//! [RFC 9110 §8.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.3)

use http::{HeaderMap, header::CONTENT_TYPE};

use crate::grammar::{is_token, single, trim};

/// The media type without its parameters, in the case in which it was sent: `text/html` of `text/html; charset=utf-8`.
///
/// `None` if the field is absent, sent twice, or not `type/subtype`. Media types have no case: compare with
/// `eq_ignore_ascii_case`, or ask [`is`].
pub fn essence(headers: &HeaderMap) -> Option<&str> {
    let line = single(headers, &CONTENT_TYPE)?.as_bytes();
    let end = line
        .iter()
        .position(|byte| *byte == b';')
        .unwrap_or(line.len());
    let essence = trim(&line[..end]);
    let slash = essence.iter().position(|byte| *byte == b'/')?;
    let well_formed = is_token(&essence[..slash]) && is_token(&essence[slash + 1..]);
    std::str::from_utf8(essence).ok().filter(|_| well_formed)
}

/// Whether the body is of the media type `expected`, such as `application/x-www-form-urlencoded`, whatever its parameters.
pub fn is(headers: &HeaderMap, expected: &str) -> bool {
    essence(headers).is_some_and(|essence| essence.eq_ignore_ascii_case(expected))
}
