use std::sync::Arc;

use http::HeaderValue;
use plywood_core::{Failure, future::Next};
use plywood_header::authorization::{self, basic_challenge};

use crate::{
    Accounts, Finding, Head, Refusal, Scheme, Verdict,
    verdict::{Check, Found},
};

/// The scheme Basic: a name and a password in each request ([RFC 7617]).
///
/// The identity's scheme is set to `Basic`, and its method to `pwd`, if the check leaves the scheme empty. It has no time of its own: a
/// browser repeats the password by itself, so that nobody knows when a person has given it.
///
/// [RFC 7617]: https://www.rfc-editor.org/rfc/rfc7617
#[derive(Clone, Debug)]
pub struct Basic {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    check: Check,
    challenge: HeaderValue,
}

impl Basic {
    /// Asks `check` who somebody of this name with this password is: see [`Verdict`] for what it may answer.
    ///
    /// A name or a password beyond [`MAX_CREDENTIAL`](crate::MAX_CREDENTIAL) is wrong without a check.
    pub fn new<V: Into<Verdict>>(check: impl Fn(&str, &str) -> V + Send + Sync + 'static) -> Self {
        Self::over(Check::new(check))
    }

    /// Asks `accounts`, such as those of a password file.
    pub fn of(accounts: impl Accounts) -> Self {
        Self::over(Check::of(accounts))
    }

    fn over(check: Check) -> Self {
        let challenge = basic_challenge("restricted").expect("the realm is ASCII");
        Self {
            config: Arc::new(Config { check, challenge }),
        }
    }

    /// Names the realm: what the password is for, as browsers show it. Default: `restricted`.
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII: no encoding is defined for a realm.
    #[must_use]
    pub fn realm(mut self, realm: &str) -> Self {
        let challenge = basic_challenge(realm).unwrap_or_else(|error| panic!("{error}"));
        Arc::make_mut(&mut self.config).challenge = challenge;
        self
    }
}

impl Scheme for Basic {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let caller = match authorization::Basic::read(head.headers()) {
            Ok(Some(caller)) => caller,
            Ok(None) => return Next::Now(Finding::Nothing),
            Err(malformed) => return Next::Now(Refusal::malformed(malformed).into()),
        };
        let verdict = self.config.check.ask(caller.user(), caller.password());
        match verdict.into_next() {
            Next::Now(found) => Next::Now(finding(found)),
            Next::Later(found) => Next::Later(Box::pin(async { finding(found.await) })),
        }
    }

    fn challenges(&self, _: Option<&Failure>) -> Vec<HeaderValue> {
        vec![self.config.challenge.clone()]
    }
}

/// Who the check found.
fn finding(found: Found) -> Finding {
    match found {
        Ok(Some(caller)) if caller.auth_scheme().is_empty() => {
            caller.scheme("Basic").methods("pwd").into()
        }
        Ok(Some(caller)) => caller.into(),
        Ok(None) => Refusal::unauthorized("wrong name or password").into(),
        Err(error) => Refusal::unknown(error).into(),
    }
}
