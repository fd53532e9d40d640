use std::{fmt, io::Read, path::Path};

use serde_json::Value;

use super::{
    Algorithm, Invalid, Jwk, Jws, KeyError, KeyErrorKind, VerifyingKey, json, jws::Unverified,
};

/// The most keys of a set: 64. A set with more is refused.
pub const MAX_KEYS: usize = 64;

/// The longest set that is read, in bytes: 256 KiB.
pub const MAX_SET: usize = 256 * 1024;

/// So many signatures are tried where a token does not say by which key it is.
const MAX_TRIES: usize = 4;

/// Keys of which one has signed a token: found by its key id, and by its algorithm.
#[derive(Clone, Debug, Default)]
pub struct KeySet(Vec<VerifyingKey>);

impl KeySet {
    /// These keys.
    ///
    /// # Panics
    ///
    /// When there are more than [`MAX_KEYS`].
    pub fn new(keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        let keys: Vec<_> = keys.into_iter().take(MAX_KEYS + 1).collect();
        assert!(keys.len() <= MAX_KEYS, "a set has {MAX_KEYS} keys at most");
        Self(keys)
    }

    /// Reads a set as JSON ([RFC 7517 §5](https://www.rfc-editor.org/rfc/rfc7517#section-5)).
    ///
    /// Keys of other types, for other uses, too short or otherwise not to be used are passed over. An RSA key that does not say its algorithm
    /// is for RS256, as most are; a secret that does not say is passed over.
    ///
    /// # Errors
    ///
    /// When it is not a JSON object with a list of `keys`, a member comes twice, or there are more than [`MAX_KEYS`] or [`MAX_SET`] bytes.
    pub fn parse(json: &str) -> Result<Self, KeyError> {
        Self::read(json, |_| true)
    }

    /// Reads the same from a document that anybody can fetch. A secret in it is none, and is passed over.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse).
    pub fn parse_public(json: &str) -> Result<Self, KeyError> {
        Self::read(json, |jwk| !jwk.is_secret())
    }

    /// Reads the same from a file, once.
    ///
    /// # Errors
    ///
    /// As [`parse`](Self::parse), and when the file cannot be read.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, KeyError> {
        let path = path.as_ref();
        let mut text = String::new();
        std::fs::File::open(path)
            .and_then(|file| file.take(MAX_SET as u64 + 1).read_to_string(&mut text))
            .map_err(|error| {
                let text = format!("{} cannot be read: {error}", path.display());
                KeyError::new(KeyErrorKind::Unreadable, text)
            })?;
        Self::parse(&text)
    }

    fn read(text: &str, is_wanted: impl Fn(&Jwk) -> bool) -> Result<Self, KeyError> {
        let malformed = || {
            KeyError::malformed(format!(
                "it must be a JSON object with a list of at most {MAX_KEYS} `keys`, in which no member comes twice"
            ))
        };
        if text.len() > MAX_SET {
            return Err(malformed());
        }
        let set = json::object(text.as_bytes()).ok_or_else(malformed)?;
        let listed = set.get("keys").and_then(Value::as_array);
        let listed = listed.ok_or_else(malformed)?;
        if listed.len() > MAX_KEYS {
            return Err(malformed());
        }
        let usable = |key: &Value| {
            let jwk = Jwk::of(key.as_object()?).ok()?;
            if !is_wanted(&jwk) {
                return None;
            }
            let jwk = match jwk.algorithm() {
                Some(_) => jwk,
                None => jwk.bound(Algorithm::Rs256).ok()?,
            };
            jwk.verifying_key().ok()
        };
        Ok(Self(listed.iter().filter_map(usable).collect()))
    }

    /// Its keys.
    pub fn keys(&self) -> &[VerifyingKey] {
        &self.0
    }

    /// The public keys as JSON, for others to fetch. Secrets are left out.
    pub fn to_json(&self) -> String {
        let keys: Vec<_> = self.0.iter().filter_map(VerifyingKey::to_jwk).collect();
        format!("{{\"keys\":[{}]}}", keys.join(","))
    }

    /// Verifies a JWS by the key that it names, or, where it or the keys have no id, by one for its algorithm.
    ///
    /// # Errors
    ///
    /// When no key is found, or the signature is not by it, or anything about it is not as it must be.
    pub fn verify(&self, jws: &str) -> Result<Jws, Invalid> {
        let unverified = Unverified::read(jws)?;
        let mut suitable = self.suitable(&unverified).peekable();
        if suitable.peek().is_none() {
            return Err(Invalid::UnknownKey);
        }
        if suitable
            .take(MAX_TRIES)
            .any(|key| key.has_signed(&unverified))
        {
            unverified.believe()
        } else {
            Err(Invalid::Signature)
        }
    }

    /// Those by which it may be.
    fn suitable(&self, unverified: &Unverified<'_>) -> impl Iterator<Item = &VerifyingKey> {
        self.0.iter().filter(|key| {
            let named = match (unverified.key_id(), key.key_id()) {
                (Some(sent), Some(id)) => sent == id,
                _ => true,
            };
            named && key.algorithm() == unverified.algorithm
        })
    }

    /// May the JWS be by a key that is not here, although one suits? It may where it has no id, or that one has none.
    #[cfg(feature = "jwks")]
    pub(super) fn may_lack_key_of(&self, jws: &str) -> bool {
        Unverified::read(jws).is_ok_and(|unverified| {
            unverified.key_id().is_none()
                || self.suitable(&unverified).any(|key| key.key_id().is_none())
        })
    }
}

impl From<VerifyingKey> for KeySet {
    fn from(key: VerifyingKey) -> Self {
        Self(vec![key])
    }
}

impl fmt::Display for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} keys", self.0.len())
    }
}
