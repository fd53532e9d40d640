//! plywood-auth's JWS: is it by this key?

use plywood_auth::jwt::{Algorithm, Jwk, KeyError, VerifyingKey};
use serde_json::Value;

use super::{
    case,
    outcome::{Outcome, Unmet, check},
};

pub(crate) fn run(case: &Value) -> Outcome {
    let jws = case::text(case, "jws")?;
    let expected = case::text(case, "result")?;
    let key = match &case["public_key"] {
        Value::Null => &case["private_or_secret_key"],
        key => key,
    };
    if let Some(curve) = foreign_curve(key) {
        return Err(Unmet::skipped(format!("plywood-auth has no curve {curve}")));
    }
    let verified = match verifying_key(key) {
        Ok(key) => key.verify(jws).map_err(|invalid| invalid.to_string()),
        Err(error) => Err(error.to_string()),
    };
    let got = if verified.is_ok() { "valid" } else { "invalid" };
    let reason = verified.err().unwrap_or_default();
    check(
        got == expected,
        expected,
        format_args!("{got} {reason}").to_string().trim_end(),
    )
}

/// A secret or an RSA key that does not say its algorithm is for the one that every implementation has.
fn verifying_key(key: &Value) -> Result<VerifyingKey, KeyError> {
    let jwk = Jwk::parse(&key.to_string())?;
    let jwk = match (jwk.algorithm(), key["kty"].as_str()) {
        (None, Some("oct")) => jwk.bound(Algorithm::Hs256)?,
        (None, _) => jwk.bound(Algorithm::Rs256)?,
        (Some(_), _) => jwk,
    };
    jwk.verifying_key()
}

/// A curve that the standards have and ring does not.
fn foreign_curve(key: &Value) -> Option<&str> {
    let curve = key["crv"].as_str()?;
    ["P-521", "secp256k1", "Ed448"]
        .contains(&curve)
        .then_some(curve)
}
