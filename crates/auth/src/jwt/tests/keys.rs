//! Which keys are taken, and how they come back.

use super::*;

#[test]
fn a_weak_key_is_none() {
    for (algorithm, least) in [
        (Algorithm::Hs256, 32),
        (Algorithm::Hs384, 48),
        (Algorithm::Hs512, 64),
    ] {
        assert!(VerifyingKey::secret(algorithm, &vec![7; least]).is_ok());
        let weak = VerifyingKey::secret(algorithm, &vec![7; least - 1]).unwrap_err();
        assert_eq!(weak.kind(), KeyErrorKind::Weak);
    }
    assert!(VerifyingKey::secret(Algorithm::Es256, &[7; 64]).is_err());
    let rsa = |bytes: usize, e: &str| {
        let mut n = vec![0xff; bytes];
        n[0] = 0x80;
        let n = BASE64_URL_SAFE_NO_PAD.encode(n);
        Jwk::parse(&json!({"kty": "RSA", "n": n, "e": e}).to_string()).map_err(|error| error.kind())
    };
    assert!(rsa(256, "AQAB").is_ok());
    assert_eq!(rsa(255, "AQAB").unwrap_err(), KeyErrorKind::Weak);
    assert_eq!(rsa(128, "AQAB").unwrap_err(), KeyErrorKind::Weak);
    assert_eq!(rsa(1025, "AQAB").unwrap_err(), KeyErrorKind::Unsupported);
    assert_eq!(rsa(256, "AQ").unwrap_err(), KeyErrorKind::Weak);
    assert_eq!(rsa(256, "AAEAAQ").unwrap_err(), KeyErrorKind::Malformed);
    assert_eq!(rsa(256, "Ag").unwrap_err(), KeyErrorKind::Malformed);
}

#[test]
fn a_key_is_for_what_it_says() {
    use KeyErrorKind::{Malformed, OtherUse, Unsupported};

    let with = |key: &str, name: &str, value: Value| {
        let mut members: Value = serde_json::from_str(key).unwrap();
        members[name] = value;
        members.to_string()
    };
    let kind = |json: &str| VerifyingKey::from_jwk(json).map_err(|error| error.kind());
    for (key, name, value, expected) in [
        (P256, "use", json!("sig"), None),
        (P256, "use", json!("enc"), Some(OtherUse)),
        (P256, "use", json!("Sig"), Some(OtherUse)),
        (P256, "use", json!(1), Some(Malformed)),
        (P256, "key_ops", json!(["verify"]), None),
        (P256, "key_ops", json!(["sign"]), None),
        (P256, "key_ops", json!(["deriveKey"]), Some(OtherUse)),
        (P256, "key_ops", json!([]), Some(OtherUse)),
        (
            P256,
            "key_ops",
            json!(["verify", "verify"]),
            Some(Malformed),
        ),
        (P256, "key_ops", json!("verify"), Some(Malformed)),
        (P256, "alg", json!("ES256"), None),
        (P256, "alg", json!("ES384"), Some(Unsupported)),
        (P256, "alg", json!("HS256"), Some(Unsupported)),
        (P256, "alg", json!("none"), Some(Unsupported)),
        (P256, "alg", json!(["ES256"]), Some(Malformed)),
        (P256, "crv", json!("P-384"), Some(Malformed)),
        (P256, "crv", json!("P-521"), Some(Unsupported)),
        (P256, "kty", json!("oct"), Some(Malformed)),
        (P256, "kty", json!("RSA"), Some(Malformed)),
        (P256, "kty", json!("ec"), Some(Unsupported)),
        (
            P256,
            "x",
            json!("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVE"),
            Some(Malformed),
        ),
        (
            P256,
            "x",
            json!("f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU="),
            Some(Malformed),
        ),
        (P256, "d", json!("AA"), Some(Malformed)),
        (P256, "kid", json!(7), Some(Malformed)),
        (ED25519, "crv", json!("Ed448"), Some(Unsupported)),
        (ED25519, "crv", json!("X25519"), Some(Unsupported)),
        (ED25519, "alg", json!("EdDSA"), None),
        (ED25519, "alg", json!("Ed25519"), None),
        (ED25519, "x", json!("AAAA"), Some(Malformed)),
        (SECRET, "alg", json!("HS512"), None),
        (SECRET, "alg", json!("RS256"), Some(Unsupported)),
        (SECRET, "alg", json!("A128KW"), Some(Unsupported)),
        (SECRET, "x", json!(1), Some(Unsupported)),
        (RSA, "alg", json!("PS384"), None),
        (RSA, "alg", json!("RSA-OAEP"), Some(Unsupported)),
        (RSA, "alg", json!("ES256"), Some(Unsupported)),
        (RSA, "oth", json!([]), Some(Unsupported)),
        (RSA, "p", json!(null), Some(Malformed)),
    ] {
        assert_eq!(
            kind(&with(key, name, value.clone())).err(),
            expected,
            "{name} {value}"
        );
    }
    let secret = with(SECRET, "alg", json!("HS256"));
    assert_eq!(
        kind(&with(&secret, "key_ops", json!(["sign"]))).err(),
        Some(OtherUse)
    );
    assert!(SigningKey::from_jwk(&with(&secret, "key_ops", json!(["verify"]))).is_err());
    assert_eq!(kind(r#"{"kty":"OKP","kty":"OKP"}"#).err(), Some(Malformed));
    assert_eq!(kind("[]").err(), Some(Malformed));
    let doubled = P256.replacen('{', r#"{"crv":"P-256","#, 1);
    assert_eq!(kind(&doubled).err(), Some(Malformed));
}

#[test]
fn the_parts_of_a_private_key_belong_together() {
    let exchanged = P256.replacen("jpsQ", "jpsR", 1);
    assert!(SigningKey::from_jwk(&exchanged).is_err());
    let exchanged = ED25519.replacen("nWGx", "nWGy", 1);
    assert!(SigningKey::from_jwk(&exchanged).is_err());
    let whole: Value = serde_json::from_str(RSA).unwrap();
    for part in ["n", "e", "p", "q", "dp", "dq", "qi"] {
        let mut exchanged = whole.clone();
        exchanged["alg"] = "RS256".into();
        assert!(SigningKey::from_jwk(&exchanged.to_string()).is_ok());
        let text = exchanged[part].as_str().unwrap();
        let (first, rest) = text.split_at(text.len() / 2);
        let other = if rest.starts_with('B') { "C" } else { "B" };
        exchanged[part] = [first, other, &rest[1..]].concat().into();
        let error = SigningKey::from_jwk(&exchanged.to_string());
        assert!(error.is_err(), "{part}");
    }
    let public = P256.split(r#","d""#).next().unwrap().to_owned() + "}";
    assert!(SigningKey::from_jwk(&public).is_err());
    assert!(VerifyingKey::from_jwk(&public).is_ok());
}

#[test]
fn a_public_key_comes_back_as_it_went() {
    for key in keys() {
        let key = key.id("a \"b\"").verifying_key();
        let Some(json) = key.to_jwk() else {
            assert!(key.algorithm().name().starts_with('H'));
            continue;
        };
        let back = VerifyingKey::from_jwk(&json).unwrap();
        assert_eq!(back.to_jwk().unwrap(), json);
        assert_eq!(
            (back.algorithm(), back.key_id()),
            (key.algorithm(), Some("a \"b\""))
        );
        assert!(!json.contains("\"d\""));
    }
}

#[test]
fn nothing_of_a_secret_is_shown() {
    let key = SigningKey::secret(Algorithm::Hs256, b"abcabcabcabcabcabcabcabcabcabcabc").unwrap();
    let shown = format!(
        "{key:?} {:?} {:?}",
        key.verifying_key(),
        Jwk::parse(P256).unwrap()
    );
    assert!(
        !shown.contains("abc") && !shown.contains("97, 98") && !shown.contains("jpsQ"),
        "{shown}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_key_makes_it_panic(text in ".{0,60}", kty in "oct|RSA|EC|OKP", crv in "P-256|Ed25519|.{0,3}", member in "[A-Za-z0-9_-]{0,90}") {
        let _ = KeySet::parse(&text);
        let _ = VerifyingKey::from_pem(Algorithm::Rs256, &text);
        let json = json!({"kty": kty, "crv": crv, "x": member, "y": member, "k": member, "n": member, "e": "AQAB", "d": member});
        if let Ok(jwk) = Jwk::parse(&json.to_string()) {
            let _ = jwk.verifying_key();
            let _ = jwk.signing_key();
        }
    }
}
