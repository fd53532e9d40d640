use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{Claims, Invalid, Jws, KeySet};

/// Decides whether a token is accepted: by its signature, and by what its claims must say.
///
/// By default, following [RFC 8725](https://www.rfc-editor.org/rfc/rfc8725) and [RFC 9068](https://www.rfc-editor.org/rfc/rfc9068):
///
/// - `exp` must be there; `exp`, `nbf` and `iat` are compared with the clock, with a [leeway](Self::leeway) of a minute;
/// - `typ` must be absent, `JWT` or `at+jwt`, so that a token for something else (a sign-out, a proof of possession) is none for access;
/// - `aud` must name an [audience](Self::audience) of this service. A token without `aud` is accepted while none is named here, and a token with
///   one is not;
/// - `iss` may be anything until an [issuer](Self::issuer) is named: the keys are the issuer's.
///
/// ```
/// use plywood_auth::jwt::{Algorithm, Invalid, SigningKey, Verifier};
/// use serde_json::json;
///
/// # fn main() -> Result<(), plywood_core::BoxError> {
/// let key = SigningKey::generate(Algorithm::Es256)?;
/// let verifier = Verifier::new(key.verifying_key())
///     .issuer("https://id.example")
///     .audience("https://notes.example");
///
/// let mut claims = json!({
///     "iss": "https://id.example", "aud": "https://notes.example",
///     "sub": "ada", "exp": 4_000_000_000_u64,
/// });
/// assert_eq!(verifier.verify(&key.sign(&claims)?)?.subject(), Some("ada"));
///
/// claims["aud"] = "https://shop.example".into();
/// assert_eq!(verifier.verify(&key.sign(&claims)?), Err(Invalid::Audience));
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Verifier(Arc<Config>);

#[derive(Clone, Debug)]
struct Config {
    keys: Keys,
    issuers: Vec<Box<str>>,
    audiences: Vec<Box<str>>,
    types: Vec<Box<str>>,
    required: Vec<Box<str>>,
    leeway: Duration,
    max_age: Option<Duration>,
    name: Box<str>,
    roles: Vec<Box<str>>,
}

#[derive(Clone, Debug)]
pub(super) enum Keys {
    Given(KeySet),
    #[cfg(feature = "jwks")]
    Fetched(super::FetchedKeys),
}

impl Verifier {
    /// Accepts what these keys have signed: one key, or a set.
    pub fn new(keys: impl Into<KeySet>) -> Self {
        Self::over(Keys::Given(keys.into()))
    }

    /// Accepts what the keys have signed that are fetched from an issuer.
    #[cfg(feature = "jwks")]
    pub fn fetching(keys: super::FetchedKeys) -> Self {
        Self::over(Keys::Fetched(keys))
    }

    fn over(keys: Keys) -> Self {
        Self(Arc::new(Config {
            keys,
            issuers: Vec::new(),
            audiences: Vec::new(),
            types: Vec::new(),
            required: vec!["exp".into()],
            leeway: Duration::from_secs(60),
            max_age: None,
            name: "sub".into(),
            roles: Vec::new(),
        }))
    }

    /// Who must have issued it, as `iss` says; named more than once, any one of them. Default: whoever has the keys.
    #[must_use]
    pub fn issuer(mut self, issuer: impl Into<Box<str>>) -> Self {
        self.config().issuers.push(issuer.into());
        self
    }

    /// A name of this service: `aud` must have it; named more than once, any one of them. Default: none, and then `aud` must be absent
    /// ([RFC 7519 §4.1.3](https://www.rfc-editor.org/rfc/rfc7519#section-4.1.3)).
    #[must_use]
    pub fn audience(mut self, audience: impl Into<Box<str>>) -> Self {
        self.config().audiences.push(audience.into());
        self
    }

    /// What `typ` must be, such as `at+jwt`, and then it must be there; named more than once, any one of them. Default: absent, `JWT` or
    /// `at+jwt`. It has no case, and `application/` before it counts for nothing
    /// ([RFC 7515 §4.1.9](https://www.rfc-editor.org/rfc/rfc7515#section-4.1.9)).
    #[must_use]
    pub fn typ(mut self, typ: impl Into<Box<str>>) -> Self {
        self.config().types.push(typ.into());
        self
    }

    /// A claim that must be there. Default: `exp`.
    #[must_use]
    pub fn require(mut self, claim: impl Into<Box<str>>) -> Self {
        self.config().required.push(claim.into());
        self
    }

    /// Accepts tokens that never end. Whoever steals one keeps it until the key is changed.
    #[must_use]
    pub fn endless_tokens(mut self) -> Self {
        self.config().required.retain(|claim| **claim != *"exp");
        self
    }

    /// How far the clocks of the issuer and of this service may be apart. Default: a minute.
    #[must_use]
    pub fn leeway(mut self, leeway: Duration) -> Self {
        self.config().leeway = leeway;
        self
    }

    /// How long ago it may have been issued, whatever `exp` says; `iat` must then be there. Default: no bound.
    #[must_use]
    pub fn max_age(mut self, age: Duration) -> Self {
        self.config().max_age = Some(age);
        self
    }

    /// The claim that names who asks. Default: `sub`, which is unique and never given to somebody else. An address of mail or a name for display
    /// is neither at every issuer.
    #[must_use]
    pub fn name_claim(mut self, claim: impl Into<Box<str>>) -> Self {
        self.config().name = claim.into();
        self
    }

    /// A claim whose words are the roles of who asks, such as `roles` or `groups`; named more than once, the words of all. Default: `scope`.
    #[must_use]
    pub fn role_claim(mut self, claim: impl Into<Box<str>>) -> Self {
        self.config().roles.push(claim.into());
        self
    }

    /// Verifies a token now, and gives what it says. Where keys are fetched, by those that are at hand: nothing is waited for.
    ///
    /// # Errors
    ///
    /// When it is not to be accepted.
    pub fn verify(&self, token: &str) -> Result<Claims, Invalid> {
        self.verify_at(token, SystemTime::now())
    }

    /// Verifies a token at this time.
    ///
    /// # Errors
    ///
    /// When it is not to be accepted.
    pub fn verify_at(&self, token: &str, now: SystemTime) -> Result<Claims, Invalid> {
        match &self.0.keys {
            Keys::Given(keys) => self.verify_by(keys, token, now),
            #[cfg(feature = "jwks")]
            Keys::Fetched(keys) => {
                let keys = keys.at_hand().ok_or(Invalid::UnknownKey)?;
                self.verify_by(&keys, token, now)
            }
        }
    }

    pub(super) fn verify_by(
        &self,
        keys: &KeySet,
        token: &str,
        now: SystemTime,
    ) -> Result<Claims, Invalid> {
        self.accept(&keys.verify(token)?, now)
    }

    fn accept(&self, jws: &Jws, now: SystemTime) -> Result<Claims, Invalid> {
        let config = &*self.0;
        if !config.is_wanted(jws.typ()) {
            return Err(Invalid::Type);
        }
        let claims = Claims::read(jws.payload())?;
        if let Some(claim) = config.required.iter().find(|claim| !claims.has(claim)) {
            return Err(Invalid::Missing(claim.clone()));
        }
        if claims.is_over(now, config.leeway) {
            return Err(Invalid::Expired);
        }
        if claims.is_early(now, config.leeway) {
            return Err(Invalid::NotYet);
        }
        if config
            .max_age
            .is_some_and(|age| claims.is_older(age, now, config.leeway))
        {
            return Err(Invalid::Expired);
        }
        let is_trusted = |issuer: &str| config.issuers.iter().any(|trusted| **trusted == *issuer);
        if !config.issuers.is_empty() && !claims.issuer().is_some_and(is_trusted) {
            return Err(Invalid::Issuer);
        }
        let is_ours = |audience: &str| config.audiences.iter().any(|ours| **ours == *audience);
        let is_for_all = config.audiences.is_empty() && !claims.has("aud");
        if !is_for_all && !claims.audiences().any(is_ours) {
            return Err(Invalid::Audience);
        }
        Ok(claims)
    }

    pub(super) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    pub(super) fn naming(&self) -> &str {
        &self.0.name
    }

    pub(super) fn granting(&self) -> impl Iterator<Item = &str> {
        let by_default = self.0.roles.is_empty().then_some("scope");
        by_default
            .into_iter()
            .chain(self.0.roles.iter().map(|claim| &**claim))
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.0)
    }
}

impl Config {
    fn is_wanted(&self, typ: Option<&str>) -> bool {
        let is = |typ: &str, wanted: &str| short(typ).eq_ignore_ascii_case(short(wanted));
        match typ {
            None => self.types.is_empty(),
            Some(typ) if self.types.is_empty() => is(typ, "JWT") || is(typ, "at+jwt"),
            Some(typ) => self.types.iter().any(|wanted| is(typ, wanted)),
        }
    }
}

/// A media type without the `application/` that may be left out.
fn short(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}
