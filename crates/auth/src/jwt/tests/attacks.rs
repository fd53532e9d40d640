//! What would be let in if a key did not say by itself what it is for.

use super::*;

#[test]
fn what_each_key_signs_it_verifies_and_no_other_does() {
    let keys = keys();
    for key in &keys {
        let token = key
            .sign(&json!({"sub": "ada", "exp": 4_000_000_000_u64}))
            .unwrap();
        for other in &keys {
            let found = other.verifying_key().verify(&token);
            let (is_it, algorithm) = (
                key.verifying_key().algorithm(),
                other.verifying_key().algorithm(),
            );
            if is_it == algorithm {
                assert!(found.is_ok(), "{algorithm}: {found:?}");
            } else {
                assert_eq!(found, Err(Invalid::OtherAlgorithm(algorithm)));
            }
        }
        let stranger = SigningKey::generate(key.verifying_key().algorithm());
        if let Ok(stranger) = stranger {
            assert_eq!(
                stranger.verifying_key().verify(&token),
                Err(Invalid::Signature)
            );
        }
    }
}

#[test]
fn nobody_signs_nothing() {
    for key in keys() {
        let key = key.verifying_key();
        assert_eq!(key.verify(BY_NOBODY), Err(Invalid::Algorithm));
        for name in ["none", "None", "NONE", "nOnE", ""] {
            let token = forged(&json!({"alg": name}), JOE, b"");
            assert_eq!(key.verify(&token), Err(Invalid::Algorithm), "{name}");
        }
        let token = forged(&json!({"alg": key.algorithm().name()}), JOE, b"");
        assert_eq!(key.verify(&token), Err(Invalid::Signature));
    }
}

#[test]
fn a_public_key_is_never_a_secret() {
    let public = verifying(RSA, Algorithm::Rs256);
    let text = public.to_jwk().unwrap();
    let members: Value = serde_json::from_str(&text).unwrap();
    let modulus = BASE64_URL_SAFE_NO_PAD
        .decode(members["n"].as_str().unwrap())
        .unwrap();
    for secret in [text.as_bytes(), &modulus] {
        let secret = SigningKey::secret(Algorithm::Hs256, secret).unwrap();
        let token = secret.sign_payload(JOE.as_bytes()).unwrap();
        assert_eq!(
            public.verify(&token),
            Err(Invalid::OtherAlgorithm(Algorithm::Rs256))
        );
        // The signature of the one under the name of the other.
        let header = json!({"alg": "RS256"});
        let token = forged(&header, JOE, &secret.signature(token.as_bytes()).unwrap());
        assert_eq!(public.verify(&token), Err(Invalid::Signature));
        // A set with both keys takes each for what it is for.
        let set = KeySet::new([public.clone()]);
        let token = secret.sign_payload(JOE.as_bytes()).unwrap();
        assert_eq!(set.verify(&token), Err(Invalid::UnknownKey));
    }
}

#[test]
fn the_key_that_a_token_brings_along_is_not_looked_at() {
    let (ours, theirs) = (
        SigningKey::generate(Algorithm::Es256),
        SigningKey::generate(Algorithm::Es256),
    );
    let (ours, theirs) = (ours.unwrap().verifying_key(), theirs.unwrap());
    let brought: Value = serde_json::from_str(&theirs.verifying_key().to_jwk().unwrap()).unwrap();
    for header in [
        json!({"alg": "ES256", "jwk": brought}),
        json!({"alg": "ES256", "jku": "http://127.0.0.1:1/keys"}),
        json!({"alg": "ES256", "x5u": "http://127.0.0.1:1/cert"}),
        json!({"alg": "ES256", "x5c": ["MIIB"], "kid": "../../../dev/null"}),
        json!({"alg": "ES256", "kid": "' OR 1=1 --"}),
        json!({"alg": "ES256", "kid": ""}),
    ] {
        let signed = forged(&header, JOE, b"");
        let signed = signed.trim_end_matches('.');
        let signature = theirs.signature(signed.as_bytes()).unwrap();
        let token = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature));
        assert!(theirs.verifying_key().verify(&token).is_ok());
        assert_eq!(ours.verify(&token), Err(Invalid::Signature), "{header}");
        let set = KeySet::new([ours.clone().id("a")]);
        assert!(set.verify(&token).is_err());
    }
}

#[test]
fn a_signature_of_a_curve_has_its_fixed_form() {
    let key = verifying(P256, Algorithm::Es256);
    let (signed, signature) = BY_P256.rsplit_once('.').unwrap();
    let fixed = BASE64_URL_SAFE_NO_PAD.decode(signature).unwrap();
    // As DER writes it: both numbers with a sign, each with its length.
    let number = |bytes: &[u8]| {
        let sign: &[u8] = if bytes[0] >= 0x80 { &[0] } else { &[] };
        let length = u8::try_from(sign.len() + bytes.len()).unwrap();
        [&[2, length], sign, bytes].concat()
    };
    let numbers = [number(&fixed[..32]), number(&fixed[32..])].concat();
    let der = [&[0x30, u8::try_from(numbers.len()).unwrap()][..], &numbers].concat();
    let zero = [0; 64];
    let swapped = [&fixed[32..], &fixed[..32]].concat();
    for wrong in [
        &der[..],
        &zero,
        &swapped,
        &fixed[..63],
        &[&fixed[..], &[0]].concat(),
        &[&[0][..], &fixed].concat(),
        &[&[0; 32][..], &fixed[32..]].concat(),
        &[&fixed[..32], &[0; 32][..]].concat(),
        &[0xff; 64],
        &[],
    ] {
        let token = format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(wrong));
        assert_eq!(key.verify(&token), Err(Invalid::Signature), "{wrong:x?}");
    }
}

#[test]
fn no_part_can_be_cut_or_exchanged() {
    for key in keys() {
        let verifying = key.verifying_key();
        let token = key.sign_payload(JOE.as_bytes()).unwrap();
        for end in (0..token.len()).step_by(7) {
            assert!(verifying.verify(&token[..end]).is_err(), "{end}");
        }
        let other = key.sign_payload(b"{}").unwrap();
        let (signed, _) = token.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        let mixed = format!("{signed}.{signature}");
        assert_eq!(verifying.verify(&mixed), Err(Invalid::Signature));
    }
}

#[test]
fn a_token_for_something_else_is_none() {
    let key = SigningKey::generate(Algorithm::Hs256).unwrap();
    let claims = json!({"exp": 4_000_000_000_u64});
    for (typ, by_default, as_access_token) in [
        ("JWT", true, false),
        ("jwt", true, false),
        ("application/JWT", true, false),
        ("at+jwt", true, true),
        ("AT+JWT", true, true),
        ("application/at+jwt", true, true),
        ("dpop+jwt", false, false),
        ("logout+jwt", false, false),
        ("text/jwt", false, false),
        ("application/x/jwt", false, false),
        ("", false, false),
    ] {
        let token = key.clone().typ(typ).sign(&claims).unwrap();
        let verifier = Verifier::new(key.verifying_key());
        assert_eq!(verifier.verify(&token).is_ok(), by_default, "{typ}");
        let verifier = verifier.typ("at+jwt");
        assert_eq!(verifier.verify(&token).is_ok(), as_access_token, "{typ}");
    }
    let untyped = key.sign_payload(claims.to_string().as_bytes()).unwrap();
    assert!(Verifier::new(key.verifying_key()).verify(&untyped).is_ok());
    let verifier = Verifier::new(key.verifying_key()).typ("JWT");
    assert_eq!(verifier.verify(&untyped), Err(Invalid::Type));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_change_of_a_character_passes(which: prop::sample::Index, place: prop::sample::Index, new in "[A-Za-z0-9_.=-]") {
        let keys = keys();
        let key = &keys[which.index(keys.len())];
        let token = key.sign(&json!({"sub": "ada"})).unwrap();
        let place = place.index(token.len());
        let mut changed = token.clone();
        changed.replace_range(place..=place, &new);
        prop_assert_eq!(key.verifying_key().verify(&changed).is_ok(), changed == token);
    }

    #[test]
    fn what_is_signed_comes_back(payload: Vec<u8>, id in proptest::option::of(".{0,20}")) {
        let mut key = SigningKey::generate(Algorithm::EdDsa).unwrap();
        if let Some(id) = &id {
            key = key.id(id.as_str());
        }
        let jws = KeySet::from(key.verifying_key()).verify(&key.sign_payload(&payload).unwrap()).unwrap();
        prop_assert_eq!(jws.payload(), &payload);
        prop_assert_eq!(jws.key_id(), id.as_deref());
    }
}
