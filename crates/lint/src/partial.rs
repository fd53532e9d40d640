//! 206 and 416.

use http::{HeaderMap, HeaderValue, StatusCode, header, response::Parts};
use plywood_header::{
    date,
    entity_tag::EntityTag,
    media_type, preconditions,
    range::{Ranges, Resolution},
};

use crate::{asked::Asked, fields, parts, report::Report, rule};

pub(crate) fn check(asked: &Asked, head: &Parts, report: &Report) {
    match head.status {
        StatusCode::PARTIAL_CONTENT => {
            if let Err(found) = consistent(&head.headers) {
                report.broken(rule::PARTIAL, found);
            }
            // Strictly only GET has ranges; many a server answers HEAD as it would have answered GET.
            let range = asked.condition(&header::RANGE);
            report.expect(range.is_some(), rule::PARTIAL_ON_REQUEST, || {
                format!("a 206 for a {} without a `range`", asked.method)
            });
            if let Some(range) = range {
                report.expect(
                    is_as_asked(range, &head.headers),
                    rule::RANGE_AS_ASKED,
                    || {
                        let sent = [header::CONTENT_RANGE, header::CONTENT_TYPE]
                            .into_iter()
                            .find_map(|name| Some(fields::shown(&name, head.headers.get(&name)?)));
                        let asked = fields::shown(&header::RANGE, range);
                        format!("{} for {asked}", sent.unwrap_or_default())
                    },
                );
            }
            if let Some(if_range) = asked.condition(&header::IF_RANGE) {
                report.expect(
                    same(if_range, &head.headers),
                    rule::PARTIAL_ON_REQUEST,
                    || {
                        format!(
                            "a 206 although {} is another version",
                            fields::shown(&header::IF_RANGE, if_range)
                        )
                    },
                );
            }
        }
        StatusCode::RANGE_NOT_SATISFIABLE => {
            let says = head
                .headers
                .get(header::CONTENT_RANGE)
                .is_some_and(is_unsatisfied);
            report.expect(says, rule::UNSATISFIED, || {
                "a 416 without a `content-range` such as `bytes */1234`".to_owned()
            });
        }
        _ => {}
    }
}

fn consistent(headers: &HeaderMap) -> Result<(), &'static str> {
    let range = headers.get(header::CONTENT_RANGE);
    if media_type::is(headers, "multipart/byteranges") {
        return if range.is_some() {
            Err("a 206 of several parts with a `content-range` of its own")
        } else if parts::boundary(headers).is_some() {
            Ok(())
        } else {
            Err("`multipart/byteranges` without a boundary")
        };
    }
    range.ok_or("a 206 without a `content-range`")?;
    let Some(range) = bytes(headers) else {
        // Another unit than bytes has another grammar.
        return Ok(());
    };
    let slice = slice_length(range).ok_or("a `content-range` that says no slice of its whole")?;
    let length = headers.get(header::CONTENT_LENGTH).and_then(fields::number);
    if length.is_some_and(|length| length != slice) {
        return Err("a `content-length` that is not the length of the `content-range`");
    }
    Ok(())
}

/// The number of bytes in `0-9/100` or `0-9/*`.
pub(crate) fn slice_length(range: &str) -> Option<u64> {
    let ((first, last), _) = slice(range)?;
    Some((last - first).saturating_add(1))
}

/// The first and the last byte in `0-9/100` or `0-9/*`, and the length of the whole.
fn slice(range: &str) -> Option<((u64, u64), Option<u64>)> {
    let number = |text: &str| fields::number(&HeaderValue::from_str(text).ok()?);
    let (slice, whole) = range.split_once('/')?;
    let (first, last) = slice.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    let whole = match whole {
        "*" => None,
        length => Some(number(length)?),
    };
    let within = whole.is_none_or(|length| last < length);
    (first <= last && within).then_some(((first, last), whole))
}

fn is_unsatisfied(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default();
    text.split_once(" */")
        .is_some_and(|(unit, length)| !unit.is_empty() && length.parse::<u64>().is_ok())
}

/// Does the answer give what one range asks for, or a piece of it? Several may be joined, or answered in part: there all is right.
fn is_as_asked(range: &HeaderValue, headers: &HeaderMap) -> bool {
    let asked = HeaderMap::from_iter([(header::RANGE, range.clone())]);
    let Some(ranges) = Ranges::read(&asked).filter(|_| !range.as_bytes().contains(&b',')) else {
        return true;
    };
    if media_type::is(headers, "multipart/byteranges") {
        return false;
    }
    let Some((slice, Some(whole))) = bytes(headers).and_then(slice) else {
        return true;
    };
    match ranges.resolve(whole) {
        Resolution::Single(wanted) => wanted.start <= slice.0 && slice.1 <= wanted.end_inclusive,
        _ => false,
    }
}

/// What follows `bytes ` in the Content-Range.
fn bytes(headers: &HeaderMap) -> Option<&str> {
    let range = headers.get(header::CONTENT_RANGE)?.to_str().ok()?;
    range.strip_prefix("bytes ")
}

/// How many bytes the one slice of a 206 has.
pub(crate) fn announced(headers: &HeaderMap) -> Option<u64> {
    slice_length(bytes(headers)?)
}

/// Does the `If-Range` name the representation of this answer? What the answer does not say is left in its favour.
fn same(if_range: &HeaderValue, headers: &HeaderMap) -> bool {
    let etag = headers.get(header::ETAG).and_then(EntityTag::parse);
    let modified = headers.get(header::LAST_MODIFIED).and_then(date::read);
    let says = if EntityTag::parse(if_range).is_some() {
        etag.is_some()
    } else {
        modified.is_some()
    };
    let asked = HeaderMap::from_iter([(header::IF_RANGE, if_range.clone())]);
    !says || preconditions::if_range(&asked, etag.as_ref(), modified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slice_lies_in_its_whole() {
        for (range, expected) in [
            ("0-9/100", Some(10)),
            ("0-0/1", Some(1)),
            ("90-99/*", Some(10)),
            ("0-100/100", None),
            ("9-0/100", None),
            ("*/100", None),
            ("0-9", None),
            ("a-b/c", None),
        ] {
            assert_eq!(slice_length(range), expected, "{range}");
        }
    }
}
