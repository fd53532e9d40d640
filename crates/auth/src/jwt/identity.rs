//! Who a token stands for.

use std::time::SystemTime;

use plywood_core::{Carrier, Identity, future::Next};

use super::{Claims, Invalid, Verifier};
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
        Next::Now(self.finding(self.verify_at(token, SystemTime::now())))
    }
}

impl Claims {
    /// The claims of the token that the request was let in by, if it was one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}
