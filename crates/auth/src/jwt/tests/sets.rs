//! The sets of keys.

use super::*;

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
