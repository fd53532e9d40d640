//! What a head must no longer say, once other bytes go out than the inner service meant.

use http::{HeaderMap, header};
use plywood_header::accept_encoding::Coding;

use crate::tags::{self, EntityTags};

/// Digests of the plain bytes ([RFC 9530](https://www.rfc-editor.org/rfc/rfc9530), and the two that it replaced).
pub(crate) const DIGESTS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];

/// The head of an answer whose body is now in `coding`, and `length` bytes long if that is known.
pub(crate) fn recode(
    headers: &mut HeaderMap,
    coding: Coding,
    tags: EntityTags,
    length: Option<usize>,
) {
    forget_plain(headers, coding, tags);
    headers.insert(header::CONTENT_ENCODING, coding.header_value());
    if let Some(length) = length {
        headers.insert(header::CONTENT_LENGTH, length.into());
    }
}

/// Takes out what is true of the plain bytes alone.
///
/// For an answer without content (to HEAD, or a 304) that stands for one that may be compressed, this is all that can be said:
/// the rest is known only while the content is made
/// ([RFC 9110 §9.3.2](https://www.rfc-editor.org/rfc/rfc9110#section-9.3.2)).
pub(crate) fn forget_plain(headers: &mut HeaderMap, coding: Coding, tags: EntityTags) {
    headers.remove(header::CONTENT_LENGTH);
    // A range of the coded bytes cannot be asked for: the inner service cuts plain ones.
    headers.remove(header::ACCEPT_RANGES);
    for digest in DIGESTS {
        headers.remove(digest);
    }
    tags::recode(headers, tags, coding);
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(fields: &[(&'static str, &'static str)]) -> HeaderMap {
        let fields = fields.iter().map(|(name, value)| {
            (
                header::HeaderName::from_static(name),
                HeaderValue::from_static(value),
            )
        });
        fields.collect()
    }

    #[test]
    fn what_is_true_of_the_plain_bytes_alone_goes() {
        let mut before = headers(&[
            ("content-type", "text/html"),
            ("content-length", "20000"),
            ("accept-ranges", "bytes"),
            ("content-md5", "x"),
            ("digest", "x"),
            ("content-digest", "x"),
            ("repr-digest", "x"),
            ("last-modified", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ]);
        recode(&mut before, Coding::Gzip, EntityTags::Weak, Some(300));
        let after = headers(&[
            ("content-type", "text/html"),
            ("content-length", "300"),
            ("content-encoding", "gzip"),
            ("last-modified", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ]);
        assert_eq!(before, after);
        recode(&mut before, Coding::Gzip, EntityTags::Weak, None);
        assert!(!before.contains_key("content-length"));
    }
}
