use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::HeaderValue;
use plywood_core::{Identity, future::Next};
use ring::hmac;
use serde_json::{Map, Value};

use super::{
    TicketError,
    cookie::{Cookie, keep_private},
};
use crate::{
    Finding, Head, Known, Scheme,
    jwt::{Algorithm, Claims, KeySet, SigningKey, Verifier},
};

/// A ticket of Plywood's own: who signed in, when and how, in a cookie that nobody can change. For a site without sessions.
///
/// Several machines may share the secret, if their clocks agree to a minute. It ends when it is not used for the
/// [idle timeout](Self::idle_timeout), and after the [absolute timeout](Self::absolute_timeout) whatever happens. What it cannot do, because nothing of it is kept: be taken back before that. [`forget`](Self::forget) takes it from the browser, and a
/// copy that somebody made stays good; [`issued_after`](Self::issued_after) ends all at once. Where that is not enough, take a session.
///
/// Answers to whoever has one are for a private cache alone, with `Vary: cookie`. Where strangers are [let in](crate::AuthLayer::optional), their
/// answers say nothing of the kind: the inner service must, if a cache may store them.
///
/// Inside it is a JWT by HMAC with SHA-256, bound to this use and to the name of the cookie. Its user can read it.
///
/// ```
/// use plywood_auth::ticket::SealedTicket;
/// use plywood_core::Identity;
///
/// # fn main() -> Result<(), plywood_auth::ticket::TicketError> {
/// # let (new, old) = (b"7bc38b1d09e2c4f65a13de9b4a70612f", b"e1f0a9d35c847b2610fd42c96b8e3a57");
/// let tickets = SealedTicket::new(new)?.older(old)?;
/// let cookie = tickets.issue(&Identity::new("ann").roles(["admin"]))?;
/// assert!(cookie.to_str().unwrap().starts_with("__Host-ticket="));
/// assert!(SealedTicket::new(b"too short").is_err());
/// assert!(SealedTicket::new(&[0; 32]).is_err());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct SealedTicket {
    config: Arc<Config>,
}

#[derive(Clone)]
struct Config {
    keys: Vec<SigningKey>,
    verifier: Verifier,
    cookie: Cookie,
    idle: Duration,
    absolute: Duration,
    issued_after: SystemTime,
}

/// The fewest bytes of a secret.
const MIN_LENGTH: usize = 32;

/// So many secrets are tried.
const MAX_SECRETS: usize = 4;

const IDLE: Duration = Duration::from_secs(24 * 60 * 60);
const ABSOLUTE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The end of the year 9999: a later second is no time for every reader.
const LAST: u64 = 253_402_300_799;

/// No other token of Plywood's is of this type.
const TYPE: &str = "plywood-ticket+jwt";

impl SealedTicket {
    /// Tickets by this secret. Take it from a generator of random bytes (`head -c 32 /dev/urandom`), never a sentence.
    ///
    /// # Errors
    ///
    /// When it has fewer than 32 bytes, or all of them are the same.
    pub fn new(secret: &[u8]) -> Result<Self, TicketError> {
        let mut config = Config {
            keys: vec![key(secret)?],
            verifier: Verifier::new(KeySet::default()),
            cookie: Cookie {
                name: "__Host-ticket".into(),
                domain: None,
                secure: true,
            },
            idle: IDLE,
            absolute: ABSOLUTE,
            issued_after: UNIX_EPOCH,
        };
        config.prepare();
        Ok(Self {
            config: Arc::new(config),
        })
    }

    /// Another secret, which opens tickets and makes none. To rotate, put a new secret before the old one, and drop the old one after the
    /// idle timeout.
    ///
    /// # Errors
    ///
    /// As [`new`](Self::new), or when there are 4 already.
    pub fn older(mut self, secret: &[u8]) -> Result<Self, TicketError> {
        if self.config.keys.len() == MAX_SECRETS {
            return Err(TicketError::ManySecrets);
        }
        let key = key(secret)?;
        self.edit(|config| config.keys.push(key));
        Ok(self)
    }

    /// How long a ticket lasts that is not used. Default: a day. It is issued anew after a tenth of it.
    #[must_use]
    pub fn idle_timeout(mut self, timeout: Duration) -> Self {
        self.edit(|config| config.idle = timeout);
        self
    }

    /// How long a sign-in lasts in all. Default: a week.
    #[must_use]
    pub fn absolute_timeout(mut self, timeout: Duration) -> Self {
        self.edit(|config| config.absolute = timeout);
        self
    }

    /// Refuses the tickets of those who signed in before: everybody signs in again. Default: none.
    #[must_use]
    pub fn issued_after(mut self, time: SystemTime) -> Self {
        self.edit(|config| config.issued_after = time);
        self
    }

    /// The name of the cookie, which follows `__Host-`. Default: `ticket`. A ticket is good under the name that it was issued under, and no
    /// other.
    #[must_use]
    pub fn cookie(mut self, name: &str) -> Self {
        self.edit(|config| {
            let prefix = if config.cookie.secure { "__Host-" } else { "" };
            config.cookie.name = [prefix, name].concat().into();
        });
        self
    }

    /// Sets cookies that go over plain HTTP too, and so cannot have the prefix `__Host-`. Whoever listens on the line has the ticket then.
    #[must_use]
    pub fn insecure_cookies(mut self) -> Self {
        self.edit(|config| {
            config.cookie.secure = false;
            let name = config.cookie.name.trim_start_matches("__Host-");
            config.cookie.name = name.into();
        });
        self
    }

    /// A ticket for somebody who has just signed in, as a field `Set-Cookie`. It takes along the roles, the methods and the scheme.
    ///
    /// # Errors
    ///
    /// When there is no name, or all that does not fit into a cookie.
    pub fn issue(&self, identity: &Identity) -> Result<HeaderValue, TicketError> {
        let now = SystemTime::now();
        if identity.name().is_empty() {
            return Err(TicketError::Unwritable);
        }
        let mut claims = Map::new();
        let list =
            |words: &mut dyn Iterator<Item = &str>| words.map(Value::from).collect::<Vec<_>>();
        for (name, value) in [
            ("sub", Value::from(identity.name())),
            ("by", identity.auth_scheme().into()),
            ("roles", list(&mut identity.iter_roles()).into()),
            ("amr", list(&mut identity.iter_methods()).into()),
            ("auth_time", seconds(identity.since().unwrap_or(now)).into()),
            ("iat", seconds(now).into()),
        ] {
            claims.insert(name.to_owned(), value);
        }
        self.config.write(claims, now)
    }

    /// Takes the ticket back from the browser, as a field `Set-Cookie`. A copy that somebody kept stays good until its time is over.
    pub fn forget(&self) -> Vec<HeaderValue> {
        self.config.cookie.removals()
    }

    fn edit(&mut self, edit: impl FnOnce(&mut Config)) {
        let config = Arc::make_mut(&mut self.config);
        edit(config);
        config.prepare();
    }
}

impl Config {
    /// Makes the verifier from everything else.
    fn prepare(&mut self) {
        let keys = self.keys.iter().map(SigningKey::verifying_key);
        self.verifier = Verifier::new(KeySet::new(keys))
            .typ(TYPE)
            .audience(self.cookie.name.clone())
            .require("iat")
            .max_age(self.absolute)
            .role_claim("roles");
    }

    /// Signs the claims, to last from now.
    fn write(
        &self,
        mut claims: Map<String, Value>,
        now: SystemTime,
    ) -> Result<HeaderValue, TicketError> {
        claims.insert("aud".to_owned(), (&*self.cookie.name).into());
        claims.insert("nbf".to_owned(), seconds(now).into());
        let end = seconds(now).saturating_add(self.idle.as_secs());
        claims.insert("exp".to_owned(), end.min(LAST).into());
        let token = self.keys[0]
            .sign(&claims)
            .map_err(|_| TicketError::Unwritable)?;
        self.cookie.set(&token)
    }

    fn find(&self, head: &Head<'_>, now: SystemTime) -> Option<Claims> {
        let read = |text| self.verifier.verify_at(text, now).ok();
        let is_late = |claims: &Claims| claims.issued_at() >= Some(self.issued_after);
        self.cookie
            .sent(head.headers())
            .filter_map(read)
            .find(is_late)
    }
}

impl Scheme for SealedTicket {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let now = SystemTime::now();
        let config = &self.config;
        let found = config.find(head, now).and_then(|claims| {
            let identity = config.verifier.identity(&claims).ok()?;
            let by = claims.text("by").unwrap_or_default().to_owned();
            Some((identity.scheme(by), claims))
        });
        let Some((identity, claims)) = found else {
            return Next::Now(Finding::Nothing);
        };
        let left = claims
            .expires_at()
            .and_then(|end| end.duration_since(now).ok());
        let is_used = left.is_some_and(|left| left <= config.idle / 10 * 9);
        let anew = is_used.then(|| (Arc::clone(config), claims));
        let known = Known::new(identity).fields(move |fields| {
            keep_private(fields);
            if let Some((config, claims)) = anew
                // What was small enough for a cookie still is.
                && let Ok(cookie) = config.write(claims.all().unwrap_or_default(), now)
            {
                config.cookie.renew(fields, cookie);
            }
        });
        Next::Now(known.into())
    }
}

/// The key of a secret for tickets alone, whatever else the secret is used for.
fn key(secret: &[u8]) -> Result<SigningKey, TicketError> {
    if secret.len() < MIN_LENGTH {
        return Err(TicketError::ShortSecret);
    }
    if secret.iter().all(|byte| *byte == secret[0]) {
        return Err(TicketError::UniformSecret);
    }
    let root = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let derived = hmac::sign(&root, b"plywood sealed ticket 1");
    let key = SigningKey::secret(Algorithm::Hs256, derived.as_ref());
    Ok(key.expect("the hash is as long as the hash").typ(TYPE))
}

fn seconds(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs())
}

impl fmt::Debug for SealedTicket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedTicket")
            .field("secrets", &self.config.keys.len())
            .field("cookie", &self.config.cookie)
            .field("idle", &self.config.idle)
            .field("absolute", &self.config.absolute)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use http::{Request, header::COOKIE};

    use super::*;

    #[test]
    fn a_ticket_may_last_for_ever() {
        let tickets = SealedTicket::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap();
        let tickets = tickets
            .idle_timeout(Duration::MAX)
            .absolute_timeout(Duration::MAX);
        let cookie = tickets.issue(&Identity::new("ada")).unwrap();
        let pair = cookie.to_str().unwrap().split(';').next().unwrap();
        let request = Request::get("/").header(COOKIE, pair).body(()).unwrap();
        let found = tickets.config.find(&Head::of(&request), SystemTime::now());
        assert_eq!(found.unwrap().text("sub"), Some("ada"));
    }

    #[test]
    fn a_ticket_ends_unused_and_in_all() {
        let hour = Duration::from_secs(3600);
        let tickets = SealedTicket::new(b"7bc38b1d09e2c4f65a13de9b4a70612f").unwrap();
        let tickets = tickets.idle_timeout(2 * hour).absolute_timeout(3 * hour);
        let request = |cookie: &HeaderValue| {
            let pair = cookie.to_str().unwrap().split(';').next().unwrap();
            Request::get("/").header(COOKIE, pair).body(()).unwrap()
        };
        let cookie = tickets.issue(&Identity::new("ada")).unwrap();
        let issued = request(&cookie);
        let config = &tickets.config;
        let now = SystemTime::now();
        let find = |request: &Request<()>, after| config.find(&Head::of(request), now + after);
        assert!(find(&issued, hour).is_some());
        assert!(find(&issued, 2 * hour + hour / 20).is_none());

        // Used after an hour, it lasts for two more, and not beyond three in all.
        let members = find(&issued, hour).unwrap().all().unwrap();
        let anew = request(&config.write(members, now + hour).unwrap());
        assert!(find(&anew, 2 * hour + hour / 2).is_some());
        assert!(find(&anew, 3 * hour + hour / 20).is_none());
        // Nor is it good before it was made, beyond what clocks differ.
        assert!(config.find(&Head::of(&issued), now - hour).is_none());
        assert!(
            config
                .find(&Head::of(&issued), now - Duration::from_secs(30))
                .is_some()
        );
    }
}
