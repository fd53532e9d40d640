//! What a head must no longer say, once other bytes go out than the inner service meant.

use http::{HeaderMap, HeaderValue, header};
use plywood_header::{accept_encoding::Coding, entity_tag::EntityTag};

/// Digests of the plain bytes ([RFC 9530](https://www.rfc-editor.org/rfc/rfc9530), and the two that it replaced).
const DIGESTS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];

/// The head of an answer whose body is now in `coding`, and `length` bytes long if that is known.
pub(crate) fn recode(headers: &mut HeaderMap, coding: Coding, length: Option<usize>) {
    forget_plain(headers);
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
pub(crate) fn forget_plain(headers: &mut HeaderMap) {
    headers.remove(header::CONTENT_LENGTH);
    // A range of the coded bytes cannot be asked for: the inner service cuts plain ones.
    headers.remove(header::ACCEPT_RANGES);
    for digest in DIGESTS {
        headers.remove(digest);
    }
    weaken_tag(headers);
}

/// Two codings must not share a strong tag ([RFC 9110 §8.8.3.3](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.3.3)).
///
/// A tag that cannot be read might be taken for a strong one: it goes.
fn weaken_tag(headers: &mut HeaderMap) {
    let Some(value) = headers.get(header::ETAG) else {
        return;
    };
    let weak: Option<HeaderValue> =
        EntityTag::parse(value).map(|tag| tag.weakened().header_value().clone());
    headers.remove(header::ETAG);
    if let Some(weak) = weak {
        headers.insert(header::ETAG, weak);
    }
}

#[cfg(test)]
mod tests {
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
        recode(&mut before, Coding::Gzip, Some(300));
        let after = headers(&[
            ("content-type", "text/html"),
            ("content-length", "300"),
            ("content-encoding", "gzip"),
            ("last-modified", "Sat, 21 Nov 2026 12:00:00 GMT"),
        ]);
        assert_eq!(before, after);
        recode(&mut before, Coding::Gzip, None);
        assert!(!before.contains_key("content-length"));
    }

    #[test]
    fn no_strong_tag_survives() {
        for (before, after) in [
            ("\"abc\"", Some("W/\"abc\"")),
            ("W/\"abc\"", Some("W/\"abc\"")),
            ("\"\"", Some("W/\"\"")),
            ("abc", None),
            ("\"abc", None),
            ("w/\"abc\"", None),
        ] {
            let mut headers = headers(&[("etag", before)]);
            forget_plain(&mut headers);
            assert_eq!(headers.get("etag").map(|tag| tag.to_str().unwrap()), after);
        }
    }
}
