use std::{fmt, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    hmac, rsa,
    signature::{
        self, ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519,
        RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384, RSA_PKCS1_2048_8192_SHA512,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_2048_8192_SHA384, RSA_PSS_2048_8192_SHA512,
        RsaParameters, UnparsedPublicKey, VerificationAlgorithm,
    },
};
use serde_json::json;

use super::{
    Algorithm, Invalid, Jwk, Jws, KeyError, KeyErrorKind,
    der::{self, PublicKey},
    jws::Unverified,
};

/// A key that verifies signatures by one algorithm, and by no other, whatever a token says.
///
/// It is cheap to clone. `Debug` shows the algorithm and the key id.
///
/// ```
/// use plywood_auth::jwt::{Algorithm, SigningKey, VerifyingKey};
///
/// # fn main() -> Result<(), plywood_core::BoxError> {
/// let signs = SigningKey::generate(Algorithm::Es256)?;
/// let verifies = signs.verifying_key();
/// let jws = signs.sign_payload(b"hello")?;
/// assert_eq!(verifies.verify(&jws)?.payload(), b"hello");
///
/// let other = VerifyingKey::secret(Algorithm::Hs256, b"a secret of at least thirty-two bytes")?;
/// assert!(other.verify(&jws).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct VerifyingKey(Arc<Inner>);

#[derive(Clone)]
struct Inner {
    algorithm: Algorithm,
    id: Option<Box<str>>,
    material: Material,
}

#[derive(Clone)]
pub(super) enum Material {
    Secret(hmac::Key),
    Rsa {
        n: Box<[u8]>,
        e: Box<[u8]>,
    },
    /// Of an elliptic curve: the uncompressed point, or the 32 bytes of Ed25519.
    Point(Box<[u8]>),
}

impl VerifyingKey {
    /// A secret that both sides hold, for HS256, HS384 or HS512.
    ///
    /// Take its bytes from a generator of random bytes: whoever has a token can try sentences on it.
    ///
    /// # Errors
    ///
    /// When the algorithm is another, or the secret is shorter than its hash
    /// ([RFC 7518 §3.2](https://www.rfc-editor.org/rfc/rfc7518#section-3.2)).
    pub fn secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let key = secret_key(algorithm, secret)?;
        Ok(Self::of(algorithm, Material::Secret(key)))
    }

    /// A public key in PEM: `PUBLIC KEY` as OpenSSL and most others write it, or `RSA PUBLIC KEY`.
    ///
    /// # Errors
    ///
    /// When it is no such key, or not one for this algorithm, or an RSA key of fewer than 2048 bits.
    pub fn from_pem(algorithm: Algorithm, pem: &str) -> Result<Self, KeyError> {
        let (label, bytes) = der::pem(pem)?;
        let key = match label {
            "PUBLIC KEY" => der::subject_public_key(&bytes),
            "RSA PUBLIC KEY" => der::rsa_public_key(&bytes),
            _ => None,
        };
        let material = match key.ok_or_else(|| {
            KeyError::unsupported("the PEM must hold a public key of RSA, P-256, P-384 or Ed25519")
        })? {
            PublicKey::Rsa { n, e } => rsa_material(algorithm, n, e)?,
            PublicKey::P256(point) => point_material(algorithm, Algorithm::Es256, point)?,
            PublicKey::P384(point) => point_material(algorithm, Algorithm::Es384, point)?,
            PublicKey::Ed25519(point) => point_material(algorithm, Algorithm::EdDsa, point)?,
        };
        Ok(Self::of(algorithm, material))
    }

    /// A key as JSON ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)) that says its algorithm, or can have only one. Of a private key, its
    /// public part.
    ///
    /// # Errors
    ///
    /// As [`Jwk::parse`] and [`Jwk::verifying_key`].
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        Jwk::parse(json)?.verifying_key()
    }

    /// Gives it a key id, in place of any before: a [`KeySet`](super::KeySet) finds it by that.
    #[must_use]
    pub fn id(mut self, id: impl Into<Box<str>>) -> Self {
        Arc::make_mut(&mut self.0).id = Some(id.into());
        self
    }

    /// Its key id, `kid`.
    pub fn key_id(&self) -> Option<&str> {
        self.0.id.as_deref()
    }

    /// The one algorithm that it is for.
    pub fn algorithm(&self) -> Algorithm {
        self.0.algorithm
    }

    /// Verifies a JWS in the compact form ([RFC 7515 §5.2](https://www.rfc-editor.org/rfc/rfc7515#section-5.2)), and gives what was signed.
    ///
    /// The `kid` in its header is a hint to find a key, and here the key is given. `jku`, `jwk`, `x5u` and `x5c` are never followed.
    ///
    /// # Errors
    ///
    /// When it is not by this key, or anything about it is not as it must be.
    pub fn verify(&self, jws: &str) -> Result<Jws, Invalid> {
        let unverified = Unverified::read(jws)?;
        if unverified.algorithm != self.algorithm() {
            return Err(Invalid::OtherAlgorithm(self.algorithm()));
        }
        if !self.has_signed(&unverified) {
            return Err(Invalid::Signature);
        }
        unverified.believe()
    }

    /// Is the signature this key's? The algorithm was compared.
    pub(super) fn has_signed(&self, jws: &Unverified<'_>) -> bool {
        let (signed, signature) = (jws.signed.as_bytes(), &*jws.signature);
        match &self.0.material {
            Material::Secret(key) => hmac::verify(key, signed, signature).is_ok(),
            Material::Rsa { n, e } => rsa_parameters(self.algorithm()).is_some_and(|parameters| {
                let key = rsa::PublicKeyComponents { n, e };
                key.verify(parameters, signed, signature).is_ok()
            }),
            Material::Point(point) => {
                let algorithm: &dyn VerificationAlgorithm = match self.algorithm() {
                    Algorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
                    Algorithm::Es384 => &ECDSA_P384_SHA384_FIXED,
                    _ => &ED25519,
                };
                let key = UnparsedPublicKey::new(algorithm, point);
                key.verify(signed, signature).is_ok()
            }
        }
    }

    /// The key as JSON, for a document that others fetch; `None` for a secret.
    pub fn to_jwk(&self) -> Option<String> {
        let text = |bytes: &[u8]| BASE64_URL_SAFE_NO_PAD.encode(bytes);
        let algorithm = self.algorithm();
        let mut jwk = match &self.0.material {
            Material::Secret(_) => return None,
            Material::Rsa { n, e } => json!({"kty": "RSA", "n": text(n), "e": text(e)}),
            Material::Point(point) if algorithm == Algorithm::EdDsa => {
                json!({"kty": "OKP", "crv": "Ed25519", "x": text(point)})
            }
            Material::Point(point) => {
                let (x, y) = point[1..].split_at(point.len() / 2);
                let curve = if algorithm == Algorithm::Es256 {
                    "P-256"
                } else {
                    "P-384"
                };
                json!({"kty": "EC", "crv": curve, "x": text(x), "y": text(y)})
            }
        };
        jwk["alg"] = algorithm.name().into();
        jwk["use"] = "sig".into();
        if let Some(id) = self.key_id() {
            jwk["kid"] = id.into();
        }
        Some(jwk.to_string())
    }

    pub(super) fn of(algorithm: Algorithm, material: Material) -> Self {
        Self(Arc::new(Inner {
            algorithm,
            id: None,
            material,
        }))
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyingKey")
            .field("algorithm", &self.algorithm())
            .field("id", &self.key_id())
            .finish_non_exhaustive()
    }
}

/// The key of a secret, if it is one for HMAC and as long as the hash.
pub(super) fn secret_key(algorithm: Algorithm, secret: &[u8]) -> Result<hmac::Key, KeyError> {
    let hmac = match algorithm {
        Algorithm::Hs256 => hmac::HMAC_SHA256,
        Algorithm::Hs384 => hmac::HMAC_SHA384,
        Algorithm::Hs512 => hmac::HMAC_SHA512,
        _ => return Err(unsuited(algorithm)),
    };
    let least = hmac.digest_algorithm().output_len();
    if secret.len() < least {
        let text = format!(
            "a secret of {} bytes is too short for {algorithm}: it must have {least}",
            secret.len()
        );
        return Err(KeyError::new(KeyErrorKind::Weak, text));
    }
    Ok(hmac::Key::new(hmac, secret))
}

/// An RSA key of a size and with an exponent that ring verifies with.
pub(super) fn rsa_material(algorithm: Algorithm, n: &[u8], e: &[u8]) -> Result<Material, KeyError> {
    if rsa_parameters(algorithm).is_none() {
        return Err(unsuited(algorithm));
    }
    let is_odd = |number: &[u8]| number.last().is_some_and(|byte| byte % 2 == 1);
    let begins = |number: &[u8]| number.first().is_some_and(|byte| *byte != 0);
    if !(begins(n) && begins(e) && is_odd(n) && is_odd(e)) {
        return Err(KeyError::malformed(
            "the modulus and the exponent must be odd, and begin with a byte that is not zero",
        ));
    }
    let bits = n.len() * 8 - n[0].leading_zeros() as usize;
    if bits < 2048 {
        let text = format!("an RSA key of {bits} bits is too short: it must have 2048");
        return Err(KeyError::new(KeyErrorKind::Weak, text));
    }
    if e == [1] {
        let text = "an RSA key with the exponent 1 signs nothing";
        return Err(KeyError::new(KeyErrorKind::Weak, text));
    }
    if bits > 8192 || e.len() > 4 {
        return Err(KeyError::unsupported(
            "an RSA key must have 8192 bits at most, and an exponent of 32",
        ));
    }
    Ok(Material::Rsa {
        n: n.into(),
        e: e.into(),
    })
}

/// A point of the curve that `of` is for.
pub(super) fn point_material(
    algorithm: Algorithm,
    of: Algorithm,
    point: &[u8],
) -> Result<Material, KeyError> {
    if algorithm != of {
        return Err(unsuited(algorithm));
    }
    let is_point = match of {
        Algorithm::Es256 => point.len() == 65 && point[0] == 4,
        Algorithm::Es384 => point.len() == 97 && point[0] == 4,
        _ => point.len() == 32,
    };
    if !is_point {
        return Err(KeyError::malformed(
            "a point must have both coordinates, uncompressed and in full length",
        ));
    }
    Ok(Material::Point(point.into()))
}

fn unsuited(algorithm: Algorithm) -> KeyError {
    KeyError::unsupported(format!("it is not a key for {algorithm}"))
}

fn rsa_parameters(algorithm: Algorithm) -> Option<&'static RsaParameters> {
    Some(match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_2048_8192_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_2048_8192_SHA512,
        Algorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        Algorithm::Ps384 => &RSA_PSS_2048_8192_SHA384,
        Algorithm::Ps512 => &RSA_PSS_2048_8192_SHA512,
        _ => return None,
    })
}

/// The public part of a pair that ring made.
pub(super) fn public_material(algorithm: Algorithm, pair: &impl signature::KeyPair) -> Material {
    let public = pair.public_key().as_ref();
    match der::rsa_public_key(public) {
        Some(PublicKey::Rsa { n, e }) if rsa_parameters(algorithm).is_some() => Material::Rsa {
            n: n.into(),
            e: e.into(),
        },
        _ => Material::Point(public.into()),
    }
}
