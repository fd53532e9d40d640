//! Whether a response is right, and whether that is told.

use std::{hint::black_box, net::IpAddr, sync::Arc, time::SystemTime};

use http::Method;
use plywood_core::{Carrier, Mount, future::Next};

use super::{
    Account, Algorithm, Asked, Credentials, Hex, Qop, UnfitNonce, User, account_hash,
    authentication_info::{AUTHENTICATION_INFO, proof},
    integrity::Covered,
    nonce::Standing,
    scheme::Config,
};
use crate::{
    Attempt, Finding, Head, Known, Note, Refusal,
    scheme::proved_by,
    throttle::{self, reveal},
};

impl Config {
    /// What can be said before the account is known; nothing if there are no credentials of Digest.
    pub(super) fn screen<'h>(&self, head: &Head<'h>) -> Result<Option<Sent<'h>>, Refusal> {
        let Some(credentials) = Credentials::read(head.headers()).map_err(Refusal::malformed)?
        else {
            return Ok(None);
        };
        let mount = Mount::of(head);
        if !credentials.is_for(mount.original_uri(head.uri()), head.headers()) {
            return Err(Refusal::malformed("the credentials are for another target"));
        }
        if *credentials.realm() != *self.realm {
            return Err(Refusal::unauthorized(
                "the credentials are for another realm",
            ));
        }
        if !self.offers_user_hash && matches!(credentials.user(), User::Hash(_)) {
            return Err(Refusal::unauthorized("hashed names are not on offer"));
        }
        let algorithm = credentials
            .algorithm()
            .filter(|algorithm| self.is_offered(*algorithm))
            .ok_or_else(|| Refusal::unauthorized("the algorithm is not on offer"))?;
        let body = match credentials.qop() {
            Some(Qop::Auth) => None,
            Some(Qop::AuthInt) if self.offers_integrity => {
                let Some(Covered(body)) = head.extensions().get() else {
                    return Err(Refusal::unknown(
                        "the body is not at hand: add plywood-auth's `digest::IntegrityLayer` around the auth layer",
                    ));
                };
                Some(algorithm.hash(body))
            }
            _ => {
                let reason = "the quality of protection is not on offer";
                return Err(Refusal::unauthorized(reason));
            }
        };
        Ok(Some(Sent {
            method: head.method().clone(),
            client: throttle::client(head),
            credentials,
            algorithm,
            body,
            name: None,
        }))
    }

    pub(super) fn asked<'a>(&'a self, sent: &'a Sent<'_>) -> Asked<'a> {
        Asked::new(sent.credentials.user(), &self.realm, sent.algorithm)
    }

    /// Is the response the one of this account?
    pub(super) fn judge(&self, sent: &mut Sent<'_>, account: Option<Account>) -> Judged {
        if let (User::Hash(_), Some(account)) = (sent.credentials.user(), &account) {
            sent.name = Some(account.own_name().into());
        }
        // For an unknown name something else is computed, so that it takes as long.
        let decoy = || account_hash(sent.algorithm, sent.user(), &self.realm, "");
        let hash = match &account {
            Some(account) => account.hash(&self.asked(sent)),
            None => decoy(),
        };
        let calculation = sent.credentials.calculation(&hash, sent.body.as_ref());
        let calculation = calculation.expect("the algorithm and the quality are known");
        let is_right = sent
            .credentials
            .has_sent(&calculation.response(sent.method.as_str()));
        if !is_right && account.as_ref().is_some_and(Account::is_by_hash) {
            // Else a wrong response would be told faster than an unknown name.
            black_box(decoy());
        }
        let proves_itself = self.proves_itself && is_right;
        let (nonce, now) = (sent.credentials.nonce(), SystemTime::now());
        Judged {
            account: account.filter(|_| is_right),
            server: proves_itself.then(|| calculation.server_response()),
            standing: self.nonces.examine(nonce, &self.realm, now),
            now,
        }
    }

    /// Asks the throttle, unless the account has used this nonce before: then nobody is guessing.
    pub(super) fn ask_throttle(self: &Arc<Self>, sent: Sent<'_>, judged: Judged) -> Next<Finding> {
        let is_proven = judged.account.is_some()
            && matches!(judged.standing, Standing::Good(nonce) if self.nonces.is_of(nonce, sent.user()));
        let throttle = match &self.throttle {
            Some(throttle) if !is_proven => throttle,
            _ => return Next::Now(self.conclude(&sent, judged).0),
        };
        let attempt = sent.attempt();
        match throttle.admits(&attempt) {
            Next::Now(Ok(())) => {
                let (finding, note) = self.conclude(&sent, judged);
                match note.map(|note| throttle.note(&attempt, note)) {
                    Some(noted) => {
                        noted.map(|told| reveal(told, finding).unwrap_or_else(Finding::from))
                    }
                    None => Next::Now(finding),
                }
            }
            Next::Now(Err(wait)) => Next::Now(Refusal::throttled(wait).into()),
            Next::Later(admitted) => {
                let (config, throttle) = (Arc::clone(self), Arc::clone(throttle));
                drop(attempt);
                let sent = sent.into_owned();
                Next::Later(Box::pin(async move {
                    if let Err(wait) = admitted.await {
                        return Refusal::throttled(wait).into();
                    }
                    let (finding, note) = config.conclude(&sent, judged);
                    match note {
                        Some(note) => {
                            let told = throttle.note(&sent.attempt(), note).wait().await;
                            reveal(told, finding).unwrap_or_else(Finding::from)
                        }
                        None => finding,
                    }
                }))
            }
        }
    }

    /// What is found, and what the throttle is to learn. A right response with a nonce that is not good proves nothing, and is no guess either.
    fn conclude(&self, sent: &Sent<'_>, judged: Judged) -> (Finding, Option<Note>) {
        let Some(account) = judged.account else {
            let refusal = Refusal::unauthorized("wrong name or password");
            return (refusal.into(), Some(Note::Wrong));
        };
        let is_old = match self.use_up(sent, judged.standing, judged.now) {
            Ok(is_old) => is_old,
            Err(unfit) => return (Refusal::unauthorized(unfit).into(), None),
        };
        let known = Known::new(proved_by(account.into_identity(), "Digest", "pwd"));
        let next = is_old.then(|| self.nonces.issue(&self.realm, judged.now));
        let server = judged.server;
        let proof = server.and_then(|server| proof(&sent.credentials, &server, next.as_deref()));
        let known = match proof {
            Some(proof) => known.fields(move |headers| {
                headers.insert(AUTHENTICATION_INFO, proof);
            }),
            None => known,
        };
        (known.into(), Some(Note::Right))
    }

    /// Counts the use of the nonce. Is it time for another?
    fn use_up(
        &self,
        sent: &Sent<'_>,
        standing: Standing,
        now: SystemTime,
    ) -> Result<bool, UnfitNonce> {
        let nonce = match standing {
            Standing::Good(nonce) => nonce,
            Standing::Stale => return Err(UnfitNonce::Old),
            Standing::Foreign => return Err(UnfitNonce::Foreign),
        };
        let count = sent.credentials.count().unwrap_or(0);
        if self.nonces.count(nonce, count, sent.user(), now) {
            Ok(nonce.is_old)
        } else {
            Err(UnfitNonce::Used)
        }
    }
}
/// Credentials that may be right, and what they are to be checked against.
pub(super) struct Sent<'a> {
    credentials: Credentials<'a>,
    algorithm: Algorithm,
    /// The hash of the body, where the response covers it.
    body: Option<Hex>,
    method: Method,
    client: Option<IpAddr>,
    /// The name whose hash was sent, once the account is found.
    name: Option<Box<str>>,
}

impl Sent<'_> {
    fn user(&self) -> &str {
        match self.credentials.user() {
            User::Name(user) | User::Hash(user) => user,
        }
    }

    fn attempt(&self) -> Attempt<'_> {
        // By its name, so that guesses do not count anew for whoever sends the hash of it.
        Attempt::by(self.name.as_deref().unwrap_or(self.user()), self.client)
    }

    pub(super) fn into_owned(self) -> Sent<'static> {
        Sent {
            credentials: self.credentials.into_owned(),
            algorithm: self.algorithm,
            body: self.body,
            method: self.method,
            client: self.client,
            name: self.name,
        }
    }
}

/// What came of the check.
pub(super) struct Judged {
    /// If the response is right.
    account: Option<Account>,
    /// The server's own.
    server: Option<Hex>,
    standing: Standing,
    now: SystemTime,
}
