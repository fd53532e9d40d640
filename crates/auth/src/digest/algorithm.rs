use std::{fmt, str};

use md5::Md5;
use sha2::{Digest as _, Sha256, Sha512_256};

/// How the digests of an exchange are computed ([RFC 7616 §3.3](https://www.rfc-editor.org/rfc/rfc7616#section-3.3)).
///
/// Of `-sess`, the first hash takes in the nonces too, so that a server need not know the account's own hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[allow(
    non_camel_case_types,
    reason = "SHA-512/256 is one name, and its slash is lost as it is"
)]
pub enum Algorithm {
    /// `SHA-256`: what to offer first.
    Sha256,
    /// `SHA-256-sess`
    Sha256Sess,
    /// `SHA-512-256`, which is SHA-512/256 of FIPS 180-4. Some clients compute another one (curl did until 7.88 at least): never offer it first.
    Sha512_256,
    /// `SHA-512-256-sess`
    Sha512_256Sess,
    /// `MD5`: broken as a hash, and still what old clients and Apache's `htdigest` have.
    Md5,
    /// `MD5-sess`
    Md5Sess,
}

impl Algorithm {
    const ALL: [Self; 6] = [
        Self::Sha256,
        Self::Sha256Sess,
        Self::Sha512_256,
        Self::Sha512_256Sess,
        Self::Md5,
        Self::Md5Sess,
    ];

    /// The algorithm of this name, whose letters have no case; `None` for one that no RFC knows.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    /// The name, as it stands in a challenge.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha256Sess => "SHA-256-sess",
            Self::Sha512_256 => "SHA-512-256",
            Self::Sha512_256Sess => "SHA-512-256-sess",
            Self::Md5 => "MD5",
            Self::Md5Sess => "MD5-sess",
        }
    }

    /// Is it one of `-sess`?
    pub const fn is_session(self) -> bool {
        matches!(
            self,
            Self::Sha256Sess | Self::Sha512_256Sess | Self::Md5Sess
        )
    }

    /// The same without `-sess`: two algorithms with the same plain one share an account's hash.
    #[must_use]
    pub const fn plain(self) -> Self {
        match self {
            Self::Sha256 | Self::Sha256Sess => Self::Sha256,
            Self::Sha512_256 | Self::Sha512_256Sess => Self::Sha512_256,
            Self::Md5 | Self::Md5Sess => Self::Md5,
        }
    }

    /// The digest of some bytes, in hexadecimal.
    ///
    /// ```
    /// use plywood_auth::digest::Algorithm;
    ///
    /// assert_eq!(Algorithm::Md5.hash("").as_str(), "d41d8cd98f00b204e9800998ecf8427e");
    /// ```
    pub fn hash(self, bytes: impl AsRef<[u8]>) -> Hex {
        let bytes = bytes.as_ref();
        match self.plain() {
            Self::Md5 | Self::Md5Sess => Hex::of(Md5::digest(bytes).into()),
            Self::Sha512_256 | Self::Sha512_256Sess => Hex::of(Sha512_256::digest(bytes).into()),
            Self::Sha256 | Self::Sha256Sess => Hex::of(Sha256::digest(bytes).into()),
        }
    }

    /// The digest of some parts with colons between them. They are put together first, because a hash takes one piece much faster than ten.
    pub(super) fn hash_of<const PARTS: usize>(self, parts: [&[u8]; PARTS]) -> Hex {
        let mut room = [b':'; ROOM];
        let mut end = 0;
        for part in parts {
            let Some(place) = room.get_mut(end..end + part.len()) else {
                return self.hash(parts.join(&b':'));
            };
            place.copy_from_slice(part);
            end += part.len() + 1;
        }
        self.hash(&room[..end - 1])
    }
}

/// Enough for what clients send, of which the largest parts are nonces and digests.
const ROOM: usize = 320;

impl fmt::Display for Algorithm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A digest in lower-case hexadecimal, as it goes over the wire.
///
/// `Debug` does not show it: one of a password opens the account.
#[derive(Clone, Copy)]
pub struct Hex {
    digits: [u8; 64],
    length: u8,
}

impl Hex {
    /// Of a digest, which has 16 or 32 bytes.
    fn of<const BYTES: usize>(bytes: [u8; BYTES]) -> Self {
        // Computed and not looked up: that takes many digits at a time, and no longer for one than for another.
        let digit = |half: u8| half + b'0' + (b'a' - b'0' - 10) * u8::from(half > 9);
        let mut digits = [0; 64];
        for (pair, byte) in digits.as_chunks_mut().0.iter_mut().zip(bytes) {
            *pair = [digit(byte >> 4), digit(byte & 15)];
        }
        let length = if BYTES == 16 { 32 } else { 64 };
        Self { digits, length }
    }

    /// What somebody wrote down: hexadecimal digits of either case, as many as one of the algorithms gives.
    pub fn parse(text: &str) -> Option<Self> {
        let is_hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !is_hex || ![32, 64].contains(&text.len()) {
            return None;
        }
        let mut hex = Self {
            digits: [0; 64],
            length: u8::try_from(text.len()).ok()?,
        };
        let digits = &mut hex.digits[..text.len()];
        digits.copy_from_slice(text.as_bytes());
        digits.make_ascii_lowercase();
        Some(hex)
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        str::from_utf8(self.as_bytes()).expect("hexadecimal digits are ASCII")
    }

    pub(super) fn as_bytes(&self) -> &[u8] {
        &self.digits[..usize::from(self.length)]
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Hex(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_without_its_case() {
        for algorithm in Algorithm::ALL {
            let name = algorithm.name();
            assert_eq!(Algorithm::parse(name), Some(algorithm));
            assert_eq!(Algorithm::parse(&name.to_lowercase()), Some(algorithm));
            assert_eq!(algorithm.is_session(), name.ends_with("-sess"));
            assert_eq!(algorithm.plain().name(), name.trim_end_matches("-sess"));
        }
        for unknown in ["", "SHA256", "SHA-512", "SHA-256 ", "token"] {
            assert_eq!(Algorithm::parse(unknown), None);
        }
    }

    #[test]
    fn digests_are_those_of_their_standards() {
        for (algorithm, expected) in [
            (Algorithm::Md5, "900150983cd24fb0d6963f7d28e17f72"),
            (
                Algorithm::Sha256,
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
            ),
            (
                Algorithm::Sha512_256,
                "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23",
            ),
        ] {
            assert_eq!(algorithm.hash("abc").as_str(), expected);
            let upper = Hex::parse(&expected.to_uppercase()).unwrap();
            assert_eq!(upper.as_str(), expected);
        }
        for text in ["", "0", &"0".repeat(63), &"g".repeat(32), &"é".repeat(16)] {
            assert!(Hex::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn a_hash_is_not_shown() {
        let shown = format!("{:?}", Algorithm::Md5.hash("abc"));
        assert_eq!(shown, "Hex(..)");
    }
}
