//! The examples of the standards, and attacks on what they leave open.

use std::time::{Duration, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// RFC 7515 §A.1.
const SECRET: &str = r#"{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}"#;

/// RFC 7515 §A.2.
const RSA: &str = r#"{"kty": "RSA", "n": "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ", "e": "AQAB", "d": "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoAJe46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpRLI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZFD9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ", "p": "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJdTJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc", "q": "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc", "dp": "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6HsJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0", "dq": "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU", "qi": "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7YIBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"}"#;

/// RFC 7515 §A.3.
const P256: &str = r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}"#;

/// RFC 8037 §A.1.
const ED25519: &str = r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;

/// The claims of RFC 7519 §3.1, line breaks and all.
const JOE: &str =
    "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";

const BY_SECRET: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

const BY_RSA: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

const BY_P256: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

const BY_ED25519: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";

/// RFC 7519 §6.1: unsecured.
const BY_NOBODY: &str = "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.";

fn jwk(json: &str, algorithm: Algorithm) -> Jwk {
    Jwk::parse(json).unwrap().bound(algorithm).unwrap()
}

fn verifying(json: &str, algorithm: Algorithm) -> VerifyingKey {
    jwk(json, algorithm).verifying_key().unwrap()
}

/// One key for each algorithm.
fn keys() -> Vec<SigningKey> {
    let key = |algorithm| match algorithm {
        Algorithm::Rs256
        | Algorithm::Rs384
        | Algorithm::Rs512
        | Algorithm::Ps256
        | Algorithm::Ps384
        | Algorithm::Ps512 => jwk(RSA, algorithm).signing_key().unwrap(),
        _ => SigningKey::generate(algorithm).unwrap(),
    };
    Algorithm::ALL.into_iter().map(key).collect()
}

/// A token as an attacker writes it: any header, any payload, any signature.
fn forged(header: &Value, payload: &str, signature: &[u8]) -> String {
    let [header, payload, signature] =
        [header.to_string().as_bytes(), payload.as_bytes(), signature]
            .map(|part| BASE64_URL_SAFE_NO_PAD.encode(part));
    format!("{header}.{payload}.{signature}")
}

#[test]
fn the_examples_of_the_standards_are_verified() {
    for (key, algorithm, token, payload) in [
        (SECRET, Algorithm::Hs256, BY_SECRET, JOE),
        (RSA, Algorithm::Rs256, BY_RSA, JOE),
        (P256, Algorithm::Es256, BY_P256, JOE),
        (
            ED25519,
            Algorithm::EdDsa,
            BY_ED25519,
            "Example of Ed25519 signing",
        ),
    ] {
        let jws = verifying(key, algorithm).verify(token).unwrap();
        assert_eq!(jws.payload(), payload.as_bytes());
    }
    assert_eq!(
        verifying(SECRET, Algorithm::Hs256)
            .verify(BY_SECRET)
            .unwrap()
            .typ(),
        Some("JWT")
    );
}

#[test]
fn what_is_signed_without_randomness_is_signed_as_in_the_examples() {
    for (key, algorithm, token) in [
        (RSA, Algorithm::Rs256, BY_RSA),
        (ED25519, Algorithm::EdDsa, BY_ED25519),
        (SECRET, Algorithm::Hs256, BY_SECRET),
    ] {
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let key = jwk(key, algorithm).signing_key().unwrap();
        let made = key.signature(signed.as_bytes()).unwrap();
        assert_eq!(
            BASE64_URL_SAFE_NO_PAD.encode(made),
            signature,
            "{algorithm}"
        );
    }
}

#[test]
fn the_example_of_a_jwt_holds_until_its_time() {
    let verifier = Verifier::new(verifying(SECRET, Algorithm::Hs256)).issuer("joe");
    let at = |seconds| verifier.verify_at(BY_SECRET, UNIX_EPOCH + Duration::from_secs(seconds));
    let claims = at(1_300_819_439).unwrap();
    assert_eq!(claims.issuer(), Some("joe"));
    assert_eq!(claims.get("http://example.com/is_root"), Some(true));
    assert_eq!(at(1_300_819_440), Err(Invalid::Expired));
}

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
fn a_set_finds_the_key_and_passes_over_what_is_no_key() {
    let [a, b] = [(); 2].map(|()| SigningKey::generate(Algorithm::Es256).unwrap());
    let (a, b) = (a.id("a"), b.id("b"));
    let set = KeySet::new([a.verifying_key(), b.verifying_key()]);
    let mut json: Value = serde_json::from_str(&set.to_json()).unwrap();
    for stranger in [
        json!({"kty": "EC", "crv": "P-521", "kid": "c"}),
        json!({"kty": "oct", "k": "AA"}),
        json!({"kty": "AKP"}),
        json!("nonsense"),
        serde_json::from_str(RSA).unwrap(),
    ] {
        json["keys"].as_array_mut().unwrap().push(stranger);
    }
    let set = KeySet::parse(&json.to_string()).unwrap();
    assert_eq!(set.keys().len(), 3);
    assert_eq!(set.keys()[2].algorithm(), Algorithm::Rs256);
    for key in [&a, &b] {
        assert!(set.verify(&key.sign_payload(b"").unwrap()).is_ok());
        // Under the other's name, and under a name that nobody has.
        assert_eq!(
            set.verify(&key.clone().id("c").sign_payload(b"").unwrap()),
            Err(Invalid::UnknownKey)
        );
    }
    let token = a.clone().id("b").sign_payload(b"").unwrap();
    assert_eq!(set.verify(&token), Err(Invalid::Signature));
    assert!(set.verify(BY_RSA).is_ok());

    for wrong in [
        "",
        "[]",
        "{}",
        r#"{"keys":{}}"#,
        r#"{"keys":[],"keys":[]}"#,
        &json!({"keys": vec![json!({}); MAX_KEYS + 1]}).to_string(),
        &format!(r#"{{"keys":[],"x":"{}"}}"#, "x".repeat(MAX_SET)),
    ] {
        assert!(KeySet::parse(wrong).is_err());
    }
    assert!(
        KeySet::parse(r#"{"keys":[]}"#)
            .unwrap()
            .verify(BY_RSA)
            .is_err()
    );
}

#[test]
fn a_set_that_anybody_can_fetch_holds_no_secrets() {
    let secret = json!({"kty": "oct", "alg": "HS256", "k": "A".repeat(43)});
    let set = json!({"keys": [secret]}).to_string();
    assert_eq!(KeySet::parse(&set).unwrap().keys().len(), 1);
    assert_eq!(KeySet::parse_public(&set).unwrap().keys().len(), 0);
    assert_eq!(KeySet::parse(&set).unwrap().to_json(), r#"{"keys":[]}"#);
}

#[test]
fn claims_must_say_what_is_asked_for() {
    let key = SigningKey::generate(Algorithm::Hs256).unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1000);
    let verifier = || Verifier::new(key.verifying_key());
    let ours = || verifier().audience("a").audience("b").issuer("i");
    let whole = json!({"exp": 2000, "iss": "i", "aud": "a"});
    for (verifier, change, expected) in [
        (ours(), json!({}), None),
        (ours(), json!({"aud": ["x", "b"]}), None),
        (ours(), json!({"aud": ["x"]}), Some(Invalid::Audience)),
        (ours(), json!({"aud": []}), Some(Invalid::Audience)),
        (ours(), json!({"aud": "A"}), Some(Invalid::Audience)),
        (ours(), json!({"aud": null}), Some(Invalid::Claims)),
        (verifier(), json!({}), Some(Invalid::Audience)),
        (ours(), json!({"iss": "I"}), Some(Invalid::Issuer)),
        (ours().issuer("I"), json!({"iss": "I"}), None),
        (ours(), json!({"exp": 940}), Some(Invalid::Expired)),
        (
            ours().leeway(Duration::from_secs(100)),
            json!({"exp": 940}),
            None,
        ),
        (ours(), json!({"nbf": 1100}), Some(Invalid::NotYet)),
        (ours(), json!({"iat": 1100}), Some(Invalid::NotYet)),
        (
            ours().max_age(Duration::from_secs(100)),
            json!({"iat": 900}),
            None,
        ),
        (
            ours().max_age(Duration::from_secs(100)),
            json!({"iat": 700}),
            Some(Invalid::Expired),
        ),
        (
            ours().max_age(Duration::from_secs(100)),
            json!({}),
            Some(Invalid::Expired),
        ),
        (
            ours().require("sub"),
            json!({}),
            Some(Invalid::Missing("sub".into())),
        ),
        (ours().require("sub"), json!({"sub": "ada"}), None),
        (ours(), json!({"sub": 1}), Some(Invalid::Claims)),
    ] {
        let mut claims = whole.clone();
        for (name, value) in change.as_object().unwrap() {
            claims[name] = value.clone();
        }
        let token = key.sign(&claims).unwrap();
        assert_eq!(verifier.verify_at(&token, now).err(), expected, "{claims}");
    }
    for (claims, expected) in [
        (
            json!({"iss": "i", "aud": "a"}),
            Some(Invalid::Missing("exp".into())),
        ),
        (json!({"exp": 2000, "aud": "a"}), Some(Invalid::Issuer)),
        (json!({"exp": 2000, "iss": "i"}), Some(Invalid::Audience)),
    ] {
        let token = key.sign(&claims).unwrap();
        assert_eq!(ours().verify_at(&token, now).err(), expected, "{claims}");
    }
    let endless = key.sign(&json!({})).unwrap();
    assert!(verifier().endless_tokens().verify_at(&endless, now).is_ok());
    assert!(key.sign(&json!([])).is_err());
    assert!(key.sign(&"{}").is_err());
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
