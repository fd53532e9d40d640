//! `Content-Digest` and `Repr-Digest`.
//!
//! [RFC 9530](https://www.rfc-editor.org/rfc/rfc9530)

use std::fmt;

use base64::{
    Engine as _, alphabet,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use http::{HeaderMap, HeaderName, HeaderValue};
use sha2::{Digest as _, Sha256, Sha512};

use crate::fields::{is_token, split};

pub(crate) static CONTENT: HeaderName = HeaderName::from_static("content-digest");
pub(crate) static REPRESENTATION: HeaderName = HeaderName::from_static("repr-digest");

/// The padding may be missing, as [RFC 9651 §4.2.7](https://www.rfc-editor.org/rfc/rfc9651#section-4.2.7) asks of a reader.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A digest that a body has to have, and what it has so far.
pub(crate) struct Digest {
    field: &'static HeaderName,
    expected: Vec<u8>,
    hash: Hash,
}

enum Hash {
    Sha256(Box<Sha256>),
    Sha512(Box<Sha512>),
}

impl Digest {
    /// Those that `field` asks for, by an algorithm that is known here and not given up.
    pub(crate) fn read(headers: &HeaderMap, field: &'static HeaderName) -> Vec<Self> {
        let lines = headers.get_all(field).iter();
        let members = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(members);
        members
            .flatten()
            .filter_map(|(algorithm, expected)| {
                let hash = match algorithm {
                    "sha-256" => Hash::Sha256(Box::default()),
                    "sha-512" => Hash::Sha512(Box::default()),
                    _ => return None,
                };
                Some(Self {
                    field,
                    expected,
                    hash,
                })
            })
            .collect()
    }

    /// Takes the next bytes.
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        match &mut self.hash {
            Hash::Sha256(hash) => hash.update(bytes),
            Hash::Sha512(hash) => hash.update(bytes),
        }
    }

    /// Whether the bytes were the right ones.
    pub(crate) fn is_true(&self) -> bool {
        match &self.hash {
            Hash::Sha256(hash) => hash.as_ref().clone().finalize()[..] == self.expected,
            Hash::Sha512(hash) => hash.as_ref().clone().finalize()[..] == self.expected,
        }
    }
}

/// The field and the algorithm.
impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let algorithm = match self.hash {
            Hash::Sha256(_) => "sha-256",
            Hash::Sha512(_) => "sha-512",
        };
        write!(f, "`{}: {algorithm}`", self.field)
    }
}

/// Is it a dictionary whose values are byte sequences?
pub(crate) fn is_dictionary(value: &HeaderValue) -> bool {
    value
        .to_str()
        .is_ok_and(|line| members(line).all(|member| member.is_some()))
}

/// The members `name=:base64:`, with parameters or without; nothing for one that is not.
fn members(line: &str) -> impl Iterator<Item = Option<(&str, Vec<u8>)>> {
    split(line, ',').map(|member| {
        let item = split(member, ';').next()?.trim();
        let (name, value) = item.split_once('=')?;
        let bytes = value.strip_prefix(':')?.strip_suffix(':')?;
        let is_key = is_token(name) && name.starts_with(|first: char| first.is_ascii_lowercase());
        let bytes = BASE64.decode(bytes).ok()?;
        is_key.then_some((name, bytes))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dictionary_has_byte_sequences() {
        for (line, expected) in [
            (
                "sha-256=:4REjxQ4yrqUVicfSKYNO/cF9zNj5ANbzgDZt3/h3Qxo=:",
                true,
            ),
            ("sha-256=:AA==:, sha-512=:AA:;x=\"a, b\"", true),
            ("unixsum=:AAAA:", true),
            ("sha-256=4REjxQ4yrqUV", false),
            ("sha-256=:4REj*:", false),
            ("sha-256", false),
            ("SHA-256=:AA==:", false),
            ("sha-256=:AA==:,", false),
            ("", false),
        ] {
            assert_eq!(
                is_dictionary(&HeaderValue::from_static(line)),
                expected,
                "{line}"
            );
        }
    }

    #[test]
    fn a_digest_is_that_of_all_the_bytes() {
        // The example of RFC 9530, appendix B.1.
        let line = "sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:, md5=:AA==:";
        let headers =
            HeaderMap::from_iter([(REPRESENTATION.clone(), HeaderValue::from_static(line))]);
        for (pieces, expected) in [
            (["{\"hello\":", " \"world\"}"], true),
            (["{\"hello\":", "\"world\"}"], false),
            (["", ""], false),
        ] {
            let mut digests = Digest::read(&headers, &REPRESENTATION);
            assert_eq!(digests.len(), 1, "md5 is given up");
            for piece in pieces {
                digests[0].update(piece.as_bytes());
            }
            assert_eq!(digests[0].is_true(), expected, "{pieces:?}");
        }
    }
}
