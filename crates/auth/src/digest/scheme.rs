use std::{
    borrow::Cow,
    error, fmt,
    hint::black_box,
    net::IpAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{HeaderName, HeaderValue, Method};
use plywood_core::{Carrier, Failure, Mount, future::Next};

use super::{
    Account, Algorithm, Asked, Challenge, Credentials, DigestAccounts, Hex, Lookup, Qop, User,
    account_hash,
    accounts::Closure,
    integrity::Covered,
    nonce::{Nonces, Standing},
};
use crate::{Attempt, Attempts, Finding, Head, Known, Note, Refusal, Scheme, Throttle};

const AUTHENTICATION_INFO: HeaderName = HeaderName::from_static("authentication-info");

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
struct Config {
    realm: Box<str>,
    accounts: Arc<dyn DigestAccounts>,
    nonces: Arc<Nonces>,
    throttle: Option<Arc<dyn Throttle>>,
    offers_md5: bool,
    offers_sessions: bool,
    offers_user_hash: bool,
    offers_integrity: bool,
    proves_itself: bool,
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

    fn is_offered(&self, algorithm: Algorithm) -> bool {
        let plain = algorithm.plain();
        (self.offers_md5 || plain != Algorithm::Md5)
            && (self.offers_sessions || !algorithm.is_session())
            && self.accounts.has(&self.realm, plain)
    }

    /// What can be said before the account is known; nothing if there are no credentials of Digest.
    fn screen<'h>(&self, head: &Head<'h>) -> Result<Option<Sent<'h>>, Refusal> {
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
            client: Attempt::of("", head).client(),
            credentials,
            algorithm,
            body,
            name: None,
        }))
    }

    fn asked<'a>(&'a self, sent: &'a Sent<'_>) -> Asked<'a> {
        Asked::new(sent.credentials.user(), &self.realm, sent.algorithm)
    }

    /// Is the response the one of this account?
    fn judge(&self, sent: &mut Sent<'_>, account: Option<Account>) -> Judged {
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
    fn ask_throttle(self: &Arc<Self>, sent: Sent<'_>, judged: Judged) -> Next<Finding> {
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
                    Some(noted) => noted.map(|told| tell(told, finding)),
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
                            tell(told, finding)
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
        let identity = account.into_identity();
        let known = Known::new(match identity.auth_scheme() {
            "" => identity.scheme("Digest").methods("pwd"),
            _ => identity,
        });
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

/// What was found, unless the throttle keeps it back.
fn tell(told: Result<(), Duration>, finding: Finding) -> Finding {
    match told {
        Ok(()) => finding,
        Err(wait) => Refusal::throttled(wait).into(),
    }
}

/// Credentials that may be right, and what they are to be checked against.
struct Sent<'a> {
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

    fn into_owned(self) -> Sent<'static> {
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
struct Judged {
    /// If the response is right.
    account: Option<Account>,
    /// The server's own.
    server: Option<Hex>,
    standing: Standing,
    now: SystemTime,
}

/// `Authentication-Info` ([RFC 7616 §3.5](https://www.rfc-editor.org/rfc/rfc7616#section-3.5)).
fn proof(credentials: &Credentials<'_>, server: &Hex, next: Option<&str>) -> Option<HeaderValue> {
    let (count, client_nonce) = credentials.count_and_client_nonce()?;
    let client_nonce = if client_nonce.contains(['"', '\\']) {
        Cow::Owned(client_nonce.replace('\\', "\\\\").replace('"', "\\\""))
    } else {
        Cow::Borrowed(client_nonce)
    };
    let parts = [
        "rspauth=\"",
        server.as_str(),
        "\", qop=auth, nc=",
        count,
        ", cnonce=\"",
        &client_nonce,
        "\"",
        if next.is_some() { ", nextnonce=\"" } else { "" },
        next.unwrap_or(""),
        if next.is_some() { "\"" } else { "" },
    ];
    HeaderValue::try_from(parts.concat()).ok()
}

/// Why a right response is refused all the same: the reason of a [`Refusal`], which becomes `stale=true` in the challenge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum UnfitNonce {
    /// The nonce is past its life, or so old that its counts may be forgotten.
    Old,
    /// It was never given out here: invented, of another process, or of one that has ended.
    Foreign,
    /// It was used with this count before: a request that was sent again, maybe by somebody else.
    Used,
}

impl fmt::Display for UnfitNonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Old => "the nonce is too old",
            Self::Foreign => "the nonce was not given out here",
            Self::Used => "the nonce was used with this count before",
        })
    }
}

impl error::Error for UnfitNonce {}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digest")
            .field("realm", &self.config.realm)
            .field("nonces", &self.config.nonces)
            .finish_non_exhaustive()
    }
}
