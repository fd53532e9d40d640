#![no_main]

use std::{
    sync::LazyLock,
    time::{Duration, UNIX_EPOCH},
};

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use libfuzzer_sys::fuzz_target;
use plywood_auth::{
    bearer,
    jwt::{KeySet, Verifier},
};

/// The keys of RFC 7515 §A.1 and §A.3, and of RFC 8037 §A.1.
static KEYS: LazyLock<KeySet> = LazyLock::new(|| {
    KeySet::parse(concat!(
        r#"{"keys":[{"kty":"oct","alg":"HS256","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"},"#,
        r#"{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"},"#,
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]}"#,
    ))
    .expect("it is a set")
});

/// What the standards have signed with them.
const SIGNED: [&str; 3] = [
    "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
    "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q",
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg",
];

// Nobody can make another spelling of what was signed, nor anything else that passes for it.
fuzz_target!(|token: &[u8]| {
    let mut headers = HeaderMap::new();
    if let Ok(line) = HeaderValue::from_bytes(&[b"Bearer ", token].concat()) {
        headers.insert(AUTHORIZATION, line);
        if let Ok(Some(read)) = bearer::token(&headers) {
            assert!(token.ends_with(read.as_bytes()));
        }
    }
    let Ok(token) = std::str::from_utf8(token) else {
        return;
    };
    let verified = KEYS.verify(token);
    assert_eq!(verified.is_ok(), SIGNED.contains(&token), "{token}");
    let then = UNIX_EPOCH + Duration::from_secs(1_300_000_000);
    if let Ok(claims) = Verifier::new(KEYS.clone()).verify_at(token, then) {
        assert_eq!(claims.issuer(), Some("joe"));
    }
});
