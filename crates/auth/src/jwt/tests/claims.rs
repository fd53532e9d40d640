//! What a token's claims must be.

use super::*;

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
