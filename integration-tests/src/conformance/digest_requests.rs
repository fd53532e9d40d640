//! plywood-auth's Digest: do these credentials prove who sends this request?

use std::{
    collections::HashSet,
    sync::{Mutex, PoisonError},
};

use http::{HeaderMap, Uri, header};
use plywood_auth::digest::{Credentials, Qop, User, account_hash, user_hash};
use serde_json::Value;

use super::{
    case,
    outcome::{Outcome, Unmet, check},
};

/// What was accepted: a request that comes once more is a replay.
#[derive(Default)]
pub(crate) struct Accepted(Mutex<HashSet<String>>);

pub(crate) fn run(case: &Value, accepted: &Accepted) -> Outcome {
    let expected = case["accept"].as_bool();
    let expected = expected.ok_or_else(|| Unmet::failed("a case with `accept`", "none"))?;
    let refused = refusal(case, accepted)?;
    let wanted = if expected { "accepted" } else { "refused" };
    let got = refused.unwrap_or("accepted");
    check(expected == refused.is_none(), wanted, got)
}

/// Why the request is refused, if it is.
fn refusal(case: &Value, accepted: &Accepted) -> Result<Option<&'static str>, Unmet> {
    let or = |field: &str, usual: &'static str| case[field].as_str().unwrap_or(usual).to_owned();
    let (name, password) = (or("username", "Mufasa"), or("password", "Circle of Life"));
    let realm = or("realm", "http-auth@example.org");
    let (method, target) = (case::text(case, "method")?, case::text(case, "target")?);
    let sent = case::text(case, "authorization")?;

    let mut headers = HeaderMap::new();
    headers.insert(header::AUTHORIZATION, case::value(sent.as_bytes())?);
    if let Some(host) = case["host"].as_str() {
        headers.insert(header::HOST, case::value(host.as_bytes())?);
    }
    let Ok(uri) = target.parse::<Uri>() else {
        return Err(Unmet::skipped("the http crate refuses the target"));
    };
    let credentials = match Credentials::read(&headers) {
        Ok(Some(credentials)) => credentials,
        Ok(None) => return Ok(Some("refused: not of Digest")),
        Err(_) => return Ok(Some("refused: malformed")),
    };
    // Without an algorithm it is MD5; one of which nobody knows is on offer nowhere.
    let Some(algorithm) = credentials.algorithm() else {
        return Ok(Some("refused: no such algorithm"));
    };
    if let Some(issued) = case["nonce"].as_str()
        && credentials.nonce() != issued
    {
        return Ok(Some("refused: another nonce"));
    }
    if !credentials.is_for(&uri, &headers) {
        return Ok(Some("refused: another target"));
    }
    if credentials.realm() != realm {
        return Ok(Some("refused: another realm"));
    }
    let is_named = match credentials.user() {
        User::Name(sent) => *sent == name,
        User::Hash(sent) => **sent == *user_hash(algorithm, &name, &realm).as_str(),
    };
    if !is_named {
        return Ok(Some("refused: nobody of this name"));
    }
    // A server that offers qualities takes no request without; one that offers none has no counts either.
    let offers_none = |challenge: &str| !challenge.contains("qop");
    let is_old = case["challenge"].as_str().is_some_and(offers_none);
    let body = case["body"].as_str().unwrap_or_default();
    let body = (credentials.qop() == Some(Qop::AuthInt)).then(|| algorithm.hash(body));
    if !is_old && (credentials.qop().is_none() || credentials.count() == Some(0)) {
        return Ok(Some("refused: no quality of protection, or no count"));
    }
    let account = account_hash(algorithm, &name, &realm, &password);
    if !credentials.is_response_of(&account, method, body.as_ref()) {
        return Ok(Some("refused: wrong response"));
    }
    let request = [method, target, sent].join("\n");
    let mut accepted = accepted.0.lock().unwrap_or_else(PoisonError::into_inner);
    Ok((!accepted.insert(request)).then_some("refused: sent before"))
}
