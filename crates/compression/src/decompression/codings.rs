//! `Content-Encoding` of a request ([RFC 9110 §8.4](https://www.rfc-editor.org/rfc/rfc9110#section-8.4)).

use http::{HeaderMap, HeaderValue, header};
use plywood_header::accept_encoding::Coding;

/// What this build can read.
pub(crate) const READABLE: &[Coding] = crate::layer::OFFERS;

/// In which coding the body comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coded {
    /// In none.
    Plain,
    /// In one that can be read.
    In(Coding),
    /// In one that cannot be read, or in several: each of them would multiply the length again.
    Unknown,
}

impl Coded {
    pub(crate) fn read(headers: &HeaderMap) -> Self {
        let lines = headers.get_all(header::CONTENT_ENCODING).iter();
        let names = lines
            .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
            .map(<[u8]>::trim_ascii)
            .filter(|name| !name.is_empty() && !name.eq_ignore_ascii_case(b"identity"));
        let mut coded = Self::Plain;
        for name in names {
            coded = match (coded, readable(name)) {
                (Self::Plain, Some(coding)) => Self::In(coding),
                _ => return Self::Unknown,
            };
        }
        coded
    }
}

fn readable(name: &[u8]) -> Option<Coding> {
    // "A recipient SHOULD consider x-gzip to be equivalent to gzip" (§8.4.1.3).
    let name = if name.eq_ignore_ascii_case(b"x-gzip") {
        b"gzip"
    } else {
        name
    };
    let is = |coding: &&Coding| name.eq_ignore_ascii_case(coding.as_str().as_bytes());
    READABLE.iter().find(is).copied()
}

/// What an answer of 415 says ([RFC 9110 §15.5.16](https://www.rfc-editor.org/rfc/rfc9110#section-15.5.16)).
pub(crate) fn accept_encoding() -> HeaderValue {
    let names: Vec<_> = READABLE.iter().map(|coding| coding.as_str()).collect();
    let names = if names.is_empty() {
        "identity".to_owned()
    } else {
        names.join(", ")
    };
    HeaderValue::try_from(names).expect("names of codings make a field value")
}

#[cfg(test)]
#[cfg(feature = "gzip")]
mod tests {
    use super::*;

    #[test]
    fn one_coding_is_read() {
        for (lines, expected) in [
            (&[][..], Coded::Plain),
            (&[""], Coded::Plain),
            (&["identity"], Coded::Plain),
            (&["gzip"], Coded::In(Coding::Gzip)),
            (&[" GZip\t,"], Coded::In(Coding::Gzip)),
            (&["x-gzip"], Coded::In(Coding::Gzip)),
            (&["identity, deflate"], Coded::In(Coding::Deflate)),
            (&["compress"], Coded::Unknown),
            (&["gzip, gzip"], Coded::Unknown),
            (&["gzip", "deflate"], Coded::Unknown),
            (&["gzip;q=1"], Coded::Unknown),
            (&["dcb"], Coded::Unknown),
        ] {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::CONTENT_ENCODING, HeaderValue::from_static(line));
            }
            assert_eq!(Coded::read(&headers), expected, "{lines:?}");
        }
    }
}
