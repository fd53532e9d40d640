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
