//! Who a token stands for.

use std::time::SystemTime;

use plywood_core::{Carrier, Identity, future::Next};

#[cfg(feature = "jwks")]
use super::FetchedKeys;
use super::{Claims, Invalid, Verifier, verifier::Keys};
use crate::{Finding, Known, Refusal, bearer::Tokens};

impl Verifier {
    /// Who the claims are about: the name by [`name_claim`](Self::name_claim), the roles by [`role_claim`](Self::role_claim), and where the
    /// issuer says so when (`auth_time`) and how (`amr`) the person has signed in there ([RFC 9068 §2.2.1]).
    ///
    /// # Errors
    ///
    /// When they name nobody.
    ///
    /// [RFC 9068 §2.2.1]: https://www.rfc-editor.org/rfc/rfc9068#section-2.2.1
    pub fn identity(&self, claims: &Claims) -> Result<Identity, Invalid> {
        let claim = self.naming();
        let name = claims.text(claim).filter(|name| !name.is_empty());
        let name = name.ok_or_else(|| Invalid::Missing(claim.into()))?;
        let roles = self.granting().flat_map(|claim| claims.words(claim));
        let mut identity = Identity::new(name).scheme("Bearer").roles(roles);
        if let Some(time) = claims.time("auth_time") {
            identity = identity.authenticated_at(time);
        }
        let methods: Vec<_> = claims.words("amr").collect();
        if !methods.is_empty() {
            identity = identity.methods(methods.join(" "));
        }
        Ok(identity)
    }

    /// The finding about a token whose claims are accepted, or not.
    pub(super) fn finding(&self, accepted: Result<Claims, Invalid>) -> Finding {
        let known = accepted.and_then(|claims| {
            let identity = self.identity(&claims)?;
            Ok(Known::new(identity).leaving(claims))
        });
        match known {
            Ok(known) => known.into(),
            Err(invalid) => Refusal::unauthorized(invalid).into(),
        }
    }
}

/// A signed token stands for whom its claims name. They are left in the request for handlers: [`Claims::of`].
impl Tokens for Verifier {
    fn look_up(&self, token: &str) -> Next<Finding> {
        let now = SystemTime::now();
        match self.keys() {
            Keys::Given(keys) => Next::Now(self.finding(self.verify_by(keys, token, now))),
            #[cfg(feature = "jwks")]
            Keys::Fetched(keys) => self.look_up_fetched(keys, token, now),
        }
    }
}

#[cfg(feature = "jwks")]
impl Verifier {
    /// By the keys that are at hand, or, where they do not have the token's, by those that can be fetched now.
    fn look_up_fetched(&self, keys: &FetchedKeys, token: &str, now: SystemTime) -> Next<Finding> {
        if let Some(at_hand) = keys.at_hand() {
            let accepted = self.verify_by(&at_hand, token, now);
            let is_by_another = match &accepted {
                Err(Invalid::UnknownKey) => true,
                Err(Invalid::Signature) => at_hand.may_lack_key_of(token),
                _ => false,
            };
            if !is_by_another {
                return Next::Now(self.finding(accepted));
            }
        }
        let Some(end) = keys.refetch() else {
            return Next::Now(self.find_at_hand(keys, token, now));
        };
        let (verifier, keys, token) = (self.clone(), keys.clone(), token.to_owned());
        Next::Later(Box::pin(async move {
            end.await;
            verifier.find_at_hand(&keys, &token, now)
        }))
    }

    fn find_at_hand(&self, keys: &FetchedKeys, token: &str, now: SystemTime) -> Finding {
        match keys.at_hand() {
            Some(keys) => self.finding(self.verify_by(&keys, token, now)),
            None => Refusal::unknown(keys.error()).into(),
        }
    }
}

impl Claims {
    /// The claims of the token that the request was let in by, if it was one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}
