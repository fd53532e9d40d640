//! Dates in fields: `Date`, `Last-Modified`, `Expires`, `If-Modified-Since` ...
//!
//! [RFC 9110 §5.6.7](https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7)

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use http::HeaderValue;

/// The last second that the format can say: 31 December 9999, 23:59:59.
const LAST_SECOND: u64 = 253_402_300_799;

/// Reads any of the three forms that a recipient must know.
///
/// `None` if it is none of them, lies before 1970, or names the wrong day of the week.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_three_forms_of_the_standard_are_read() {
        let expected = UNIX_EPOCH + Duration::from_secs(784_111_777);
        for text in [
            "Sun, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
        ] {
            assert_eq!(
                read(&HeaderValue::from_static(text)),
                Some(expected),
                "{text}"
            );
        }
    }

    #[test]
    fn anything_else_is_no_date() {
        for text in [
            "",
            "0",
            "now",
            "1994-11-06T08:49:37Z",
            "Sun, 06 Nov 1994 08:49:37",
            "Sun, 06 Nov 1994 08:49:37 GMT; length=1000",
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 25:49:37 GMT",
            "Thu, 01 Jan 1969 00:00:00 GMT",
        ] {
            assert_eq!(read(&HeaderValue::from_str(text).unwrap()), None, "{text}");
        }
        assert_eq!(read(&HeaderValue::from_bytes(b"\xff").unwrap()), None);
    }

    #[test]
    fn what_the_form_cannot_say_becomes_the_nearest_it_can() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        assert_eq!(
            write(at(784_111_777) + Duration::from_millis(999)),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
        assert_eq!(
            write(UNIX_EPOCH - Duration::from_secs(1)),
            "Thu, 01 Jan 1970 00:00:00 GMT"
        );
        assert_eq!(write(at(LAST_SECOND)), "Fri, 31 Dec 9999 23:59:59 GMT");
        assert_eq!(write(at(LAST_SECOND + 1)), "Fri, 31 Dec 9999 23:59:59 GMT");
    }
}
