use std::{error, fmt, sync::Arc};

use http::{HeaderValue, StatusCode};
use plywood_core::{Failure, Identity, future::Next};
use plywood_header::authorization::basic_challenge;

use super::{MAX_TOKEN, TokenHash, token};
use crate::{Finding, Head, IntoVerdict, Refusal, Scheme, StaleSignIn, Verdict, scheme::proved_by};

/// The scheme Bearer: whoever sends the token is let in ([RFC 6750]).
///
/// | the request has | answer |
/// |---|---|
/// | a token of somebody | the inner service's |
/// | no token | `401` with a challenge that names no error |
/// | a token of nobody, one that is over | `401`, `error="invalid_token"` |
/// | something else than a token after `Bearer` | `400`, `error="invalid_request"` |
/// | a token without a [scope](Self::scope) that is asked for | `403`, `error="insufficient_scope"` |
///
/// The scopes of a token are the roles of its [`Identity`]. Its scheme is set to `Bearer` if it has none.
///
/// [RFC 6750]: https://www.rfc-editor.org/rfc/rfc6750
#[derive(Clone)]
pub struct Bearer {
    config: Arc<Config>,
}

#[derive(Clone)]
struct Config {
    tokens: Arc<dyn Tokens>,
    realm: Box<str>,
    scopes: Vec<Box<str>>,
}

/// Knows what a token stands for.
///
/// A closure does for tokens that mean nothing by themselves ([`Bearer::new`]); [`Verifier`](crate::jwt::Verifier) does for signed ones.
pub trait Tokens: Send + Sync + 'static {
    /// Who is let in by this token? It has at most [`MAX_TOKEN`] bytes of its alphabet.
    ///
    /// [`Finding::Nothing`] is a token of nobody. A [`Refusal`] that is a `401` says why, to the operator.
    fn look_up(&self, token: &str) -> Next<Finding>;
}

impl Bearer {
    /// Asks `look_up` whose token has this hash: see [`Verdict`](crate::Verdict) for what it may answer.
    ///
    /// Keep the hashes of tokens, never the tokens: [`Token::new`](super::Token::new) makes both.
    pub fn new<V: IntoVerdict>(look_up: impl Fn(&TokenHash) -> V + Send + Sync + 'static) -> Self {
        Self::of(Hashed(look_up))
    }

    /// Asks `tokens`.
    pub fn of(tokens: impl Tokens) -> Self {
        Self {
            config: Arc::new(Config {
                tokens: Arc::new(tokens),
                realm: "restricted".into(),
                scopes: Vec::new(),
            }),
        }
    }

    /// Names the realm: what the token is for. Default: `restricted`.
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII: no encoding is defined for a realm.
    #[must_use]
    pub fn realm(mut self, realm: &str) -> Self {
        basic_challenge(realm).unwrap_or_else(|error| panic!("{error}"));
        Arc::make_mut(&mut self.config).realm = realm.into();
        self
    }

    /// Asks that the token has this scope; named more than once, all of them. Default: none.
    ///
    /// It is asked of whoever a layer outside has found too, in whatever way: somebody who has come in by another scheme needs a role of that name.
    ///
    /// # Panics
    ///
    /// When it is no scope ([RFC 6749 §3.3](https://www.rfc-editor.org/rfc/rfc6749#section-3.3)): printable ASCII without spaces, quotes and
    /// backslashes.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        let is_scope = |byte: u8| matches!(byte, b'!' | b'#'..=b'[' | b']'..=b'~');
        assert!(
            !scope.is_empty() && scope.bytes().all(is_scope),
            "invalid scope {scope:?}: it must be printable ASCII without spaces, quotes and backslashes"
        );
        Arc::make_mut(&mut self.config).scopes.push(scope.into());
        self
    }
}

impl Config {
    /// What was found, with what is asked of every token.
    fn judge(&self, found: Finding) -> Finding {
        match found {
            Finding::Known(known) => {
                if let Err(refusal) = self.ask_scopes(known.identity()) {
                    return refusal.into();
                }
                known
                    .named(|identity| proved_by(identity, "Bearer", ""))
                    .into()
            }
            Finding::Nothing => Refusal::unauthorized(WrongToken(None)).into(),
            Finding::Refused(refusal) if refusal.status() == StatusCode::UNAUTHORIZED => {
                let why = refusal.why().clone();
                Refusal::unauthorized(WrongToken(Some(why))).into()
            }
            refused @ Finding::Refused(_) => refused,
        }
    }

    fn ask_scopes(&self, identity: &Identity) -> Result<(), Refusal> {
        if self.scopes.iter().all(|scope| identity.has_role(scope)) {
            return Ok(());
        }
        let challenge = self.challenge(Some("insufficient_scope"), "");
        Err(Refusal::insufficient("the token lacks a scope").challenge(challenge))
    }

    /// [RFC 6750 §3](https://www.rfc-editor.org/rfc/rfc6750#section-3)
    fn challenge(&self, error: Option<&str>, more: &str) -> HeaderValue {
        let mut challenge = String::from("Bearer realm=\"");
        for character in self.realm.chars() {
            if matches!(character, '"' | '\\') {
                challenge.push('\\');
            }
            challenge.push(character);
        }
        challenge.push('"');
        if let Some(error) = error {
            challenge.extend([", error=\"", error, "\""]);
        }
        if !self.scopes.is_empty() {
            challenge.extend([", scope=\"", &self.scopes.join(" "), "\""]);
        }
        challenge.push_str(more);
        HeaderValue::try_from(challenge).expect("realm and scopes are printable ASCII")
    }
}

impl Scheme for Bearer {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let token = match token(head.headers()) {
            Ok(Some(token)) => token,
            Ok(None) => return Next::Now(Finding::Nothing),
            Err(malformed) => {
                let refusal = Refusal::malformed(malformed);
                let challenge = self.config.challenge(Some("invalid_request"), "");
                return Next::Now(refusal.challenge(challenge).into());
            }
        };
        if token.len() > MAX_TOKEN {
            return Next::Now(self.config.judge(Finding::Nothing));
        }
        match self.config.tokens.look_up(token) {
            Next::Now(found) => Next::Now(self.config.judge(found)),
            Next::Later(found) => {
                let config = Arc::clone(&self.config);
                Next::Later(Box::pin(async move { config.judge(found.await) }))
            }
        }
    }

    fn challenges(&self, why: Option<&Failure>) -> Vec<HeaderValue> {
        let why = why.map(Failure::reason);
        let challenge = if why.is_some_and(<dyn error::Error + Send + Sync>::is::<WrongToken>) {
            self.config.challenge(Some("invalid_token"), "")
        } else if let Some(stale) = why.and_then(|why| why.downcast_ref::<StaleSignIn>()) {
            // RFC 9470 §3.
            let max_age = format!(", max_age=\"{}\"", stale.max_age().as_secs());
            let error = "insufficient_user_authentication";
            self.config.challenge(Some(error), &max_age)
        } else {
            self.config.challenge(None, "")
        };
        vec![challenge]
    }

    fn suffices(&self, identity: &Identity) -> Result<(), Refusal> {
        self.config.ask_scopes(identity)
    }
}

impl fmt::Debug for Bearer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bearer")
            .field("realm", &self.config.realm)
            .field("scopes", &self.config.scopes)
            .finish_non_exhaustive()
    }
}

/// A token that lets nobody in.
#[derive(Debug)]
struct WrongToken(Option<Failure>);

impl fmt::Display for WrongToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(why) => why.fmt(f),
            None => f.write_str("the token is nobody's"),
        }
    }
}

impl error::Error for WrongToken {
    fn source(&self) -> Option<&(dyn error::Error + 'static)> {
        let why = self.0.as_ref()?;
        Some(why.reason())
    }
}

/// Tokens by their hash.
struct Hashed<F>(F);

impl<F, V> Tokens for Hashed<F>
where
    F: Fn(&TokenHash) -> V + Send + Sync + 'static,
    V: IntoVerdict,
{
    fn look_up(&self, token: &str) -> Next<Finding> {
        let verdict: Verdict = (self.0)(&TokenHash::of(token)).into();
        verdict.into_next().map(Finding::of)
    }
}
