use std::fmt;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use ring::{
    rand::SystemRandom,
    rsa::{KeyPair as RsaKeyPair, KeyPairComponents, PublicKeyComponents},
    signature::{EcdsaKeyPair, Ed25519KeyPair},
};
use serde_json::{Map, Value};

use super::{
    Algorithm, KeyError, KeyErrorKind, SigningKey, VerifyingKey, json,
    signing::curve,
    verifying::{point_material, rsa_material, secret_key},
};

/// A key as JSON ([RFC 7517](https://www.rfc-editor.org/rfc/rfc7517), [RFC 7518 §6](https://www.rfc-editor.org/rfc/rfc7518#section-6),
/// [RFC 8037 §2](https://www.rfc-editor.org/rfc/rfc8037#section-2)): a secret (`oct`), RSA, P-256, P-384, or Ed25519.
///
/// What says where to fetch a key (`x5u`), and certificates (`x5c`), are not looked at. `Debug` shows nothing of the key.
///
/// ```
/// use plywood_auth::jwt::{Algorithm, Jwk};
///
/// # fn main() -> Result<(), plywood_auth::jwt::KeyError> {
/// let jwk = Jwk::parse(r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"a"}"#)?;
/// assert_eq!((jwk.key_id(), jwk.algorithm()), (Some("a"), Some(Algorithm::EdDsa)));
/// let key = jwk.verifying_key()?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Jwk {
    algorithm: Option<Algorithm>,
    id: Option<Box<str>>,
    /// `key_ops`, if it says any.
    operations: Option<Vec<String>>,
    form: Form,
}

#[derive(Clone)]
enum Form {
    Secret(Vec<u8>),
    Rsa {
        n: Vec<u8>,
        e: Vec<u8>,
        private: Option<Box<RsaPrivate>>,
    },
    /// An uncompressed point.
    Ec {
        point: Vec<u8>,
        d: Option<Vec<u8>>,
    },
    Ed25519 {
        x: Vec<u8>,
        d: Option<Vec<u8>>,
    },
}

#[derive(Clone)]
struct RsaPrivate {
    d: Vec<u8>,
    p: Vec<u8>,
    q: Vec<u8>,
    dp: Vec<u8>,
    dq: Vec<u8>,
    qi: Vec<u8>,
}

impl Jwk {
    /// Reads a key.
    ///
    /// # Errors
    ///
    /// When it is not a JSON object with the members that its type needs, or a member comes twice; when its type, its curve or its `alg` is not
    /// known here; when its `use` is something else than `sig`.
    pub fn parse(json: &str) -> Result<Self, KeyError> {
        let members = json::object(json.as_bytes()).ok_or_else(|| {
            KeyError::malformed("it must be a JSON object in which no member comes twice")
        })?;
        Self::of(&members)
    }

    pub(super) fn of(members: &Map<String, Value>) -> Result<Self, KeyError> {
        let form = Form::read(members)?;
        if text(members, "use")?.is_some_and(|used| used != "sig") {
            return Err(other_use("`use` must be `sig`"));
        }
        let stated = text(members, "alg")?.map(|name| {
            Algorithm::named(name).ok_or_else(|| {
                KeyError::unsupported("`alg` must be an algorithm that is known here")
            })
        });
        let jwk = Self {
            algorithm: None,
            id: text(members, "kid")?.map(Into::into),
            operations: operations(members)?,
            form,
        };
        match stated.transpose()?.or_else(|| jwk.form.implied()) {
            Some(algorithm) => jwk.bound(algorithm),
            None => Ok(jwk),
        }
    }

    /// Its key id, `kid`.
    pub fn key_id(&self) -> Option<&str> {
        self.id.as_deref()
    }

    /// The algorithm that it says it is for, or the only one that it can be for. A secret and an RSA key need not say.
    pub const fn algorithm(&self) -> Option<Algorithm> {
        self.algorithm
    }

    /// The same key for this algorithm, where it does not say itself what it is for.
    ///
    /// # Errors
    ///
    /// When it says that it is for another, or cannot be for this one.
    pub fn bound(mut self, algorithm: Algorithm) -> Result<Self, KeyError> {
        let suits = match (&self.form, algorithm) {
            (Form::Secret(_), Algorithm::Hs256 | Algorithm::Hs384 | Algorithm::Hs512) => true,
            (Form::Secret(_), _) => false,
            (Form::Rsa { n, e, .. }, _) => {
                rsa_material(algorithm, n, e)?;
                true
            }
            (form, _) => form.implied() == Some(algorithm),
        };
        if !suits || self.algorithm.is_some_and(|stated| stated != algorithm) {
            return Err(KeyError::unsupported(format!(
                "it is not a key for {algorithm}"
            )));
        }
        self.algorithm = Some(algorithm);
        Ok(self)
    }

    /// The key that verifies; of a private key, its public part.
    ///
    /// # Errors
    ///
    /// When it does not say its algorithm, its `key_ops` do not have `verify`, or it is too short.
    pub fn verifying_key(&self) -> Result<VerifyingKey, KeyError> {
        // A private key that says `sign` has a public part that verifies. A secret that does is for one side alone.
        let verifies = |operation: &String| {
            operation == "verify" || (operation == "sign" && self.form.is_private())
        };
        self.allows(verifies, "verify")?;
        let algorithm = self.needed()?;
        let key = match &self.form {
            Form::Secret(secret) => VerifyingKey::secret(algorithm, secret)?,
            Form::Rsa { n, e, .. } => VerifyingKey::of(algorithm, rsa_material(algorithm, n, e)?),
            Form::Ec { point, .. } | Form::Ed25519 { x: point, .. } => {
                VerifyingKey::of(algorithm, point_material(algorithm, algorithm, point)?)
            }
        };
        Ok(match &self.id {
            Some(id) => key.id(id.clone()),
            None => key,
        })
    }

    /// The key that signs.
    ///
    /// # Errors
    ///
    /// When it is not a private key, its parts do not belong together, it does not say its algorithm, its `key_ops` do not have `sign`, or it is
    /// too short.
    pub fn signing_key(&self) -> Result<SigningKey, KeyError> {
        self.allows(|operation| operation == "sign", "sign")?;
        let algorithm = self.needed()?;
        let rejected = |error| KeyError::unsupported(format!("it does not sign: {error}"));
        let public = || KeyError::unsupported("it is a public key, and does not sign");
        let key = match &self.form {
            Form::Secret(secret) => SigningKey::secret(algorithm, secret)?,
            Form::Rsa { n, e, private } => {
                let private = private.as_deref().ok_or_else(public)?;
                let pair = RsaKeyPair::from_components(&KeyPairComponents {
                    public_key: PublicKeyComponents { n, e },
                    d: &private.d,
                    p: &private.p,
                    q: &private.q,
                    dP: &private.dp,
                    dQ: &private.dq,
                    qInv: &private.qi,
                });
                SigningKey::rsa(algorithm, pair.map_err(rejected)?)?
            }
            Form::Ec { point, d } => {
                let d = d.as_deref().ok_or_else(public)?;
                let curve =
                    curve(algorithm).expect("a key on a curve is for the curve's algorithm");
                let random = SystemRandom::new();
                let pair = EcdsaKeyPair::from_private_key_and_public_key(curve, d, point, &random);
                SigningKey::ecdsa(algorithm, pair.map_err(rejected)?)
            }
            Form::Ed25519 { x, d } => {
                let d = d.as_deref().ok_or_else(public)?;
                let pair = Ed25519KeyPair::from_seed_and_public_key(d, x);
                SigningKey::ed25519(pair.map_err(rejected)?)
            }
        };
        Ok(match &self.id {
            Some(id) => key.id(id.clone()),
            None => key,
        })
    }

    /// Does it hold a secret that both sides share?
    pub(super) const fn is_secret(&self) -> bool {
        matches!(self.form, Form::Secret(_))
    }

    fn allows(&self, which: impl Fn(&String) -> bool, name: &str) -> Result<(), KeyError> {
        match &self.operations {
            Some(operations) if !operations.iter().any(which) => {
                Err(other_use(format!("`key_ops` must have `{name}`")))
            }
            _ => Ok(()),
        }
    }

    fn needed(&self) -> Result<Algorithm, KeyError> {
        self.algorithm.ok_or_else(|| {
            KeyError::unsupported("it does not say its algorithm: say which by `Jwk::bound`")
        })
    }
}

impl Form {
    fn read(members: &Map<String, Value>) -> Result<Self, KeyError> {
        let member = |name| bytes(members, name)?.ok_or_else(|| missing(name));
        match text(members, "kty")?.ok_or_else(|| missing("kty"))? {
            "oct" => {
                let secret = member("k")?;
                // Checked here against the least of all algorithms, and later against its own.
                secret_key(Algorithm::Hs256, &secret)?;
                Ok(Self::Secret(secret))
            }
            "RSA" => {
                let (n, e) = (member("n")?, member("e")?);
                rsa_material(Algorithm::Rs256, &n, &e)?;
                let private = bytes(members, "d")?.map(|d| RsaPrivate::read(members, d));
                Ok(Self::Rsa {
                    n,
                    e,
                    private: private.transpose()?,
                })
            }
            "EC" => {
                let length = match text(members, "crv")? {
                    Some("P-256") => 32,
                    Some("P-384") => 48,
                    _ => return Err(KeyError::unsupported("the curve must be P-256 or P-384")),
                };
                let coordinate = |name| exactly(member(name)?, length, name);
                let point = [&[4][..], &coordinate("x")?, &coordinate("y")?].concat();
                let d = bytes(members, "d")?.map(|d| exactly(d, length, "d"));
                Ok(Self::Ec {
                    point,
                    d: d.transpose()?,
                })
            }
            "OKP" if text(members, "crv")? == Some("Ed25519") => {
                let d = bytes(members, "d")?.map(|d| exactly(d, 32, "d"));
                Ok(Self::Ed25519 {
                    x: exactly(member("x")?, 32, "x")?,
                    d: d.transpose()?,
                })
            }
            "OKP" => Err(KeyError::unsupported("the curve must be Ed25519")),
            _ => Err(KeyError::unsupported(
                "the type must be oct, RSA, EC or OKP",
            )),
        }
    }

    /// The only algorithm of a curve.
    const fn implied(&self) -> Option<Algorithm> {
        match self {
            Self::Secret(_) | Self::Rsa { .. } => None,
            Self::Ec { point, .. } if point.len() == 65 => Some(Algorithm::Es256),
            Self::Ec { .. } => Some(Algorithm::Es384),
            Self::Ed25519 { .. } => Some(Algorithm::EdDsa),
        }
    }

    /// Does it have a public part and a private one?
    const fn is_private(&self) -> bool {
        match self {
            Self::Secret(_) => false,
            Self::Rsa { private, .. } => private.is_some(),
            Self::Ec { d, .. } | Self::Ed25519 { d, .. } => d.is_some(),
        }
    }
}

impl RsaPrivate {
    fn read(members: &Map<String, Value>, d: Vec<u8>) -> Result<Box<Self>, KeyError> {
        if members.contains_key("oth") {
            return Err(KeyError::unsupported("an RSA key must have two primes"));
        }
        let member = |name| bytes(members, name)?.ok_or_else(|| missing(name));
        Ok(Box::new(Self {
            d,
            p: member("p")?,
            q: member("q")?,
            dp: member("dp")?,
            dq: member("dq")?,
            qi: member("qi")?,
        }))
    }
}

fn text<'m>(members: &'m Map<String, Value>, name: &str) -> Result<Option<&'m str>, KeyError> {
    match members.get(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(KeyError::malformed(format!("`{name}` must be a text"))),
    }
}

fn bytes(members: &Map<String, Value>, name: &str) -> Result<Option<Vec<u8>>, KeyError> {
    let decode = |text| {
        BASE64_URL_SAFE_NO_PAD
            .decode(text)
            .map_err(|_| KeyError::malformed(format!("`{name}` must be base64url without padding")))
    };
    text(members, name)?.map(decode).transpose()
}

fn exactly(bytes: Vec<u8>, length: usize, name: &str) -> Result<Vec<u8>, KeyError> {
    if bytes.len() == length {
        Ok(bytes)
    } else {
        Err(KeyError::malformed(format!(
            "`{name}` must have {length} bytes"
        )))
    }
}

fn operations(members: &Map<String, Value>) -> Result<Option<Vec<String>>, KeyError> {
    let wrong = || KeyError::malformed("`key_ops` must be a list of texts, each once");
    let Some(listed) = members.get("key_ops") else {
        return Ok(None);
    };
    let mut operations = Vec::new();
    for operation in listed.as_array().ok_or_else(wrong)? {
        let operation = operation.as_str().ok_or_else(wrong)?.to_owned();
        if operations.len() == 8 || operations.contains(&operation) {
            return Err(wrong());
        }
        operations.push(operation);
    }
    Ok(Some(operations))
}

fn missing(name: &str) -> KeyError {
    KeyError::malformed(format!("`{name}` must be there"))
}

fn other_use(text: impl Into<String>) -> KeyError {
    KeyError::new(KeyErrorKind::OtherUse, text)
}

impl fmt::Debug for Jwk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Jwk")
            .field("algorithm", &self.algorithm)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}
