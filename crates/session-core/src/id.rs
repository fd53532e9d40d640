use std::fmt;

use sha2::{Digest, Sha256};

use crate::{SessionError, random};

/// The alphabet of [RFC 4648 §5](https://www.rfc-editor.org/rfc/rfc4648#section-5): it stands in URLs and cookies as it is.
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// The name of one session: 192 bits from the system's generator, as 32 characters of URL-safe text.
///
/// Whoever holds it is the visitor. It stands in the cookie and nowhere else: a store sees its [`Key`], a log its `Debug`, which is a
/// hash. 192 bits are whole characters, so an id has one spelling only.
///
/// ```
/// use plywood_session_core::Id;
///
/// let id = Id::random().unwrap();
/// assert_eq!(Id::parse(id.as_str()), Some(id));
/// assert_eq!(Id::parse("../../etc/passwd"), None);
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Id([u8; Id::LENGTH]);

impl Id {
    /// The length of an id, in characters.
    pub const LENGTH: usize = 32;

    /// A new id.
    ///
    /// # Errors
    ///
    /// [`SessionErrorKind::Random`](crate::SessionErrorKind::Random) when the system has no randomness to give.
    pub fn random() -> Result<Self, SessionError> {
        random().map(|bytes| Self(spell(&bytes)))
    }

    /// Reads an id as a client sent it. Anything malformed is no id.
    pub fn parse(text: impl AsRef<[u8]>) -> Option<Self> {
        let bytes: [u8; Self::LENGTH] = text.as_ref().try_into().ok()?;
        let known = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        // A fold has no way out, which lets it be a few vector instructions.
        let all_known = bytes.iter().fold(true, |all, byte| all & known(byte));
        all_known.then_some(Self(bytes))
    }

    /// The id as it stands in the cookie. Show it to nobody else.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("the alphabet is ASCII")
    }

    /// What a store files the session under.
    pub fn key(&self) -> Key {
        Key(Sha256::digest(self.0).into())
    }
}

/// The first digits of the id's [`Key`]: enough to follow a session through a log, useless to whoever reads it.
impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Id(#{:08x})", self.key().head())
    }
}

/// What a store files a session under: the SHA-256 of the [`Id`]'s text.
///
/// A store that never sees an id cannot leak one, and the time that a look-up takes tells nothing about an id that exists.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key([u8; 32]);

impl Key {
    /// The 32 bytes of the hash.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    pub(crate) const fn zero() -> Self {
        Self([0; 32])
    }

    pub(crate) fn hex(&self) -> String {
        let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
        let halves = self.0.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        halves.map(digit).collect()
    }

    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut key = [0; 32];
        let pairs = text.as_bytes().chunks_exact(2);
        if text.len() != 64 {
            return None;
        }
        for (byte, pair) in key.iter_mut().zip(pairs) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        Some(Self(key))
    }

    fn head(self) -> u32 {
        let [a, b, c, d, ..] = self.0;
        u32::from_be_bytes([a, b, c, d])
    }
}

impl From<[u8; 32]> for Key {
    fn from(hash: [u8; 32]) -> Self {
        Self(hash)
    }
}

/// The first digits.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key(#{:08x})", self.head())
    }
}

/// Three bytes become four characters, with nothing left over.
fn spell(bytes: &[u8; 24]) -> [u8; 32] {
    let mut text = [0; 32];
    for (three, four) in bytes.chunks_exact(3).zip(text.chunks_exact_mut(4)) {
        let bits = u32::from_be_bytes([0, three[0], three[1], three[2]]);
        for (place, character) in four.iter_mut().enumerate() {
            *character = ALPHABET[(bits >> (18 - 6 * place)) as usize & 63];
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_are_spelled_as_url_safe_base64() {
        assert_eq!(&spell(&[0; 24]), &[b'A'; 32]);
        assert_eq!(&spell(&[255; 24]), &[b'_'; 32]);
        let counted: [u8; 24] = std::array::from_fn(|place| u8::try_from(place).unwrap());
        assert_eq!(&spell(&counted), b"AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
    }

    #[test]
    fn ids_differ_and_parse_as_themselves() {
        let (one, other) = (Id::random().unwrap(), Id::random().unwrap());
        assert_ne!(one, other);
        assert_ne!(one.key(), other.key());
        assert_eq!(Id::parse(one.as_str()), Some(one));
    }

    #[test]
    fn what_is_not_32_characters_of_the_alphabet_is_no_id() {
        for text in [
            "",
            "short",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA/",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA+",
            "\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\u{e9}",
            "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\0",
        ] {
            assert_eq!(Id::parse(text), None, "{text:?}");
        }
    }

    #[test]
    fn debug_shows_a_hash_and_not_the_id() {
        let id = Id::parse("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA").unwrap();
        let shown = format!("{id:?} {:?}", id.key());
        assert!(!shown.contains("AAAA"), "{shown}");
        // printf AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA | sha256sum
        assert_eq!(shown, "Id(#22a48051) Key(#22a48051)");
    }

    proptest! {
        #[test]
        fn any_text_is_an_id_or_none_and_an_id_is_spelled_in_one_way(text in ".{0,40}|[A-Za-z0-9_-]{32}") {
            if let Some(id) = Id::parse(&text) {
                prop_assert_eq!(id.as_str(), text);
            }
        }
    }
}
