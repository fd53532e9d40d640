#![no_main]

use libfuzzer_sys::fuzz_target;
use plywood_auth::jwt::{Algorithm, Jwk, KeySet, SigningKey, VerifyingKey};

// A key that is read is written as it was meant, and one that signs is the one that verifies.
fuzz_target!(|text: &str| {
    if let Ok(set) = KeySet::parse(text) {
        let again = KeySet::parse(&set.to_json()).expect("it was just written");
        assert!(again.keys().len() <= set.keys().len());
    }
    for algorithm in [Algorithm::Rs256, Algorithm::Es384, Algorithm::EdDsa] {
        let _ = VerifyingKey::from_pem(algorithm, text);
        let _ = SigningKey::from_pem(algorithm, text);
    }
    let Ok(jwk) = Jwk::parse(text) else {
        return;
    };
    for algorithm in Algorithm::ALL {
        let Ok(jwk) = jwk.clone().bound(algorithm) else {
            continue;
        };
        assert_eq!(jwk.algorithm(), Some(algorithm));
        let Ok(verifies) = jwk.verifying_key() else {
            continue;
        };
        if let Some(written) = verifies.to_jwk() {
            let read = VerifyingKey::from_jwk(&written).expect("it was just written");
            assert_eq!(read.to_jwk(), Some(written));
        }
        if let Ok(signs) = jwk.signing_key() {
            let jws = signs.sign_payload(b"x").expect("there is randomness");
            assert!(verifies.verify(&jws).is_ok());
        }
    }
});
