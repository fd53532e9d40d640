//! 206 and 416.

use http::{HeaderMap, HeaderValue, StatusCode, header, response::Parts};
use plywood_header::{date, entity_tag::EntityTag, media_type, preconditions};

use crate::{asked::Asked, fields, report::Report, rule};

pub(crate) fn check(asked: &Asked, head: &Parts, report: &Report) {
    match head.status {
        StatusCode::PARTIAL_CONTENT => {
            if let Err(found) = consistent(&head.headers) {
                report.broken(rule::PARTIAL, found);
            }
            // Strictly only GET has ranges; many a server answers HEAD as it would have answered GET.
            report.expect(asked.has_range, rule::PARTIAL_ON_REQUEST, || {
                format!("a 206 for a {} without a `range`", asked.method)
            });
            if let Some(if_range) = &asked.if_range {
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
        } else if has_boundary(headers) {
            Ok(())
        } else {
            Err("`multipart/byteranges` without a boundary")
        };
    }
    let range = range.ok_or("a 206 without a `content-range`")?;
    let Some(range) = range
        .to_str()
        .ok()
        .and_then(|text| text.strip_prefix("bytes "))
    else {
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

/// The bytes in `0-9/100` or `0-9/*`.
fn slice_length(range: &str) -> Option<u64> {
    let number = |text: &str| fields::number(&HeaderValue::from_str(text).ok()?);
    let (slice, whole) = range.split_once('/')?;
    let (first, last) = slice.split_once('-')?;
    let (first, last) = (number(first)?, number(last)?);
    let within = whole == "*" || last < number(whole)?;
    (first <= last && within).then(|| (last - first).saturating_add(1))
}

fn is_unsatisfied(value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default();
    text.split_once(" */")
        .is_some_and(|(unit, length)| !unit.is_empty() && length.parse::<u64>().is_ok())
}

fn has_boundary(headers: &HeaderMap) -> bool {
    let line = headers
        .get(header::CONTENT_TYPE)
        .and_then(|line| line.to_str().ok());
    line.unwrap_or_default()
        .split(';')
        .skip(1)
        .any(|parameter| {
            parameter
                .trim()
                .split_once('=')
                .is_some_and(|(name, value)| {
                    name.eq_ignore_ascii_case("boundary") && !value.is_empty()
                })
        })
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
