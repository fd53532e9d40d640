//! The keys of cookies, and what is derived from them.

use std::{fmt, sync::Arc};

use plywood_session_core::random;
use ring::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    error::Unspecified,
    hkdf::{HKDF_SHA256, KeyType, Prk, Salt},
    hmac,
};

/// Secrets for cookies, in order: the first seals and signs, all of them open and verify.
///
/// To rotate, put a new secret before the old one, and drop the old one when the longest session has ended:
///
/// ```
/// use plywood_session::Keys;
///
/// # fn main() -> Result<(), plywood_session::KeysError> {
/// # let (new, old) = (b"7bc38b1d09e2c4f65a13de9b4a70612f", b"e1f0a9d35c847b2610fd42c96b8e3a57");
/// let keys = Keys::new(new)?.older(old)?;
/// assert!(Keys::new(b"too short").is_err());
/// assert!(Keys::new(&[0; 32]).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Keys(Arc<[Secret]>);

#[derive(Clone)]
struct Secret {
    /// Which of the keys it may be: it spares trying the others.
    hint: u8,
    /// Gives each message its key, and seals nothing else.
    seal: LessSafeKey,
    sign: hmac::Key,
}

/// A secret that is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum KeysError {
    /// It has so many bytes, and must have [`Keys::MIN_LENGTH`] at least.
    Short(usize),
    /// All its bytes are this one: nobody has put a secret where it was to be.
    Uniform(u8),
    /// There are [`Keys::MAX_KEYS`] already.
    Many,
}

impl Keys {
    /// The fewest bytes of a secret. Take them from a generator of random bytes (`head -c 32 /dev/urandom`), never a sentence.
    pub const MIN_LENGTH: usize = 32;

    /// The most secrets.
    pub const MAX_KEYS: usize = 8;

    /// One secret, as bytes.
    ///
    /// # Errors
    ///
    /// When it has fewer than [`MIN_LENGTH`](Self::MIN_LENGTH) bytes, or all of them are the same. More is not known of a secret by looking at it.
    pub fn new(secret: &[u8]) -> Result<Self, KeysError> {
        Ok(Self([Secret::new(secret)?].into()))
    }

    /// Another secret, which opens and verifies what it has sealed and signed before, and is used for nothing new.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), or when it is one too many.
    pub fn older(self, secret: &[u8]) -> Result<Self, KeysError> {
        if self.0.len() == Self::MAX_KEYS {
            return Err(KeysError::Many);
        }
        let old = Secret::new(secret)?;
        Ok(Self(self.0.iter().cloned().chain([old]).collect()))
    }

    /// Seals in place what stands behind the room for the [head](HEAD), bound to `purpose`, and adds the [tag](TAG).
    pub(crate) fn seal(&self, purpose: &[u8], message: &mut Vec<u8>) -> Option<()> {
        let first = &self.0[0];
        let (head, plain) = message.split_first_chunk_mut::<HEAD>()?;
        head[0] = VERSION;
        head[1] = first.hint;
        head[2..].copy_from_slice(&random().ok()?);
        let (key, nonce) = first.message(head)?;
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(purpose), plain);
        message.extend(tag.ok()?.as_ref());
        Some(())
    }

    /// Opens head, sealed bytes and tag.
    pub(crate) fn open<'s>(&self, purpose: &[u8], sealed: &'s mut [u8]) -> Option<&'s [u8]> {
        let (head, rest) = sealed.split_first_chunk_mut::<HEAD>()?;
        if head[0] != VERSION {
            return None;
        }
        let mut hinted = self.0.iter().filter(|secret| secret.hint == head[1]);
        // A failed attempt wipes what it tried to open, so that a second key with the same hint needs a copy.
        let last = hinted.next_back()?;
        for secret in hinted {
            let mut copy = rest.to_vec();
            if let Some(length) = secret.open(head, purpose, &mut copy) {
                rest[..length].copy_from_slice(&copy[..length]);
                return Some(&rest[..length]);
            }
        }
        let length = last.open(head, purpose, rest)?;
        Some(&rest[..length])
    }

    /// The signature of `text` for `purpose`.
    pub(crate) fn sign(&self, purpose: &[u8], text: &[u8]) -> hmac::Tag {
        hmac::sign(&self.0[0].sign, &signed(purpose, text))
    }

    /// Is it the signature by any of the keys? It takes the same time whichever byte is wrong.
    pub(crate) fn verify(&self, purpose: &[u8], text: &[u8], signature: &[u8]) -> bool {
        let signed = signed(purpose, text);
        let is_by = |secret: &Secret| hmac::verify(&secret.sign, &signed, signature).is_ok();
        self.0.iter().any(is_by)
    }
}

/// What a signature is made of. No purpose holds a zero byte.
fn signed(purpose: &[u8], text: &[u8]) -> Vec<u8> {
    [purpose, b"\0", text].concat()
}

/// The version, the hint, and 192 random bits, because no two messages may have the same: half of them make the key, and half are the nonce.
pub(crate) const HEAD: usize = 2 + 2 * NONCE_LEN;

/// The tag of AES-GCM.
pub(crate) const TAG: usize = 16;

const VERSION: u8 = 1;

const ENOUGH: &str = "HKDF gives 8,160 bytes, and these are fewer";

impl Secret {
    fn new(secret: &[u8]) -> Result<Self, KeysError> {
        if secret.len() < Keys::MIN_LENGTH {
            return Err(KeysError::Short(secret.len()));
        }
        if secret.iter().all(|byte| *byte == secret[0]) {
            return Err(KeysError::Uniform(secret[0]));
        }
        let root = Salt::new(HKDF_SHA256, b"plywood session keys 1").extract(secret);
        let [hint] = derived(&root, b"hint");
        Ok(Self {
            hint,
            seal: key(&derived(&root, b"seal")).expect("it has the length of a key"),
            sign: hmac::Key::new(hmac::HMAC_SHA256, &derived::<32>(&root, b"sign")),
        })
    }

    /// The key and the nonce of one message. The key is what the secret's cipher makes of zeros by the first random half, which costs half of a
    /// hash: so does [AES-GCM-SIV](https://www.rfc-editor.org/rfc/rfc8452#section-4). Two messages with the same key would be nothing yet: they
    /// have different nonces. So no number of messages that anybody can send wears the secret out.
    fn message(&self, head: &[u8; HEAD]) -> Option<(LessSafeKey, Nonce)> {
        let nonce = |half: &[u8]| Nonce::try_assume_unique_for_key(half).ok();
        let (first, second) = head[2..].split_at(NONCE_LEN);
        let mut bytes = [0; 32];
        let made = self
            .seal
            .seal_in_place_separate_tag(nonce(first)?, Aad::empty(), &mut bytes);
        let _tag = made.ok()?;
        Some((key(&bytes).ok()?, nonce(second)?))
    }

    /// Opens in place, and says how many bytes there are then.
    fn open(&self, head: &[u8; HEAD], purpose: &[u8], sealed: &mut [u8]) -> Option<usize> {
        let (key, nonce) = self.message(head)?;
        let plain = key.open_in_place(nonce, Aad::from(purpose), sealed);
        plain.ok().map(|plain| plain.len())
    }
}

fn key(bytes: &[u8; 32]) -> Result<LessSafeKey, Unspecified> {
    UnboundKey::new(&AES_256_GCM, bytes).map(LessSafeKey::new)
}

/// [RFC 5869 §2.3](https://www.rfc-editor.org/rfc/rfc5869#section-2.3)
fn derived<const N: usize>(root: &Prk, info: &[u8]) -> [u8; N] {
    struct Length(usize);

    impl KeyType for Length {
        fn len(&self) -> usize {
            self.0
        }
    }

    let mut bytes = [0; N];
    let info = [info];
    let expanded = root.expand(&info, Length(N)).expect(ENOUGH);
    expanded.fill(&mut bytes).expect(ENOUGH);
    bytes
}

/// How many there are, and nothing of them.
impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.0.len())
    }
}

impl fmt::Display for KeysError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Short(bytes) => write!(
                f,
                "a secret of {bytes} bytes is too short: take {} from a generator of random bytes",
                Keys::MIN_LENGTH
            ),
            Self::Uniform(byte) => write!(
                f,
                "a secret whose bytes are all {byte:#04x} is no secret: take {} from a generator of random bytes",
                Keys::MIN_LENGTH
            ),
            Self::Many => write!(
                f,
                "more than {} secrets: drop those whose sessions have ended",
                Keys::MAX_KEYS
            ),
        }
    }
}

impl std::error::Error for KeysError {}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn secret(seed: u8) -> [u8; 32] {
        let mut secret = [seed; 32];
        secret[0] = !seed;
        secret
    }

    fn keys(seed: u8) -> Keys {
        Keys::new(&secret(seed)).unwrap()
    }

    fn sealed(keys: &Keys, purpose: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut bytes = [&[0; HEAD], plain].concat();
        keys.seal(purpose, &mut bytes).unwrap();
        bytes
    }

    fn opened(keys: &Keys, purpose: &[u8], sealed: &[u8]) -> Option<Vec<u8>> {
        keys.open(purpose, &mut sealed.to_vec()).map(<[u8]>::to_vec)
    }

    #[test]
    fn the_first_key_seals_and_all_open() {
        let (old, new) = (keys(1), keys(2));
        let ring = keys(2).older(&secret(1)).unwrap();
        for writer in [&old, &new, &ring] {
            let bytes = sealed(writer, b"a", b"hello");
            assert_eq!(opened(&ring, b"a", &bytes).as_deref(), Some(&b"hello"[..]));
        }
        let bytes = sealed(&ring, b"a", b"hello");
        assert!(opened(&new, b"a", &bytes).is_some());
        assert!(opened(&old, b"a", &bytes).is_none());

        let signature = ring.sign(b"a", b"text");
        assert!(new.verify(b"a", b"text", signature.as_ref()));
        assert!(ring.verify(b"a", b"text", old.sign(b"a", b"text").as_ref()));
        assert!(!old.verify(b"a", b"text", signature.as_ref()));
    }

    #[test]
    fn keys_with_the_same_hint_are_all_tried() {
        let first = keys(0).0[0].hint;
        let twin = (1..=u8::MAX).find(|seed| keys(*seed).0[0].hint == first);
        let Some(twin) = twin else {
            panic!("of 255 keys one has the same hint as the first: choose another first")
        };
        let ring = keys(twin).older(&secret(0)).unwrap();
        for writer in [keys(0), keys(twin)] {
            let bytes = sealed(&writer, b"a", b"hello");
            assert_eq!(opened(&ring, b"a", &bytes).as_deref(), Some(&b"hello"[..]));
        }
    }

    #[test]
    fn what_is_for_one_purpose_is_for_no_other() {
        let keys = keys(1);
        let bytes = sealed(&keys, b"a", b"hello");
        assert!(opened(&keys, b"b", &bytes).is_none());
        assert!(!keys.verify(b"b", b"x", keys.sign(b"a", b"x").as_ref()));
        assert!(!keys.verify(b"ab", b"c", keys.sign(b"a", b"bc").as_ref()));
    }

    #[test]
    fn no_two_messages_are_sealed_alike() {
        let keys = keys(1);
        let (one, other) = (sealed(&keys, b"a", b"hello"), sealed(&keys, b"a", b"hello"));
        assert_ne!(one[HEAD..], other[HEAD..]);
    }

    #[test]
    fn a_weak_key_is_refused() {
        for (bytes, error) in [
            (&[][..], KeysError::Short(0)),
            (&secret(1)[..31], KeysError::Short(31)),
            (&[0; 31], KeysError::Short(31)),
            (&[0; 32], KeysError::Uniform(0)),
            (&[b'x'; 100], KeysError::Uniform(b'x')),
        ] {
            assert_eq!(Keys::new(bytes).unwrap_err(), error);
            assert_eq!(keys(1).older(bytes).unwrap_err(), error);
        }
        let full = (2..=8).try_fold(keys(1), |keys, seed| keys.older(&secret(seed)));
        let error = full.unwrap().older(&secret(9)).unwrap_err();
        assert_eq!(error, KeysError::Many);
        assert!(format!("{:?}", keys(1)).len() < 10);
    }

    proptest! {
        #[test]
        fn whatever_is_changed_is_refused(plain: Vec<u8>, place: prop::sample::Index, flip in 1..=255_u8) {
            let keys = keys(1);
            let mut bytes = sealed(&keys, b"a", &plain);
            prop_assert_eq!(opened(&keys, b"a", &bytes), Some(plain));
            let cut = opened(&keys, b"a", &bytes[..place.index(bytes.len())]);
            prop_assert!(cut.is_none());
            let place = place.index(bytes.len());
            bytes[place] ^= flip;
            prop_assert!(opened(&keys, b"a", &bytes).is_none());
        }
    }
}
