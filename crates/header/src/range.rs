//! `Range` and `Content-Range`: parts of a representation, in bytes.
//!
//! [RFC 9110 §14](https://www.rfc-editor.org/rfc/rfc9110#section-14)

use std::fmt::Write;

use http::{HeaderMap, HeaderValue, header::RANGE};

use crate::grammar::{elements, single};

/// How many ranges a request may ask for. One with more is answered as if it had asked for everything.
pub const MAX_RANGES: usize = 32;

/// The ranges that a request asks for, before the length of the representation is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ranges(Specs);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Specs {
    /// By far the usual case, kept apart so that it allocates nothing.
    One(Spec),
    Several(Vec<Spec>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Spec {
    /// From the first position to the last, both included.
    Between(u64, u64),
    /// So many bytes at the end.
    Last(u64),
}

/// A part of a representation: the positions of its first and of its last byte, from zero.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slice {
    /// The position of the first byte.
    pub start: u64,
    /// The position of the last byte; never before `start`.
    pub end_inclusive: u64,
}

/// What to send of a representation of known length.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Everything, with 200: the representation is empty, and the request asked for the end of it.
    Whole,
    /// One part, with 206 and [`Slice::content_range`].
    Single(Slice),
    /// Two parts or more, with 206 and `multipart/byteranges`. They do not overlap, and together are never longer than the
    /// representation. They are in the order asked for, or ascending if some had to be joined.
    Several(Vec<Slice>),
    /// Nothing, with 416 and [`unsatisfied`].
    Unsatisfiable,
}

impl Ranges {
    /// Reads `Range`; `None` if it is absent or to be ignored: send everything then.
    ///
    /// Ignored are other units than bytes, a field with one malformed range in it (also `5-2`), two lines, and more than
    /// [`MAX_RANGES`] ranges. Numbers too great to count are read as very great. `Range` has a meaning for GET alone: do not ask
    /// for another method, and first look at [`preconditions`](crate::preconditions) and at `If-Range`.
    ///
    /// ```
    /// use http::{HeaderMap, header::RANGE};
    /// use plywood_header::range::{Ranges, Resolution, Slice};
    ///
    /// let mut headers = HeaderMap::new();
    /// assert_eq!(Ranges::read(&headers), None);
    ///
    /// headers.insert(RANGE, "bytes=-200".parse().unwrap());
    /// let slice = Slice { start: 800, end_inclusive: 999 };
    /// assert_eq!(Ranges::read(&headers).unwrap().resolve(1000), Resolution::Single(slice));
    /// assert_eq!(slice.content_range(1000), "bytes 800-999/1000");
    /// ```
    pub fn read(headers: &HeaderMap) -> Option<Self> {
        let line = single(headers, &RANGE)?.as_bytes();
        let equals = line.iter().position(|byte| *byte == b'=')?;
        if !line[..equals].eq_ignore_ascii_case(b"bytes") {
            return None;
        }
        let mut elements = elements(&line[equals + 1..]);
        let first = Spec::parse(elements.next()?)?;
        let Some(second) = elements.next() else {
            return Some(Self(Specs::One(first)));
        };
        let mut specs = vec![first, Spec::parse(second)?];
        for element in elements {
            if specs.len() == MAX_RANGES {
                return None;
            }
            specs.push(Spec::parse(element)?);
        }
        Some(Self(Specs::Several(specs)))
    }

    /// What to send of a representation of `length` bytes.
    ///
    /// Ranges that lie beyond the end are left out, and those that overlap or touch are joined.
    pub fn resolve(&self, length: u64) -> Resolution {
        let specs = match &self.0 {
            Specs::One(spec) => std::slice::from_ref(spec),
            Specs::Several(specs) => specs,
        };
        if length == 0 {
            let some = specs.iter().any(|spec| matches!(spec, Spec::Last(1..)));
            return if some {
                Resolution::Whole
            } else {
                Resolution::Unsatisfiable
            };
        }
        if let [spec] = specs {
            return spec
                .resolve(length)
                .map_or(Resolution::Unsatisfiable, Resolution::Single);
        }
        let mut slices: Vec<Slice> = specs
            .iter()
            .filter_map(|spec| spec.resolve(length))
            .collect();
        coalesce(&mut slices);
        match slices[..] {
            [] => Resolution::Unsatisfiable,
            [slice] => Resolution::Single(slice),
            _ => Resolution::Several(slices),
        }
    }
}

impl Spec {
    fn parse(text: &[u8]) -> Option<Self> {
        let hyphen = text.iter().position(|byte| *byte == b'-')?;
        match (&text[..hyphen], &text[hyphen + 1..]) {
            (b"", last) => Some(Self::Last(number(last)?)),
            (first, b"") => Some(Self::Between(number(first)?, u64::MAX)),
            (first, last) => {
                let (first, last) = (number(first)?, number(last)?);
                (first <= last).then_some(Self::Between(first, last))
            }
        }
    }

    /// The part of `length` bytes, not zero, that it means; `None` if there is nothing of it.
    fn resolve(self, length: u64) -> Option<Slice> {
        let end = length - 1;
        let (start, end_inclusive) = match self {
            Self::Between(first, last) => (first, last.min(end)),
            // Of zero bytes the first would lie beyond the end.
            Self::Last(count) => (length.saturating_sub(count), end),
        };
        (start <= end).then_some(Slice {
            start,
            end_inclusive,
        })
    }
}

/// Digits and nothing else. What does not fit is as good as the greatest number that does.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let value = u64::from(digit.is_ascii_digit().then(|| digit - b'0')?);
        Some(number.saturating_mul(10).saturating_add(value))
    })
}

/// Joins the slices that overlap or touch; leaves the order alone if none do.
fn coalesce(slices: &mut Vec<Slice>) {
    let mut joined = slices.clone();
    joined.sort_unstable();
    joined.dedup_by(|next, kept| {
        let meet = next.start <= kept.end_inclusive.saturating_add(1);
        if meet {
            kept.end_inclusive = kept.end_inclusive.max(next.end_inclusive);
        }
        meet
    });
    if joined.len() < slices.len() {
        *slices = joined;
    }
}

impl Slice {
    /// How many bytes it holds: at least one.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a slice of a representation is never empty"
    )]
    pub const fn len(self) -> u64 {
        (self.end_inclusive - self.start).saturating_add(1)
    }

    /// The value of `Content-Range` for this part of `length` bytes: `bytes 0-499/1234`.
    pub fn content_range(self, length: u64) -> HeaderValue {
        let Self {
            start,
            end_inclusive,
        } = self;
        content_range(format_args!("{start}-{end_inclusive}/{length}"))
    }
}

/// The value of `Content-Range` for a 416: `bytes */1234`.
pub fn unsatisfied(length: u64) -> HeaderValue {
    content_range(format_args!("*/{length}"))
}

fn content_range(range: std::fmt::Arguments<'_>) -> HeaderValue {
    let mut text = String::with_capacity(48);
    write!(text, "bytes {range}").expect("writing to a string does not fail");
    HeaderValue::try_from(text).expect("digits, `*`, `-` and `/` are a field value")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(lines: &[&str]) -> Option<Ranges> {
        let lines = lines
            .iter()
            .map(|line| HeaderValue::from_bytes(line.as_bytes()).unwrap());
        Ranges::read(&lines.map(|line| (RANGE, line)).collect())
    }

    fn slices(pairs: &[(u64, u64)]) -> Vec<Slice> {
        let slice = |&(start, end_inclusive)| Slice {
            start,
            end_inclusive,
        };
        pairs.iter().map(slice).collect()
    }

    #[test]
    fn a_single_range_is_cut_to_the_length() {
        for (line, start, end_inclusive) in [
            ("bytes=0-0", 0, 0),
            ("bytes=0-499", 0, 499),
            ("bytes=500-", 500, 999),
            ("bytes=999-", 999, 999),
            ("bytes=0-", 0, 999),
            ("bytes=990-5000", 990, 999),
            ("bytes=-1", 999, 999),
            ("bytes=-1000", 0, 999),
            ("bytes=-1001", 0, 999),
            ("bytes=-18446744073709551616", 0, 999),
            ("bytes=0-18446744073709551615", 0, 999),
            ("bytes=5-99999999999999999999999", 5, 999),
            ("bytes=007-009", 7, 9),
            ("BYTES=0-0", 0, 0),
            ("bytes= 0-9 ", 0, 9),
            ("bytes=,0-9,,", 0, 9),
        ] {
            let expected = Resolution::Single(Slice {
                start,
                end_inclusive,
            });
            assert_eq!(sent(&[line]).unwrap().resolve(1000), expected, "{line}");
        }
    }

    #[test]
    fn what_lies_beyond_the_end_cannot_be_satisfied() {
        for line in [
            "bytes=1000-",
            "bytes=1000-1001",
            "bytes=18446744073709551615-",
            "bytes=99999999999999999999-",
            "bytes=-0",
            "bytes=1000-,2000-3000,-0",
        ] {
            assert_eq!(
                sent(&[line]).unwrap().resolve(1000),
                Resolution::Unsatisfiable,
                "{line}"
            );
        }
        assert_eq!(unsatisfied(1000), "bytes */1000");
    }

    #[test]
    fn a_field_with_one_malformed_range_is_ignored() {
        for line in [
            "",
            "bytes",
            "bytes=",
            "bytes=,",
            "bytes=-",
            "bytes=--1",
            "bytes=1",
            "bytes=a-b",
            "bytes=0x0-1",
            "bytes=+1-2",
            "bytes=1-+2",
            "bytes=5-2",
            "bytes=0-1,5-2",
            "bytes=0-1,x",
            "bytes=0 - 1",
            "bytes=0-1-2",
            "bytes=0-1;5-6",
            "bytes =0-1",
            " bytes=0-1",
            "bytes:0-1",
            "bytes=0.5-1",
            "bytes=\u{661}-",
            "pages=1-2",
            "byte=0-1",
            "=0-1",
            "bytes=0-1, bytes=5-6",
        ] {
            assert_eq!(sent(&[line]), None, "{line}");
        }
        assert_eq!(sent(&["bytes=0-0", "bytes=5-5"]), None);
        assert_eq!(sent(&[]), None);
    }

    #[test]
    fn several_ranges_keep_their_order_unless_they_meet() {
        for (line, expected) in [
            ("bytes=0-9,20-29", &[(0, 9), (20, 29)][..]),
            ("bytes=500-600, 0-10", &[(500, 600), (0, 10)]),
            ("bytes=0-0,-1", &[(0, 0), (999, 999)]),
            ("bytes=5-6,2000-,1-2,-0", &[(5, 6), (1, 2)]),
            ("bytes=500-600,0-10,5-20", &[(0, 20), (500, 600)]),
            ("bytes=500-600,0-10,11-20", &[(0, 20), (500, 600)]),
            ("bytes=500-600,0-100,10-20,30-40", &[(0, 100), (500, 600)]),
        ] {
            let expected = Resolution::Several(slices(expected));
            assert_eq!(sent(&[line]).unwrap().resolve(1000), expected, "{line}");
        }
        for (line, start, end_inclusive) in [
            ("bytes=0-9,10-19", 0, 19),
            ("bytes=0-,0-,0-,0-", 0, 999),
            ("bytes=-1,-1", 999, 999),
            ("bytes=5-6,1000-", 5, 6),
        ] {
            let expected = Resolution::Single(Slice {
                start,
                end_inclusive,
            });
            assert_eq!(sent(&[line]).unwrap().resolve(1000), expected, "{line}");
        }
    }

    #[test]
    fn more_ranges_than_the_bound_are_ignored() {
        let line = |count| format!("bytes={}", ["0-0"].repeat(count).join(","));
        assert!(sent(&[&line(MAX_RANGES)]).is_some());
        assert!(sent(&[&line(MAX_RANGES + 1)]).is_none());
    }

    #[test]
    fn an_empty_representation_has_an_end_but_no_bytes() {
        assert_eq!(sent(&["bytes=-1"]).unwrap().resolve(0), Resolution::Whole);
        assert_eq!(
            sent(&["bytes=0-,-5"]).unwrap().resolve(0),
            Resolution::Whole
        );
        assert_eq!(
            sent(&["bytes=0-"]).unwrap().resolve(0),
            Resolution::Unsatisfiable
        );
        assert_eq!(
            sent(&["bytes=-0"]).unwrap().resolve(0),
            Resolution::Unsatisfiable
        );
    }

    #[test]
    fn the_greatest_length_does_not_overflow() {
        let everything = Slice {
            start: 0,
            end_inclusive: u64::MAX - 1,
        };
        assert_eq!(
            sent(&["bytes=0-"]).unwrap().resolve(u64::MAX),
            Resolution::Single(everything)
        );
        assert_eq!(
            sent(&["bytes=0-,1-"]).unwrap().resolve(u64::MAX),
            Resolution::Single(everything)
        );
        assert_eq!(everything.len(), u64::MAX);
        assert_eq!(
            everything.content_range(u64::MAX),
            "bytes 0-18446744073709551614/18446744073709551615"
        );
    }
}
