//! `If-Match`, `If-Unmodified-Since`, `If-None-Match`, `If-Modified-Since`, in that order, and `If-Range`.
//!
//! [RFC 9110 §13](https://www.rfc-editor.org/rfc/rfc9110#section-13)

use std::time::SystemTime;

use http::{HeaderMap, Method, header};

use crate::{
    date,
    entity_tag::{EntityTag, EntityTagList},
    grammar::single,
};

/// What the preconditions of a request come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Do what the method says.
    Proceed,
    /// The client has this state already: 304.
    NotModified,
    /// The state is not the one that the client had in mind: 412.
    Failed,
}

/// Evaluates the preconditions against a representation that exists, whose validators are `etag` and `last_modified`.
///
/// The order is that of [RFC 9110 §13.2.2](https://www.rfc-editor.org/rfc/rfc9110#section-13.2.2): entity tags come before dates, and
/// `If-None-Match` makes `If-Modified-Since` meaningless. `If-Match` compares strongly, `If-None-Match` weakly, dates by the whole second.
/// A date that cannot be read is ignored, and so is one to compare with an unknown `last_modified`. CONNECT, OPTIONS and TRACE have
/// no preconditions.
///
/// Ask only where the answer without preconditions would be a success.
///
/// ```
/// use http::{HeaderMap, Method, header};
/// use plywood_header::{entity_tag::EntityTag, preconditions::{Verdict, evaluate}};
///
/// let etag = EntityTag::strong("v2").unwrap();
/// let mut headers = HeaderMap::new();
/// headers.insert(header::IF_NONE_MATCH, r#""v1", "v2""#.parse().unwrap());
/// assert_eq!(evaluate(&Method::GET, &headers, Some(&etag), None), Verdict::NotModified);
/// assert_eq!(evaluate(&Method::PUT, &headers, Some(&etag), None), Verdict::Failed);
/// ```
pub fn evaluate(
    method: &Method,
    headers: &HeaderMap,
    etag: Option<&EntityTag>,
    last_modified: Option<SystemTime>,
) -> Verdict {
    if [Method::CONNECT, Method::OPTIONS, Method::TRACE].contains(method) {
        return Verdict::Proceed;
    }
    let read = *method == Method::GET || *method == Method::HEAD;
    // Whether the representation has not changed since the date in the field; nothing, if that cannot be said.
    let unchanged_since = |field| {
        let date = date::read(single(headers, &field)?)?;
        Some(date::seconds(last_modified?) <= date::seconds(date))
    };

    if let Some(wanted) = EntityTagList::read(headers, header::IF_MATCH) {
        if !etag.map_or(matches!(wanted, EntityTagList::Any), |etag| {
            wanted.holds_strong(etag)
        }) {
            return Verdict::Failed;
        }
    } else if unchanged_since(header::IF_UNMODIFIED_SINCE) == Some(false) {
        return Verdict::Failed;
    }

    if let Some(known) = EntityTagList::read(headers, header::IF_NONE_MATCH) {
        if etag.map_or(matches!(known, EntityTagList::Any), |etag| {
            known.holds_weak(etag)
        }) {
            return if read {
                Verdict::NotModified
            } else {
                Verdict::Failed
            };
        }
    } else if read && unchanged_since(header::IF_MODIFIED_SINCE) == Some(true) {
        return Verdict::NotModified;
    }
    Verdict::Proceed
}

/// Whether `Range` may be honoured, as far as `If-Range` goes: true without the field.
///
/// An entity tag must be the same by strong comparison, so a weak one never is. A date must be exactly that of the representation,
/// to the second. What cannot be read, or is sent twice, is not the same: everything is sent, which is never wrong.
/// [RFC 9110 §13.1.5](https://www.rfc-editor.org/rfc/rfc9110#section-13.1.5)
pub fn if_range(
    headers: &HeaderMap,
    etag: Option<&EntityTag>,
    last_modified: Option<SystemTime>,
) -> bool {
    if !headers.contains_key(header::IF_RANGE) {
        return true;
    }
    let Some(value) = single(headers, &header::IF_RANGE) else {
        return false;
    };
    if let Some(wanted) = EntityTag::parse(value) {
        return etag.is_some_and(|etag| etag.strong_eq(&wanted));
    }
    date::read(value)
        .zip(last_modified)
        .is_some_and(|(date, last_modified)| date::seconds(date) == date::seconds(last_modified))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use http::{HeaderName, HeaderValue};

    use super::{
        Verdict::{Failed, NotModified, Proceed},
        *,
    };

    const BEFORE: &str = "Mon, 01 Jan 2024 03:04:05 GMT";
    const THEN: &str = "Tue, 02 Jan 2024 03:04:05 GMT";
    const AFTER: &str = "Sat, 02 Jan 2044 03:04:05 GMT";
    const NETSCAPE: &str = "Tue, 02 Jan 2024 03:04:05 GMT; length=1000";

    fn sent(fields: &[(&str, &str)]) -> HeaderMap {
        let field = |(name, value): &(&str, &str)| {
            (
                HeaderName::from_bytes(name.as_bytes()).unwrap(),
                HeaderValue::from_str(value).unwrap(),
            )
        };
        fields.iter().map(field).collect()
    }

    /// The date of the representation, half a second late: file systems count finer than fields.
    fn then() -> SystemTime {
        UNIX_EPOCH + Duration::from_millis(1_704_164_645_500)
    }

    fn verdict(method: &Method, fields: &[(&str, &str)]) -> Verdict {
        let etag = EntityTag::strong("x").unwrap();
        evaluate(method, &sent(fields), Some(&etag), Some(then()))
    }

    #[test]
    fn each_precondition_decides_for_reading_and_for_writing() {
        for (fields, get, put) in [
            (&[][..], Proceed, Proceed),
            (&[("if-match", "\"x\"")], Proceed, Proceed),
            (&[("if-match", "\"a\", \"x\"")], Proceed, Proceed),
            (&[("if-match", "*")], Proceed, Proceed),
            (&[("if-match", "\"a\"")], Failed, Failed),
            (&[("if-match", "W/\"x\"")], Failed, Failed),
            (&[("if-match", "x")], Failed, Failed),
            (&[("if-match", "")], Failed, Failed),
            (&[("if-unmodified-since", THEN)], Proceed, Proceed),
            (&[("if-unmodified-since", AFTER)], Proceed, Proceed),
            (&[("if-unmodified-since", BEFORE)], Failed, Failed),
            (&[("if-unmodified-since", "yesterday")], Proceed, Proceed),
            (
                &[
                    ("if-unmodified-since", BEFORE),
                    ("if-unmodified-since", BEFORE),
                ],
                Proceed,
                Proceed,
            ),
            (&[("if-none-match", "\"x\"")], NotModified, Failed),
            (&[("if-none-match", "W/\"x\"")], NotModified, Failed),
            (
                &[("if-none-match", "\"a\""), ("if-none-match", "\"x\"")],
                NotModified,
                Failed,
            ),
            (&[("if-none-match", "*")], NotModified, Failed),
            (&[("if-none-match", "\"a\"")], Proceed, Proceed),
            (&[("if-none-match", "x")], Proceed, Proceed),
            (&[("if-modified-since", THEN)], NotModified, Proceed),
            (&[("if-modified-since", AFTER)], NotModified, Proceed),
            (&[("if-modified-since", BEFORE)], Proceed, Proceed),
            (&[("if-modified-since", NETSCAPE)], Proceed, Proceed),
            (&[("if-modified-since", "")], Proceed, Proceed),
        ] {
            for (method, expected) in [
                (Method::GET, get),
                (Method::HEAD, get),
                (Method::PUT, put),
                (Method::DELETE, put),
                (Method::OPTIONS, Proceed),
                (Method::TRACE, Proceed),
                (Method::CONNECT, Proceed),
            ] {
                assert_eq!(verdict(&method, fields), expected, "{method} {fields:?}");
            }
        }
    }

    #[test]
    fn they_are_looked_at_in_the_order_of_the_standard() {
        for (fields, expected) in [
            // If-Match holds, so that its date is not asked; and the other way round.
            (
                &[("if-match", "\"x\""), ("if-unmodified-since", BEFORE)][..],
                Proceed,
            ),
            (
                &[("if-match", "\"a\""), ("if-unmodified-since", AFTER)],
                Failed,
            ),
            (
                &[("if-none-match", "\"a\""), ("if-modified-since", AFTER)],
                Proceed,
            ),
            (
                &[("if-none-match", "\"x\""), ("if-modified-since", BEFORE)],
                NotModified,
            ),
            (&[("if-match", "\"a\""), ("if-none-match", "\"x\"")], Failed),
            (
                &[("if-match", "\"x\""), ("if-none-match", "\"x\"")],
                NotModified,
            ),
            (
                &[("if-unmodified-since", BEFORE), ("if-none-match", "\"x\"")],
                Failed,
            ),
            (
                &[("if-unmodified-since", AFTER), ("if-modified-since", AFTER)],
                NotModified,
            ),
        ] {
            assert_eq!(verdict(&Method::GET, fields), expected, "{fields:?}");
        }
    }

    #[test]
    fn without_validators_only_the_star_says_something() {
        for (fields, expected) in [
            (&[("if-match", "*")][..], Proceed),
            (&[("if-match", "\"x\"")], Failed),
            (&[("if-none-match", "*")], NotModified),
            (&[("if-none-match", "\"x\"")], Proceed),
            (&[("if-modified-since", AFTER)], Proceed),
            (&[("if-unmodified-since", BEFORE)], Proceed),
        ] {
            assert_eq!(
                evaluate(&Method::GET, &sent(fields), None, None),
                expected,
                "{fields:?}"
            );
        }
    }

    #[test]
    fn a_range_is_honoured_only_for_the_very_same_state() {
        let (strong, weak) = (
            EntityTag::strong("x").unwrap(),
            EntityTag::weak("x").unwrap(),
        );
        for (fields, expected) in [
            (&[][..], true),
            (&[("if-range", "\"x\"")], true),
            (&[("if-range", "\"a\"")], false),
            (&[("if-range", "W/\"x\"")], false),
            (&[("if-range", "\"x\", \"a\"")], false),
            (&[("if-range", "*")], false),
            (&[("if-range", "x")], false),
            (&[("if-range", "")], false),
            (&[("if-range", THEN)], true),
            (&[("if-range", BEFORE)], false),
            (&[("if-range", AFTER)], false),
            (&[("if-range", NETSCAPE)], false),
            (&[("if-range", "\"x\""), ("if-range", "\"x\"")], false),
        ] {
            assert_eq!(
                if_range(&sent(fields), Some(&strong), Some(then())),
                expected,
                "{fields:?}"
            );
        }
        let tagged = sent(&[("if-range", "\"x\"")]);
        assert!(!if_range(&tagged, Some(&weak), Some(then())));
        assert!(!if_range(&tagged, None, Some(then())));
        assert!(!if_range(&sent(&[("if-range", THEN)]), Some(&strong), None));
    }
}
