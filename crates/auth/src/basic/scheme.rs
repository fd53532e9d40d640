use std::{sync::Arc, time::Duration};

use http::{HeaderMap, HeaderValue, header::AUTHORIZATION};
use plywood_core::{Failure, future::Next};
use plywood_header::authorization::{self, basic_challenge};

use super::memory::{Memory, Recalled};
use crate::{
    Accounts, Finding, Head, IntoVerdict, Refusal, Scheme, Throttle,
    check::{Asked, Check},
    scheme::proved_by,
    throttle,
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
    memory: Option<Arc<Memory>>,
    empty_passwords: bool,
}

impl Basic {
    /// Asks `check` who somebody of this name with this password is: see [`Verdict`](crate::Verdict) for what it may answer.
    ///
    /// A name or a password beyond [`MAX_CREDENTIAL`](crate::MAX_CREDENTIAL) is wrong without a check, and so is an empty password, unless
    /// [they are asked for](Self::insecure_empty_passwords).
    pub fn new<V: IntoVerdict>(check: impl Fn(&str, &str) -> V + Send + Sync + 'static) -> Self {
        Self::over(Check::new(check))
    }

    /// Asks `accounts`, such as those of a password file.
    pub fn of(accounts: impl Accounts) -> Self {
        Self::over(Check::of(accounts))
    }

    fn over(check: Check) -> Self {
        let time = check.edition().map_or(Duration::ZERO, |_| MINUTE);
        let basic = Self {
            config: Arc::new(Config {
                check,
                challenge: basic_challenge("restricted").expect("the realm is ASCII"),
                memory: None,
                empty_passwords: false,
            }),
        };
        basic.remember(time)
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

    /// Keeps right passwords in mind for so long, each for the client that has sent it, so that a client does not have a slow hash computed for each of its requests. Default: a minute
    /// for [accounts](Self::of) that tell their [edition](Accounts::edition), and not at all for others.
    ///
    /// A password that has been changed since, or an account that is gone, is let in for the rest of that time, unless the accounts tell
    /// another edition. What is kept is a hash with a key of this process, of 4,096 credentials at most; nothing is kept of wrong ones.
    #[must_use]
    pub fn remember(mut self, time: Duration) -> Self {
        let memory = if time.is_zero() {
            None
        } else {
            Memory::new(time)
        };
        Arc::make_mut(&mut self.config).memory = memory.map(Arc::new);
        self
    }

    /// Counts wrong passwords, and refuses those who had too many with `429`. Default: [`Attempts`](crate::Attempts) of its own.
    ///
    /// Where the same accounts have several ways in, give each a clone of the same `Attempts`.
    #[must_use]
    pub fn throttle(mut self, throttle: impl Throttle) -> Self {
        let throttle = Some(Arc::new(throttle) as Arc<dyn Throttle>);
        Arc::make_mut(&mut self.config).check.throttle(throttle);
        self
    }

    /// Lets everybody try as many passwords as they like: for a check that counts by itself.
    #[must_use]
    pub fn unlimited_attempts(mut self) -> Self {
        Arc::make_mut(&mut self.config).check.throttle(None);
        self
    }

    /// Has empty passwords checked like others: for clients that send a token as the name, and nothing as the password. Default: an empty
    /// password is wrong without a check, because some directories (LDAP, [RFC 4513 §5.1.2]) take it for a guest and let it in.
    ///
    /// [RFC 4513 §5.1.2]: https://www.rfc-editor.org/rfc/rfc4513#section-5.1.2
    #[must_use]
    pub fn insecure_empty_passwords(mut self) -> Self {
        Arc::make_mut(&mut self.config).empty_passwords = true;
        self
    }
}

impl Scheme for Basic {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let memory = self.config.memory.as_ref();
        let edition = memory.and_then(|_| self.config.check.edition());
        let client = memory.and_then(|_| throttle::client(head));
        let tagged = memory.and_then(|memory| {
            let tag = memory.tag(sole(head.headers())?, client)?;
            Some((memory, tag))
        });
        let recalled = tagged.and_then(|(memory, tag)| memory.recall(tag, edition));
        if let Some(recalled) = recalled {
            if client.is_some() {
                return Next::Now(recalled.caller.into());
            }
            // Without an address this may be anybody, who learns nothing while those have to wait.
            let admitted = self.config.check.admits(head, recalled.account());
            return admitted.map(|admitted| match admitted {
                Ok(()) => recalled.caller.into(),
                Err(refusal) => refusal.into(),
            });
        }
        let caller = match authorization::Basic::read(head.headers()) {
            Ok(Some(caller)) => caller,
            Ok(None) => return Next::Now(Finding::Nothing),
            Err(malformed) => return Next::Now(Refusal::malformed(malformed).into()),
        };
        let (name, password) = caller.user_and_password();
        if password.is_empty() && !self.config.empty_passwords {
            return Next::Now(finding(Ok(None)));
        }
        let asked = self.config.check.ask(head, name, password);
        let Some((memory, tag)) = tagged else {
            return asked.map(finding);
        };
        let (memory, account) = (Arc::clone(memory), Box::<str>::from(name));
        asked.map(move |asked| {
            let finding = finding(asked);
            if let Finding::Known(known) = &finding {
                let recalled = Recalled::new(known.identity(), &account);
                memory.keep(tag, edition, recalled);
            }
            finding
        })
    }

    fn challenges(&self, _: Option<&Failure>) -> Vec<HeaderValue> {
        vec![self.config.challenge.clone()]
    }
}

/// Who the check found.
fn finding(asked: Asked) -> Finding {
    match asked {
        Ok(Some(caller)) => proved_by(caller, "Basic", "pwd").into(),
        Ok(None) => Refusal::unauthorized("wrong name or password").into(),
        Err(refusal) => refusal.into(),
    }
}

/// The field, if there is one and it is of this scheme. No other is hashed to be looked up.
fn sole(headers: &HeaderMap) -> Option<&HeaderValue> {
    let mut fields = headers.get_all(AUTHORIZATION).iter();
    let field = fields.next().filter(|_| fields.next().is_none())?;
    let (scheme, _) = field.as_bytes().split_at_checked("basic ".len())?;
    scheme.eq_ignore_ascii_case(b"basic ").then_some(field)
}

const MINUTE: Duration = Duration::from_secs(60);
