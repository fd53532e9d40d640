//! Our tokens beside those of the crate jsonwebtoken: what the one signs the other accepts, and what it refuses we refuse.
//!
//! Its cryptography is for its user to choose. Here HMAC is written by hand over SHA-256, and the curves are ring's.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

use std::{
    sync::{LazyLock, Once},
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use jsonwebtoken::{
    Algorithm as Theirs, DecodingKey, EncodingKey, Header, Validation,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    decode, encode,
    errors::{Error, ErrorKind},
};
use plywood_auth::jwt::{Algorithm, SigningKey, Verifier};
use proptest::prelude::*;
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair,
        Ed25519KeyPair, KeyPair, UnparsedPublicKey,
    },
};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use signature::Signer;

const SECRET: &[u8] = b"a secret that is known to two implementations";

/// HMAC ([RFC 2104](https://www.rfc-editor.org/rfc/rfc2104)) with SHA-256, of a key that is no longer than its block.
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block
            .iter_mut()
            .zip(key)
            .for_each(|(byte, key)| *byte ^= key);
        block
    };
    let inner = Sha256::new()
        .chain_update(padded(0x36))
        .chain_update(message)
        .finalize();
    Sha256::new()
        .chain_update(padded(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}

/// A key of theirs.
struct Key {
    algorithm: Theirs,
    bytes: Vec<u8>,
}

impl Signer<Vec<u8>> for Key {
    fn try_sign(&self, message: &[u8]) -> Result<Vec<u8>, signature::Error> {
        Ok(match self.algorithm {
            Theirs::HS256 => hmac(&self.bytes, message),
            Theirs::EdDSA => {
                let pair = Ed25519KeyPair::from_pkcs8(&self.bytes).unwrap();
                pair.sign(message).as_ref().to_vec()
            }
            _ => {
                let (curve, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
                let pair = EcdsaKeyPair::from_pkcs8(curve, &self.bytes, &random).unwrap();
                pair.sign(&random, message).unwrap().as_ref().to_vec()
            }
        })
    }
}

impl JwtSigner for Key {
    fn algorithm(&self) -> Theirs {
        self.algorithm
    }
}

impl signature::Verifier<Vec<u8>> for Key {
    fn verify(&self, message: &[u8], sent: &Vec<u8>) -> Result<(), signature::Error> {
        let right = match self.algorithm {
            Theirs::HS256 => *sent == hmac(&self.bytes, message),
            Theirs::EdDSA => UnparsedPublicKey::new(&ED25519, &self.bytes)
                .verify(message, sent)
                .is_ok(),
            _ => {
                let key = UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, &self.bytes);
                key.verify(message, sent).is_ok()
            }
        };
        right.then_some(()).ok_or_else(signature::Error::new)
    }
}

impl JwtVerifier for Key {
    fn algorithm(&self) -> Theirs {
        self.algorithm
    }
}

static PROVIDER: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key| {
        let (algorithm, bytes) = (*algorithm, key.as_bytes().to_vec());
        Ok(Box::new(Key { algorithm, bytes }))
    },
    verifier_factory: |algorithm, key| {
        if key.family() != algorithm.family() {
            return Err(Error::from(ErrorKind::InvalidKeyFormat));
        }
        let (algorithm, bytes) = (*algorithm, key.try_get_as_bytes()?.to_vec());
        Ok(Box::new(Key { algorithm, bytes }))
    },
    key_utils: KeyUtils::new_unimplemented(),
};

/// The same key for both.
struct Pair {
    algorithm: Theirs,
    encoding: EncodingKey,
    decoding: DecodingKey,
    ours: SigningKey,
}

static PAIRS: LazyLock<[Pair; 3]> = LazyLock::new(|| {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| PROVIDER.install_default().unwrap());
    let random = SystemRandom::new();
    let pem = |der: &[u8]| {
        let text = BASE64_STANDARD.encode(der);
        format!("-----BEGIN PRIVATE KEY-----\n{text}\n-----END PRIVATE KEY-----\n")
    };
    let curve = &ECDSA_P256_SHA256_FIXED_SIGNING;
    let p256 = EcdsaKeyPair::generate_pkcs8(curve, &random).unwrap();
    let point = EcdsaKeyPair::from_pkcs8(curve, p256.as_ref(), &random).unwrap();
    let ed = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
    let public = Ed25519KeyPair::from_pkcs8(ed.as_ref()).unwrap();
    [
        Pair {
            algorithm: Theirs::HS256,
            encoding: EncodingKey::from_secret(SECRET),
            decoding: DecodingKey::from_secret(SECRET),
            ours: SigningKey::secret(Algorithm::Hs256, SECRET).unwrap(),
        },
        Pair {
            algorithm: Theirs::ES256,
            encoding: EncodingKey::from_ec_der(p256.as_ref()),
            decoding: DecodingKey::from_ec_der(point.public_key().as_ref()),
            ours: SigningKey::from_pem(Algorithm::Es256, &pem(p256.as_ref())).unwrap(),
        },
        Pair {
            algorithm: Theirs::EdDSA,
            encoding: EncodingKey::from_ed_der(ed.as_ref()),
            decoding: DecodingKey::from_ed_der(public.public_key().as_ref()),
            ours: SigningKey::from_pem(Algorithm::EdDsa, &pem(ed.as_ref())).unwrap(),
        },
    ]
});

impl Pair {
    fn they(&self, token: &str) -> Result<Value, Error> {
        let mut validation = Validation::new(self.algorithm);
        validation.leeway = 60;
        validation.validate_nbf = true;
        validation.set_audience(&["us", "we"]);
        validation.set_issuer(&["them"]);
        validation.set_required_spec_claims(&["exp", "aud", "iss"]);
        decode(token, &self.decoding, &validation).map(|data| data.claims)
    }

    fn we(&self, token: &str) -> Result<Value, String> {
        let verifier = Verifier::new(self.ours.verifying_key())
            .audience("us")
            .audience("we")
            .issuer("them");
        let claims = verifier
            .verify(token)
            .map_err(|invalid| invalid.to_string())?;
        claims.all().ok_or_else(|| "no value".to_owned())
    }
}

/// So many seconds from now, and never so few that the two could read the clock on different sides of a bound.
fn from_now(seconds: i64) -> Value {
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs();
    (i64::try_from(now).unwrap() + seconds).into()
}

fn anything() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        prop::collection::vec(".{0,6}", 0..3).prop_map(Value::from),
        Just(json!({"a": [1, {"b": null}]})),
    ]
}

fn right_claims() -> impl Strategy<Value = Map<String, Value>> {
    let others = prop::collection::btree_map("[a-z]{4,9}", anything(), 0..5);
    let audience = prop_oneof![Just(json!("us")), Just(json!(["them", "we"]))];
    (others, audience, 600..100_000_i64).prop_map(|(others, audience, lasts)| {
        let mut claims: Map<_, _> = others.into_iter().collect();
        claims.insert("iss".into(), "them".into());
        claims.insert("aud".into(), audience);
        claims.insert("exp".into(), from_now(lasts));
        claims.insert("sub".into(), "ada".into());
        claims
    })
}

/// A claim that both know, with something in it that is often wrong.
fn change() -> impl Strategy<Value = (String, Option<Value>)> {
    let time = prop_oneof![
        Just(-100_000_i64),
        Just(-90),
        Just(-30),
        Just(30),
        Just(90),
        Just(100_000),
    ]
    .prop_map(from_now);
    let word = prop_oneof![
        Just(json!("us")),
        Just(json!("them")),
        Just(json!(["us"])),
        Just(json!([])),
        Just(json!("US")),
    ];
    let value = prop_oneof![
        4 => time.prop_map(Some),
        4 => word.prop_map(Some),
        2 => anything().prop_map(Some),
        1 => Just(None),
    ];
    ("exp|nbf|aud|iss|sub", value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn what_they_sign_we_accept_and_what_we_sign_they_do(
        which in 0..3_usize,
        claims in right_claims(),
        kid in proptest::option::of(".{0,12}"),
    ) {
        let pair = &PAIRS[which];
        let mut header = Header::new(pair.algorithm);
        header.kid.clone_from(&kid);
        let theirs = encode(&header, &claims, &pair.encoding).unwrap();
        let claims = Value::Object(claims);
        prop_assert_eq!(pair.we(&theirs), Ok(claims.clone()));

        let mut ours = pair.ours.clone();
        if let Some(kid) = kid {
            ours = ours.id(kid);
        }
        let ours = ours.sign(&claims).unwrap();
        prop_assert_eq!(pair.they(&ours).unwrap(), claims);
    }

    #[test]
    fn what_they_refuse_we_refuse(
        which in 0..3_usize,
        mut claims in right_claims(),
        changes in prop::collection::vec(change(), 0..3),
    ) {
        let pair = &PAIRS[which];
        for (name, value) in changes {
            match value {
                Some(value) => claims.insert(name, value),
                None => claims.remove(&name),
            };
        }
        let token = pair.ours.sign(&claims).unwrap();
        let (they, we) = (pair.they(&token), pair.we(&token));
        prop_assert!(they.is_ok() || we.is_err(), "{:?}: they {:?}, we {:?}", claims, they, we);
        // And for the claims that are in their form we refuse nothing more.
        let in_form = ["exp", "nbf"].iter().all(|name| claims.get(*name).is_none_or(Value::is_number))
            && ["sub", "iss"].iter().all(|name| claims.get(*name).is_none_or(Value::is_string))
            && claims.get("aud").is_none_or(|aud| {
                aud.is_string() || aud.as_array().is_some_and(|list| list.iter().all(Value::is_string))
            });
        if in_form {
            prop_assert_eq!(they.is_ok(), we.is_ok(), "{:?}: they {:?}, we {:?}", claims, they, we);
        }
    }

    #[test]
    fn what_is_changed_is_refused_by_both(
        which in 0..3_usize,
        claims in right_claims(),
        header in prop_oneof![
            Just(json!({"alg": "none"})),
            Just(json!({"alg": "HS256"})),
            Just(json!({"alg": "ES256", "typ": "JWT"})),
            Just(json!({"alg": "EdDSA", "kid": "x"})),
            Just(json!({"alg": "HS512"})),
            Just(json!({"alg": 1})),
            Just(json!({})),
            Just(json!([])),
        ],
        place: prop::sample::Index,
        character in "[A-Za-z0-9_.=+/-]",
    ) {
        let pair = &PAIRS[which];
        let token = pair.ours.sign(&claims).unwrap();
        let (_, rest) = token.split_once('.').unwrap();
        let renamed = format!("{}.{rest}", BASE64_URL_SAFE_NO_PAD.encode(header.to_string()));
        let place = place.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(place..=place, &character);
        for token in [&renamed, &changed, &token[..place].to_owned()] {
            let (they, we) = (pair.they(token), pair.we(token));
            prop_assert!(they.is_ok() || we.is_err(), "{token}: they {they:?}, we {we:?}");
        }
        prop_assert!(changed == token || pair.we(&changed).is_err());
    }
}
