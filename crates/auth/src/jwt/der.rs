//! The little of DER and PEM that public keys are written in.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::KeyError;

const SEQUENCE: u8 = 0x30;
const INTEGER: u8 = 0x02;
const BIT_STRING: u8 = 0x03;
const OBJECT: u8 = 0x06;

/// A public key as PEM and DER write it.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum PublicKey<'d> {
    Rsa { n: &'d [u8], e: &'d [u8] },
    P256(&'d [u8]),
    P384(&'d [u8]),
    Ed25519(&'d [u8]),
}

/// The label of the first block of a PEM file ([RFC 7468](https://www.rfc-editor.org/rfc/rfc7468)), and the bytes in it.
pub(super) fn pem(text: &str) -> Result<(&str, Vec<u8>), KeyError> {
    let block = || {
        let (_, rest) = text.split_once("-----BEGIN ")?;
        let (label, rest) = rest.split_once("-----")?;
        let (body, rest) = rest.split_once("-----END ")?;
        rest.strip_prefix(label)?.strip_prefix("-----")?;
        let body: String = body.split_ascii_whitespace().collect();
        Some((label, BASE64_STANDARD.decode(body).ok()?))
    };
    block().ok_or_else(|| {
        KeyError::malformed(
            "it must be PEM: base64 between `-----BEGIN ..-----` and `-----END ..-----`",
        )
    })
}

/// A `SubjectPublicKeyInfo` ([RFC 5280 §4.1](https://www.rfc-editor.org/rfc/rfc5280#section-4.1)). `None` if it is none, or of another kind.
pub(super) fn subject_public_key(der: &[u8]) -> Option<PublicKey<'_>> {
    let body = only(der, SEQUENCE)?;
    let (algorithm, rest) = take(body, SEQUENCE)?;
    let key = only(rest, BIT_STRING)?.strip_prefix(&[0])?;
    let (kind, parameters) = take(algorithm, OBJECT)?;
    match kind {
        // rsaEncryption, with NULL.
        [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1] if parameters == [5, 0] => {
            rsa_public_key(key)
        }
        // id-ecPublicKey, with the curve's name.
        [0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1] => match only(parameters, OBJECT)? {
            [0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7] => Some(PublicKey::P256(key)),
            [0x2b, 0x81, 4, 0, 0x22] => Some(PublicKey::P384(key)),
            _ => None,
        },
        [0x2b, 0x65, 0x70] if parameters.is_empty() => Some(PublicKey::Ed25519(key)),
        _ => None,
    }
}

/// An `RSAPublicKey` ([RFC 8017 §A.1.1](https://www.rfc-editor.org/rfc/rfc8017#appendix-A.1.1)).
pub(super) fn rsa_public_key(der: &[u8]) -> Option<PublicKey<'_>> {
    let body = only(der, SEQUENCE)?;
    let (n, rest) = take(body, INTEGER)?;
    let e = only(rest, INTEGER)?;
    Some(PublicKey::Rsa {
        n: positive(n)?,
        e: positive(e)?,
    })
}

/// A whole number above zero, without the zero byte that shows that it is not negative.
fn positive(bytes: &[u8]) -> Option<&[u8]> {
    match bytes {
        [0, rest @ ..] if rest.first().is_some_and(|byte| *byte >= 0x80) => Some(rest),
        [1..=0x7f, ..] => Some(bytes),
        _ => None,
    }
}

/// The content of the one element that `der` is.
fn only(der: &[u8], tag: u8) -> Option<&[u8]> {
    let (content, rest) = take(der, tag)?;
    rest.is_empty().then_some(content)
}

/// The content of the first element, and what follows it. Lengths are in their shortest form.
fn take(der: &[u8], tag: u8) -> Option<(&[u8], &[u8])> {
    let rest = der.strip_prefix(&[tag])?;
    let (length, rest) = match *rest {
        [length @ 0..=0x7f, ref rest @ ..] | [0x81, length @ 0x80..=0xff, ref rest @ ..] => {
            (usize::from(length), rest)
        }
        [0x82, high @ 1..=0xff, low, ref rest @ ..] => {
            (usize::from(u16::from_be_bytes([high, low])), rest)
        }
        _ => return None,
    };
    rest.split_at_checked(length)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn an_element_has_its_shortest_length() {
        for (der, content) in [
            (&[2, 1, 7][..], Some(&[7][..])),
            (&[2, 0], Some(&[])),
            (&[2, 0x81, 1, 7], None),
            (&[2, 0x82, 0, 1, 7], None),
            (&[2, 0x80, 7, 0, 0], None),
            (&[2, 2, 7], None),
            (&[2, 1, 7, 7], None),
            (&[3, 1, 7], None),
            (&[2], None),
            (&[], None),
        ] {
            assert_eq!(only(der, 2), content, "{der:?}");
        }
        let long = [&[2, 0x82, 1, 0][..], &[7; 256]].concat();
        assert_eq!(only(&long, 2).map(<[u8]>::len), Some(256));
    }

    #[test]
    fn a_number_is_positive_and_has_no_byte_too_many() {
        for (bytes, expected) in [
            (&[1][..], Some(&[1][..])),
            (&[0, 0x80], Some(&[0x80])),
            (&[0, 1], None),
            (&[0x80], None),
            (&[0], None),
            (&[], None),
        ] {
            assert_eq!(positive(bytes), expected, "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>, text in "(-----BEGIN )?[A-Z a-z0-9-]{0,40}(-----END )?.{0,20}") {
            let _ = subject_public_key(&bytes);
            let _ = rsa_public_key(&bytes);
            let _ = pem(&text);
        }
    }
}
