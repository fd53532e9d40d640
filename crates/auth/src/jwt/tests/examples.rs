//! The examples of the standards.

use super::*;

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
