use std::{fmt, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use plywood_core::BoxError;
use ring::{
    hmac,
    rand::{SecureRandom, SystemRandom},
    rsa::KeyPair as RsaKeyPair,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
        EcdsaSigningAlgorithm, Ed25519KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA384,
        RSA_PKCS1_SHA512, RSA_PSS_SHA256, RSA_PSS_SHA384, RSA_PSS_SHA512, RsaEncoding,
    },
};
use serde::Serialize;
use serde_json::{Map, Value};

use super::{
    Algorithm, Jwk, KeyError, VerifyingKey,
    der::pem,
    verifying::{Material, public_material, secret_key},
};

/// A key that signs by one algorithm. `Debug` shows nothing of the secret.
///
/// ```
/// use plywood_auth::jwt::{Algorithm, SigningKey, Verifier};
/// use serde_json::json;
///
/// # fn main() -> Result<(), plywood_core::BoxError> {
/// let key = SigningKey::generate(Algorithm::EdDsa)?.id("2026");
/// let token = key.sign(&json!({"sub": "ada", "exp": 4_000_000_000_u64}))?;
/// let claims = Verifier::new(key.verifying_key()).verify(&token)?;
/// assert_eq!(claims.subject(), Some("ada"));
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SigningKey {
    algorithm: Algorithm,
    id: Option<Box<str>>,
    typ: Box<str>,
    pair: Pair,
}

#[derive(Clone)]
enum Pair {
    Secret(hmac::Key),
    Rsa(Arc<RsaKeyPair>),
    Ecdsa(Arc<EcdsaKeyPair>),
    Ed25519(Arc<Ed25519KeyPair>),
}

impl SigningKey {
    /// A secret that both sides hold, for HS256, HS384 or HS512.
    ///
    /// # Errors
    ///
    /// As [`VerifyingKey::secret`].
    pub fn secret(algorithm: Algorithm, secret: &[u8]) -> Result<Self, KeyError> {
        let key = secret_key(algorithm, secret)?;
        Ok(Self::of(algorithm, Pair::Secret(key)))
    }

    /// A private key in PEM: `PRIVATE KEY` (PKCS #8), or for RSA also `RSA PRIVATE KEY`.
    ///
    /// # Errors
    ///
    /// When it is no such key, or not one for this algorithm, or ring does not sign with it: RSA from 2048 to 4096 bits.
    pub fn from_pem(algorithm: Algorithm, text: &str) -> Result<Self, KeyError> {
        let (label, der) = pem(text)?;
        if !matches!(label, "PRIVATE KEY" | "RSA PRIVATE KEY") {
            return Err(KeyError::unsupported("the PEM must hold a `PRIVATE KEY`"));
        }
        let rejected =
            |error| KeyError::unsupported(format!("it is not a key for {algorithm}: {error}"));
        let pair = if padding(algorithm).is_some() {
            let pair = if label == "PRIVATE KEY" {
                RsaKeyPair::from_pkcs8(&der)
            } else {
                RsaKeyPair::from_der(&der)
            };
            return Self::rsa(algorithm, pair.map_err(rejected)?);
        } else if let Some(curve) = curve(algorithm) {
            let pair = EcdsaKeyPair::from_pkcs8(curve, &der, &SystemRandom::new());
            Pair::Ecdsa(pair.map_err(rejected)?.into())
        } else if algorithm == Algorithm::EdDsa {
            // OpenSSL writes it without the public part.
            let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der);
            Pair::Ed25519(pair.map_err(rejected)?.into())
        } else {
            return Err(KeyError::unsupported(format!(
                "it is not a key for {algorithm}"
            )));
        };
        Ok(Self::of(algorithm, pair))
    }

    /// A key as JSON ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517)) that says its algorithm, or can have only one.
    ///
    /// # Errors
    ///
    /// As [`Jwk::parse`] and [`Jwk::signing_key`].
    pub fn from_jwk(json: &str) -> Result<Self, KeyError> {
        Jwk::parse(json)?.signing_key()
    }

    /// A new key, which lives as long as this program: for a start, and for tests. Not for RSA.
    ///
    /// # Errors
    ///
    /// When the algorithm is one of RSA's, or the system gives no randomness.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let random = SystemRandom::new();
        let no_randomness = |_| KeyError::unsupported("the system gives no randomness");
        let pair = if let Some(curve) = curve(algorithm) {
            let der = EcdsaKeyPair::generate_pkcs8(curve, &random).map_err(no_randomness)?;
            let pair = EcdsaKeyPair::from_pkcs8(curve, der.as_ref(), &random);
            Pair::Ecdsa(pair.expect("it was just made").into())
        } else if algorithm == Algorithm::EdDsa {
            let der = Ed25519KeyPair::generate_pkcs8(&random).map_err(no_randomness)?;
            let pair = Ed25519KeyPair::from_pkcs8(der.as_ref());
            Pair::Ed25519(pair.expect("it was just made").into())
        } else if padding(algorithm).is_some() {
            return Err(KeyError::unsupported("RSA keys are made by other tools"));
        } else {
            let mut secret = [0; 64];
            random.fill(&mut secret).map_err(no_randomness)?;
            Pair::Secret(secret_key(algorithm, &secret)?)
        };
        Ok(Self::of(algorithm, pair))
    }

    /// Gives it a key id, in place of any before. It stands in the header of each token, so that others find the key.
    #[must_use]
    pub fn id(mut self, id: impl Into<Box<str>>) -> Self {
        self.id = Some(id.into());
        self
    }

    /// The `typ` of the tokens. Default: `JWT`. For access tokens of OAuth: `at+jwt`
    /// ([RFC 9068 §2.1](https://www.rfc-editor.org/rfc/rfc9068#section-2.1)).
    #[must_use]
    pub fn typ(mut self, typ: impl Into<Box<str>>) -> Self {
        self.typ = typ.into();
        self
    }

    /// The key that verifies what this one signs, of the same key id.
    pub fn verifying_key(&self) -> VerifyingKey {
        let algorithm = self.algorithm;
        let material = match &self.pair {
            Pair::Secret(key) => Material::Secret(key.clone()),
            Pair::Rsa(pair) => public_material(algorithm, &**pair),
            Pair::Ecdsa(pair) => public_material(algorithm, &**pair),
            Pair::Ed25519(pair) => public_material(algorithm, &**pair),
        };
        let key = VerifyingKey::of(algorithm, material);
        match &self.id {
            Some(id) => key.id(id.clone()),
            None => key,
        }
    }

    /// Signs claims: anything that becomes a JSON object, with `exp` in it, in seconds since 1970.
    ///
    /// # Errors
    ///
    /// When the claims become no object, or the system gives no randomness.
    pub fn sign(&self, claims: &impl Serialize) -> Result<String, BoxError> {
        let claims = serde_json::to_vec(claims)?;
        if claims.first() != Some(&b'{') {
            return Err("claims must be a JSON object".into());
        }
        self.compact(Some(&self.typ), &claims)
    }

    /// Signs any bytes, without a `typ`: a JWS in the compact form.
    ///
    /// # Errors
    ///
    /// When the system gives no randomness.
    pub fn sign_payload(&self, payload: &[u8]) -> Result<String, BoxError> {
        self.compact(None, payload)
    }

    fn compact(&self, typ: Option<&str>, payload: &[u8]) -> Result<String, BoxError> {
        let mut header = Map::new();
        header.insert("alg".to_owned(), self.algorithm.name().into());
        if let Some(typ) = typ {
            header.insert("typ".to_owned(), typ.into());
        }
        if let Some(id) = self.id.as_deref() {
            header.insert("kid".to_owned(), id.into());
        }
        let mut jws = BASE64_URL_SAFE_NO_PAD.encode(Value::Object(header).to_string());
        jws.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(payload, &mut jws);
        let signature = self.signature(jws.as_bytes())?;
        jws.push('.');
        BASE64_URL_SAFE_NO_PAD.encode_string(signature, &mut jws);
        Ok(jws)
    }

    pub(super) fn signature(&self, signed: &[u8]) -> Result<Vec<u8>, BoxError> {
        let random = SystemRandom::new();
        let failed = |_| "the signature could not be made: is there no randomness?";
        Ok(match &self.pair {
            Pair::Secret(key) => hmac::sign(key, signed).as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let padding =
                    padding(self.algorithm).expect("a key of RSA is for an algorithm of RSA");
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, signed, &mut signature)
                    .map_err(failed)?;
                signature
            }
            Pair::Ecdsa(pair) => pair
                .sign(&random, signed)
                .map_err(failed)?
                .as_ref()
                .to_vec(),
            Pair::Ed25519(pair) => pair.sign(signed).as_ref().to_vec(),
        })
    }

    fn of(algorithm: Algorithm, pair: Pair) -> Self {
        Self {
            algorithm,
            id: None,
            typ: "JWT".into(),
            pair,
        }
    }

    /// Whether all parts of the key belong together ring sees when it signs, and not when it reads them.
    pub(super) fn rsa(algorithm: Algorithm, pair: RsaKeyPair) -> Result<Self, KeyError> {
        let key = Self::of(algorithm, Pair::Rsa(pair.into()));
        match key.signature(b"") {
            Ok(_) => Ok(key),
            Err(_) => Err(KeyError::malformed(
                "the parts of the key do not belong together",
            )),
        }
    }

    pub(super) fn ecdsa(algorithm: Algorithm, pair: EcdsaKeyPair) -> Self {
        Self::of(algorithm, Pair::Ecdsa(pair.into()))
    }

    pub(super) fn ed25519(pair: Ed25519KeyPair) -> Self {
        Self::of(Algorithm::EdDsa, Pair::Ed25519(pair.into()))
    }
}

pub(super) fn curve(algorithm: Algorithm) -> Option<&'static EcdsaSigningAlgorithm> {
    match algorithm {
        Algorithm::Es256 => Some(&ECDSA_P256_SHA256_FIXED_SIGNING),
        Algorithm::Es384 => Some(&ECDSA_P384_SHA384_FIXED_SIGNING),
        _ => None,
    }
}

fn padding(algorithm: Algorithm) -> Option<&'static dyn RsaEncoding> {
    Some(match algorithm {
        Algorithm::Rs256 => &RSA_PKCS1_SHA256,
        Algorithm::Rs384 => &RSA_PKCS1_SHA384,
        Algorithm::Rs512 => &RSA_PKCS1_SHA512,
        Algorithm::Ps256 => &RSA_PSS_SHA256,
        Algorithm::Ps384 => &RSA_PSS_SHA384,
        Algorithm::Ps512 => &RSA_PSS_SHA512,
        _ => return None,
    })
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
