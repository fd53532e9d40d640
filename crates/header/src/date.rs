//! Dates in fields: `Date`, `Last-Modified`, `Expires`, `If-Modified-Since` ...
//!
//! [RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

/// The last second that the format can say: 31 December 9999, 23:59:59.
const LAST_SECOND: u64 = 253_402_300_799;

/// Reads any of the three forms that a recipient must know; `None` if it is none of them, or before 1970.
pub fn read(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?).ok()
}

/// Writes the preferred form: `Tue, 02 Jan 2024 03:04:05 GMT`.
///
/// Fractions of a second are cut off. What the form cannot say (before 1970, after 9999) becomes the nearest it can.
pub fn write(time: SystemTime) -> HeaderValue {
    HeaderValue::try_from(text(time))
        .expect("letters, digits, spaces, a comma and colons are a field value")
}

/// The preferred form, as text.
pub(crate) fn text(time: SystemTime) -> String {
    httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(seconds(time)))
}

/// Whole seconds since 1970, as far as a field can say them.
pub(crate) fn seconds(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs().min(LAST_SECOND)
}
