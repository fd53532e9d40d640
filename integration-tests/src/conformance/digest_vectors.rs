//! plywood-auth's Digest: is the response that comes out the one of the table?

use plywood_auth::digest::{Algorithm, Calculation, Protection, Qop, account_hash, user_hash};
use serde_json::Value;

use super::{
    case,
    outcome::{Outcome, Unmet, check},
};

pub(crate) fn run(case: &Value) -> Outcome {
    let text = |field| case::text(case, field);
    let name = text("algorithm")?;
    let algorithm = Algorithm::parse(name)
        .ok_or_else(|| Unmet::skipped(format!("plywood-auth knows no algorithm `{name}`")))?;
    let (user, realm) = (text("username")?, text("realm")?);
    if let Some(expected) = case["userhash"].as_str() {
        let got = user_hash(algorithm, user, realm);
        check(got.as_str() == expected, expected, got.as_str())?;
    }

    let qop = match &case["qop"] {
        Value::Null => None,
        _ => Some(Qop::parse(text("qop")?).ok_or_else(|| Unmet::skipped("no such quality"))?),
    };
    let body = case["body"].as_str().unwrap_or_default();
    let body = (qop == Some(Qop::AuthInt)).then(|| algorithm.hash(body));
    let protection = match qop {
        None => Protection::None {
            client_nonce: case["cnonce"].as_str().unwrap_or_default(),
        },
        Some(_) => Protection::Auth {
            count: text("nc")?,
            client_nonce: text("cnonce")?,
            body: body.as_ref(),
        },
    };
    let account = account_hash(algorithm, user, realm, text("password")?);
    let calculation = Calculation {
        algorithm,
        account: &account,
        nonce: text("nonce")?,
        protection,
        uri: text("uri")?,
    };
    let got = calculation.response(text("method")?);
    let (expected, is_right) = (text("response")?, case["accept"].as_bool().unwrap_or(true));
    let expected_or_not = if is_right {
        expected.to_owned()
    } else {
        format!("another than {expected}")
    };
    check(
        (got.as_str() == expected) == is_right,
        expected_or_not,
        got.as_str(),
    )
}
