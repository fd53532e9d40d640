//! Whether an answer is worth compressing, as far as its head and its size say.

use http::{HeaderMap, HeaderValue, StatusCode, header, response};
use plywood_core::NoCompress;
use plywood_header::media_type;

use crate::media;

/// What the head of an answer allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Eligibility {
    /// No answer like this one is compressed, whoever asks.
    Never,
    /// This answer stays as it is, but others of the same URL may be compressed.
    OthersOnly,
    /// It stands for an answer that the client has already, and that may have been compressed.
    Confirmation,
    /// It is worth compressing, if the client likes.
    Worthy,
}

/// Reads the head. `size` is the body's, in bytes, if it is known.
///
/// The cheap questions come first, because most answers that are not compressed are small, or images.
pub(crate) fn of(parts: &response::Parts, size: Option<u64>, min_size: u64) -> Eligibility {
    use Eligibility::{Confirmation, Never, OthersOnly, Worthy};

    let never_has_content = parts.status.is_informational()
        || parts.status == StatusCode::NO_CONTENT
        || parts.status == StatusCode::RESET_CONTENT;
    if never_has_content {
        return Never;
    }
    match NoCompress::of(parts) {
        Some(NoCompress::KeepVary) => return OthersOnly,
        Some(_) => return Never,
        None => {}
    }
    let headers = &parts.headers;
    let confirms = parts.status == StatusCode::NOT_MODIFIED;
    let partial = parts.status == StatusCode::PARTIAL_CONTENT;
    let content_range = headers.get(header::CONTENT_RANGE);
    let size = if partial || content_range.is_some() {
        content_range.and_then(complete_length)
    } else {
        size
    };
    if !confirms && size.is_some_and(|size| size < min_size) {
        return Never;
    }
    if !type_is_compressible(headers, confirms, partial)
        || headers.contains_key(header::CONTENT_ENCODING)
        || forbids_transformation(headers)
    {
        return Never;
    }
    if confirms {
        return Confirmation;
    }
    // A part is cut from the plain bytes: coded, it could not be joined with its neighbours.
    if partial || content_range.is_some() {
        return OthersOnly;
    }
    Worthy
}

/// The size of the whole that a part was cut from, because that is what others are sent
/// ([RFC 9110 §14.4](https://www.rfc-editor.org/rfc/rfc9110#section-14.4)).
fn complete_length(content_range: &HeaderValue) -> Option<u64> {
    let (_, complete) = content_range.to_str().ok()?.rsplit_once('/')?;
    complete.parse().ok()
}

fn type_is_compressible(headers: &HeaderMap, confirms: bool, partial: bool) -> bool {
    match media_type::essence(headers) {
        Some(essence) => {
            media::is_compressible(essence)
                // The type of what was cut stands in the parts.
                || partial && essence.eq_ignore_ascii_case("multipart/byteranges")
        }
        // A 304 need not repeat the type: it may be one that is compressed.
        None => confirms && !headers.contains_key(header::CONTENT_TYPE),
    }
}

/// `Cache-Control: no-transform` ([RFC 9111 §5.2.2.6](https://www.rfc-editor.org/rfc/rfc9111#section-5.2.2.6)).
fn forbids_transformation(headers: &HeaderMap) -> bool {
    let lines = headers.get_all(header::CACHE_CONTROL).iter();
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .any(|directive| {
            let name = directive.split(|byte| *byte == b'=').next();
            name.is_some_and(|name| name.trim_ascii().eq_ignore_ascii_case(b"no-transform"))
        })
}

#[cfg(test)]
mod tests {
    use http::Response;

    use super::{
        Eligibility::{Confirmation, Never, OthersOnly, Worthy},
        *,
    };

    fn parts(status: u16, fields: &[(&'static str, &str)]) -> response::Parts {
        let mut response = Response::builder().status(status);
        for (name, value) in fields {
            response = response.header(*name, *value);
        }
        response.body(()).unwrap().into_parts().0
    }

    #[test]
    fn the_head_decides() {
        const HTML: (&str, &str) = ("content-type", "text/html; charset=utf-8");
        const PNG: (&str, &str) = ("content-type", "image/png");
        for (status, fields, expected) in [
            (200, &[HTML][..], Worthy),
            (404, &[HTML], Worthy),
            (500, &[HTML], Worthy),
            (302, &[HTML], Worthy),
            (200, &[], Never),
            (200, &[PNG], Never),
            (200, &[("content-type", "text/html, text/html")], Never),
            (200, &[HTML, HTML], Never),
            (101, &[HTML], Never),
            (103, &[HTML], Never),
            (204, &[HTML], Never),
            (205, &[HTML], Never),
            (206, &[HTML], OthersOnly),
            (206, &[PNG], Never),
            (
                206,
                &[("content-type", "multipart/byteranges; boundary=x")],
                OthersOnly,
            ),
            (
                200,
                &[("content-type", "multipart/byteranges; boundary=x")],
                Never,
            ),
            (
                200,
                &[HTML, ("content-range", "bytes 0-9/5000")],
                OthersOnly,
            ),
            (416, &[HTML, ("content-range", "bytes */5000")], OthersOnly),
            (304, &[], Confirmation),
            (304, &[HTML], Confirmation),
            (304, &[PNG], Never),
            (304, &[HTML, ("cache-control", "no-transform")], Never),
            (200, &[HTML, ("content-encoding", "br")], Never),
            (200, &[HTML, ("content-encoding", "identity")], Never),
            (200, &[HTML, ("cache-control", "no-transform")], Never),
            (
                200,
                &[HTML, ("cache-control", "max-age=5, No-Transform")],
                Never,
            ),
            (
                200,
                &[
                    HTML,
                    ("cache-control", "private"),
                    ("cache-control", "no-transform"),
                ],
                Never,
            ),
            (200, &[HTML, ("cache-control", "max-age=5, public")], Worthy),
        ] {
            let parts = parts(status, fields);
            assert_eq!(
                of(&parts, Some(20_000), 1024),
                expected,
                "{status} {fields:?}"
            );
            assert_eq!(of(&parts, None, 1024), expected, "{status} {fields:?}");
        }
    }

    #[test]
    fn a_body_that_is_known_to_be_small_is_left_alone() {
        let parts = parts(200, &[("content-type", "text/html")]);
        for (size, expected) in [
            (Some(0), Never),
            (Some(1023), Never),
            (Some(1024), Worthy),
            (None, Worthy),
        ] {
            assert_eq!(of(&parts, size, 1024), expected, "{size:?}");
        }
    }

    #[test]
    fn a_part_is_as_large_as_its_whole() {
        for (status, range, expected) in [
            (206, "bytes 0-99/1024", OthersOnly),
            (206, "bytes 0-99/1023", Never),
            (206, "bytes 0-99/*", OthersOnly),
            (206, "lines 0-99", OthersOnly),
            (416, "bytes */1024", OthersOnly),
            (416, "bytes */1023", Never),
        ] {
            let fields = [("content-type", "text/html"), ("content-range", range)];
            let parts = parts(status, &fields);
            assert_eq!(of(&parts, Some(100), 1024), expected, "{status} {range}");
        }
    }

    #[test]
    fn a_confirmation_has_no_body_to_measure() {
        assert_eq!(of(&parts(304, &[]), Some(0), 1024), Confirmation);
    }

    #[test]
    fn a_handler_can_refuse_in_two_strengths() {
        let mut parts = parts(200, &[("content-type", "text/html")]);
        parts.extensions.insert(NoCompress::KeepVary);
        assert_eq!(of(&parts, None, 1024), OthersOnly);
        parts.extensions.insert(NoCompress::Entirely);
        assert_eq!(of(&parts, None, 1024), Never);
    }
}
