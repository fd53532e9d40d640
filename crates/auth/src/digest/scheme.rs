use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::HeaderValue;
use plywood_core::{Failure, future::Next};

use super::{
    Algorithm, Asked, Challenge, DigestAccounts, Lookup, Qop, UnfitNonce, accounts::Closure,
    nonce::Nonces,
};
use crate::{Attempts, Finding, Head, Refusal, Scheme, Throttle};

/// The scheme Digest: a proof that the client knows the password, anew for each request ([RFC 7616]).
///
/// | the request has | finding |
/// |---|---|
/// | no credentials, or of another scheme | nothing |
/// | a right response, with a nonce of ours in its time, used for the first time by its count | the account's identity, of the scheme `Digest` and the method `pwd` |
/// | a right response, with another nonce, or a count that was seen | `401`, `stale=true`: the client computes again and asks nobody |
/// | a wrong response, an unknown name, another realm, an algorithm or a quality that is not on offer | `401` |
/// | credentials that cannot be read, or whose `uri` is not the target of the request | `400` |
/// | any, but the account could not be looked up | `503` |
///
/// The `uri` is compared byte for byte with the target as it was sent, before any mount. Behind a proxy that rewrites targets, Digest does not work.
///
/// Nonces hold a time and a tag that nobody else can make, so that giving them out takes no room; those that were used are remembered with
/// their counts, and where there are too many, the oldest become stale. A process does not know the nonces of another: with
/// several, [share a secret](Self::secret), and send each client to the same one, or a request can be sent once to each.
///
/// [RFC 7616]: https://www.rfc-editor.org/rfc/rfc7616
#[derive(Clone)]
pub struct Digest {
    config: Arc<Config>,
}

#[derive(Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(super) struct Config {
    pub(super) realm: Box<str>,
    accounts: Arc<dyn DigestAccounts>,
    pub(super) nonces: Arc<Nonces>,
    pub(super) throttle: Option<Arc<dyn Throttle>>,
    offers_md5: bool,
    offers_sessions: bool,
    pub(super) offers_user_hash: bool,
    pub(super) offers_integrity: bool,
    pub(super) proves_itself: bool,
}

impl Digest {
    /// Asks `find` for the account of somebody in this realm.
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII: no encoding is defined for a realm.
    pub fn new<L: Into<Lookup>>(
        realm: &str,
        find: impl Fn(&Asked<'_>) -> L + Send + Sync + 'static,
    ) -> Self {
        Self::of(realm, Closure(find))
    }

    /// Asks `accounts`, such as those of an [`Htdigest`](super::Htdigest) file.
    ///
    /// # Panics
    ///
    /// When `realm` is not printable ASCII.
    pub fn of(realm: &str, accounts: impl DigestAccounts) -> Self {
        let is_plain = realm.bytes().all(|byte| matches!(byte, b' '..=b'~'));
        assert!(
            is_plain,
            "invalid realm {realm:?}: it must be printable ASCII"
        );
        Self {
            config: Arc::new(Config {
                realm: realm.into(),
                accounts: Arc::new(accounts),
                nonces: Arc::new(Nonces::new()),
                throttle: Some(Arc::new(Attempts::new())),
                offers_md5: false,
                offers_sessions: false,
                offers_user_hash: false,
                offers_integrity: false,
                proves_itself: true,
            }),
        }
    }

    /// Offers MD5 too, after SHA-256 and SHA-512-256: for old clients, and for files that Apache's `htdigest` has written. Default: not, because MD5 is broken.
    #[must_use]
    pub fn allow_md5(mut self) -> Self {
        self.config().offers_md5 = true;
        self
    }

    /// Offers `-sess` of each algorithm too, after the plain ones. Default: not, because hardly a client prefers them.
    #[must_use]
    pub fn sessions(mut self) -> Self {
        self.config().offers_sessions = true;
        self
    }

    /// Lets clients send the hash of a name in its place. Default: not, because the account must then be found by it: see [`Asked::is`].
    #[must_use]
    pub fn user_hash(mut self) -> Self {
        self.config().offers_user_hash = true;
        self
    }

    /// Offers `auth-int` too, by which the response covers the body. It needs an [`IntegrityLayer`](super::IntegrityLayer) around. Default: not.
    #[must_use]
    pub fn integrity(mut self) -> Self {
        self.config().offers_integrity = true;
        self
    }

    /// Leaves `Authentication-Info` out of answers, by which the server proves that it knows the account too: it costs a hash and a field. Default: it is there.
    #[must_use]
    pub fn without_proof(mut self) -> Self {
        self.config().proves_itself = false;
        self
    }

    /// Counts wrong responses, and refuses those who had too many with `429`. Default: [`Attempts`] of its own. An account goes on with a nonce that it has used
    /// rightly before, whatever others do.
    ///
    /// Where the same accounts have several ways in, give each a clone of the same `Attempts`.
    #[must_use]
    pub fn throttle(mut self, throttle: impl Throttle) -> Self {
        self.config().throttle = Some(Arc::new(throttle));
        self
    }

    /// Lets everybody try as many responses as they like.
    #[must_use]
    pub fn unlimited_attempts(mut self) -> Self {
        self.config().throttle = None;
        self
    }

    /// How long a nonce is good for. Default: 5 minutes. A client whose nonce is old computes again, and asks nobody.
    #[must_use]
    pub fn nonce_life(mut self, life: Duration) -> Self {
        let config = self.config();
        config.nonces = Arc::new(config.nonces.life(life));
        self
    }

    /// How many nonces in use are remembered, each by about 100 bytes. Default: 65,536. Beyond it the oldest become stale.
    #[must_use]
    pub fn max_nonces(mut self, most: usize) -> Self {
        let config = self.config();
        config.nonces = Arc::new(config.nonces.capacity(most.max(1)));
        self
    }

    /// Makes the nonces by this secret, so that they outlive the process, and are known to others with the same one. Default: one of its own, at random.
    ///
    /// Counts are not shared, so that within the life of a nonce a request that was overheard can be sent once more to each process, and once after a restart.
    ///
    /// # Panics
    ///
    /// When it has fewer than 32 bytes. Take them from a generator of random bytes.
    #[must_use]
    pub fn secret(mut self, secret: &[u8]) -> Self {
        assert!(secret.len() >= 32, "a secret must have 32 bytes at least");
        let config = self.config();
        config.nonces = Arc::new(config.nonces.secret(secret));
        self
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }
}

impl Scheme for Digest {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let mut sent = match self.config.screen(head) {
            Ok(Some(sent)) => sent,
            Ok(None) => return Next::Now(Finding::Nothing),
            Err(refusal) => return Next::Now(refusal.into()),
        };
        let judged = match self.config.accounts.find(&self.config.asked(&sent)).0 {
            Next::Now(Ok(account)) => self.config.judge(&mut sent, account),
            Next::Now(Err(error)) => return Next::Now(Refusal::unknown(error).into()),
            Next::Later(found) => {
                let (config, mut sent) = (Arc::clone(&self.config), sent.into_owned());
                return Next::Later(Box::pin(async move {
                    match found.await {
                        Ok(account) => {
                            let judged = config.judge(&mut sent, account);
                            config.ask_throttle(sent, judged).wait().await
                        }
                        Err(error) => Refusal::unknown(error).into(),
                    }
                }));
            }
        };
        self.config.ask_throttle(sent, judged)
    }

    /// One for each algorithm, with one nonce for all.
    fn challenges(&self, why: Option<&Failure>) -> Vec<HeaderValue> {
        let config = &self.config;
        let nonce = config.nonces.issue(&config.realm, SystemTime::now());
        let stale = why.is_some_and(|why| why.reason().is::<UnfitNonce>());
        let challenges = config.offers().filter_map(|algorithm| {
            let challenge = Challenge {
                realm: &config.realm,
                nonce: &nonce,
                algorithm,
                qop: config.qualities(),
                user_hash: config.offers_user_hash,
                stale,
            };
            challenge.field()
        });
        challenges.collect()
    }
}

impl Config {
    /// What is on offer, the strongest first; SHA-512-256 after SHA-256, because clients are known that compute it wrongly.
    fn offers(&self) -> impl Iterator<Item = Algorithm> {
        let offers = [
            Algorithm::Sha256,
            Algorithm::Sha512_256,
            Algorithm::Sha256Sess,
            Algorithm::Sha512_256Sess,
            Algorithm::Md5,
            Algorithm::Md5Sess,
        ];
        offers
            .into_iter()
            .filter(|algorithm| self.is_offered(*algorithm))
    }

    const fn qualities(&self) -> &'static [Qop] {
        if self.offers_integrity {
            &[Qop::Auth, Qop::AuthInt]
        } else {
            &[Qop::Auth]
        }
    }

    pub(super) fn is_offered(&self, algorithm: Algorithm) -> bool {
        let plain = algorithm.plain();
        (self.offers_md5 || plain != Algorithm::Md5)
            && (self.offers_sessions || !algorithm.is_session())
            && self.accounts.has(&self.realm, plain)
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest")
            .field("realm", &self.config.realm)
            .field("nonces", &self.config.nonces)
            .finish_non_exhaustive()
    }
}
