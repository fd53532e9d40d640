//! Instructions of a signed token beside those of its bare signature: `cargo bench -p plywood-benches --bench tokens`.
//!
//! It needs valgrind and gungraun's runner, as the bench `instructions`. Each verifies the same ES256 token 100 times: ring its signature alone, the
//! verifier the whole of it, with who it stands for.

#![allow(
    missing_docs,
    reason = "the macros of the harness make items without any"
)]

use std::hint::black_box;

use gungraun::prelude::*;
use plywood_auth::jwt::{Algorithm, SigningKey, Verifier};
use ring::{
    rand::SystemRandom,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
        UnparsedPublicKey,
    },
};
use serde_json::json;

const TIMES: u32 = 100;

struct Bare {
    key: UnparsedPublicKey<Vec<u8>>,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

fn claims() -> serde_json::Value {
    json!({
        "iss": "https://id.example", "aud": "https://notes.example", "sub": "248289761001",
        "exp": 4_000_000_000_u64, "iat": 1_700_000_000, "scope": "openid profile read write",
        "client_id": "s6BhdRkqt3", "jti": "dbe39bf3a3ba4238a513f51d6e1691c4",
    })
}

/// A signature of as many bytes as the token has.
fn bare() -> Bare {
    let (curve, random) = (&ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
    let der = EcdsaKeyPair::generate_pkcs8(curve, &random).expect("there is randomness");
    let pair = EcdsaKeyPair::from_pkcs8(curve, der.as_ref(), &random).expect("it is a key");
    let (token, _) = signed();
    let (signed, _) = token.rsplit_once('.').expect("it has three parts");
    let signature = pair
        .sign(&random, signed.as_bytes())
        .expect("there is randomness");
    let public = pair.public_key().as_ref().to_vec();
    Bare {
        key: UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, public),
        signed: signed.as_bytes().to_vec(),
        signature: signature.as_ref().to_vec(),
    }
}

fn signed() -> (String, Verifier) {
    let key = SigningKey::generate(Algorithm::Es256).expect("there is randomness");
    let key = key.id("2026-11");
    let verifier = Verifier::new(key.verifying_key())
        .issuer("https://id.example")
        .audience("https://notes.example");
    let token = key.sign(&claims()).expect("there is randomness");
    (token, verifier)
}

#[library_benchmark]
#[bench::ring(bare())]
fn signature(bare: Bare) {
    for _ in 0..TIMES {
        let verified = bare.key.verify(&bare.signed, &bare.signature);
        black_box(verified).expect("it is the key's");
    }
}

#[library_benchmark]
#[bench::verifier(signed())]
fn token((token, verifier): (String, Verifier)) {
    for _ in 0..TIMES {
        let claims = verifier.verify(&token).expect("it holds");
        black_box(verifier.identity(&claims)).expect("it names somebody");
    }
}

library_benchmark_group!(name = tokens, benchmarks = [signature, token]);
main!(library_benchmark_groups = tokens);
