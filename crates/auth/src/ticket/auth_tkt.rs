use std::{
    fmt,
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::HeaderValue;
use plywood_core::{Client, Identity, future::Next};

use super::{
    DigestType, SharedTicket, TicketError,
    cookie::{Cookie, keep_private},
    shared::{as_cookie, bound},
};
use crate::{Finding, Head, Known, Scheme};

/// The scheme of Apache's `mod_auth_tkt`: a [`SharedTicket`] in a cookie, for a sign-on that several servers share.
///
/// Whoever signs people in [issues](Self::issue) the ticket, here or elsewhere; everybody who has the secret reads it. The tokens are the
/// roles, and the ticket itself is left in the request: `SharedTicket::of(&request)`.
///
/// A ticket that is forged, over, or bound to another address is as none: the next scheme is asked. It cannot be taken back before its time.
///
/// Answers to whoever has one are for a private cache alone, with `Vary: cookie`. Where strangers are [let in](crate::AuthLayer::optional), their
/// answers say nothing of the kind: the inner service must, if a cache may store them.
///
/// ```
/// use http::{Request, StatusCode, header::COOKIE};
/// use plywood_auth::{AuthLayer, ticket::AuthTkt};
/// use plywood_core::{Body, BoxError, Identity};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let tickets = AuthTkt::new("the secret of TKTAuthSecret, from a generator");
/// let cookie = tickets.issue(&Identity::new("ann").roles(["admin"]), "", None)?;
/// assert!(cookie.to_str()?.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"));
///
/// let app = ServiceBuilder::new()
///     .layer(AuthLayer::new(tickets))
///     .service(service_fn(async |_: Request<Body>| {
///         Ok::<_, BoxError>(http::Response::new(Body::from("hello")))
///     }));
/// let pair = cookie.to_str()?.split(';').next().unwrap();
/// let ann = Request::get("/").header(COOKIE, pair).body(Body::empty())?;
/// assert_eq!(app.oneshot(ann).await?.status(), StatusCode::OK);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct AuthTkt {
    config: Arc<Config>,
}

#[derive(Clone)]
struct Config {
    secrets: Vec<Box<[u8]>>,
    hash: DigestType,
    cookie: Cookie,
    is_bound: bool,
    timeout: Duration,
    reissue_after: Option<Duration>,
}

/// As `TKTAuthTimeout` has it.
const TIMEOUT: Duration = Duration::from_secs(2 * 60 * 60);

impl AuthTkt {
    /// Tickets made with this secret, which all servers have. Take it from a generator of random bytes, 32 of them at least, and write it in
    /// hexadecimal digits: whoever has a ticket can try sentences on it.
    ///
    /// # Panics
    ///
    /// When it is empty.
    pub fn new(secret: impl AsRef<[u8]>) -> Self {
        let secret = secret.as_ref();
        assert!(!secret.is_empty(), "a secret must not be empty");
        Self {
            config: Arc::new(Config {
                secrets: vec![secret.into()],
                hash: DigestType::Sha512,
                cookie: Cookie {
                    name: "auth_tkt".into(),
                    domain: None,
                    secure: true,
                },
                is_bound: false,
                timeout: TIMEOUT,
                reissue_after: None,
            }),
        }
    }

    /// Another secret, which reads tickets and makes none: to change the secret, name the new one first, and the old one here until the last
    /// ticket made with it is over.
    ///
    /// # Panics
    ///
    /// When it is empty.
    #[must_use]
    pub fn older(mut self, secret: impl AsRef<[u8]>) -> Self {
        let secret = secret.as_ref();
        assert!(!secret.is_empty(), "a secret must not be empty");
        self.config().secrets.push(secret.into());
        self
    }

    /// The hash, which must be the others' too. Default: SHA-512.
    #[must_use]
    pub fn digest(mut self, hash: DigestType) -> Self {
        self.config().hash = hash;
        self
    }

    /// The name of the cookie. Default: `auth_tkt`.
    #[must_use]
    pub fn cookie(mut self, name: impl Into<Box<str>>) -> Self {
        self.config().cookie.name = name.into();
        self
    }

    /// The domain whose servers, with all subdomains, get the cookie: `example.com`. Default: this host alone.
    #[must_use]
    pub fn domain(mut self, domain: impl Into<Box<str>>) -> Self {
        self.config().cookie.domain = Some(domain.into());
        self
    }

    /// Sets cookies that go over plain HTTP too. Whoever listens on the line has the ticket then.
    #[must_use]
    pub fn insecure_cookies(mut self) -> Self {
        self.config().cookie.secure = false;
        self
    }

    /// Binds tickets to the client's address, as `TKTAuthIgnoreIP off`. Whoever changes networks signs in again, and a client of IPv6 cannot
    /// sign in, because a ticket has no room for its address. Default: not bound.
    #[must_use]
    pub fn bind_addresses(mut self) -> Self {
        self.config().is_bound = true;
        self
    }

    /// How old a ticket may be. Default: two hours.
    #[must_use]
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.config().timeout = timeout;
        self
    }

    /// How old a ticket is that a new one takes the place of, in the answer to whoever sends it. Default: half of the
    /// [timeout](Self::timeout). With a time that is not below the timeout no ticket is issued anew, and everybody signs in again after it.
    ///
    /// An answer that sets the cookie itself, or [takes it back](Self::forget), gets none. A new ticket says what the old one said. Nothing bounds how often, so that a role that was taken away stays as long as its
    /// user keeps coming.
    #[must_use]
    pub fn reissue_after(mut self, age: Duration) -> Self {
        self.config().reissue_after = Some(age);
        self
    }

    /// A ticket for somebody who has just signed in, as a field `Set-Cookie`. The roles are its tokens; `client` is
    /// [`Client::ip`], for tickets that are bound to it.
    ///
    /// # Errors
    ///
    /// When a role has a comma or an exclamation mark, there is no name, the ticket is too long for a cookie, or it must be bound to an address
    /// and there is none of IPv4.
    pub fn issue(
        &self,
        identity: &Identity,
        data: &str,
        client: Option<IpAddr>,
    ) -> Result<HeaderValue, TicketError> {
        let ticket = SharedTicket::new(identity.name(), SystemTime::now())
            .tokens(identity.iter_roles())
            .data(data);
        self.config.write(&ticket, self.config.address(client)?)
    }

    /// Takes the ticket back from the browser: fields `Set-Cookie`, for this host and for the domain. A copy that somebody kept stays good until
    /// its time is over.
    pub fn forget(&self) -> Vec<HeaderValue> {
        self.config.cookie.removals()
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }
}

impl Config {
    fn write(
        &self,
        ticket: &SharedTicket,
        ip: Option<Ipv4Addr>,
    ) -> Result<HeaderValue, TicketError> {
        let plain = ticket.write(self.hash, &self.secrets[0], ip)?;
        self.cookie.set(&as_cookie(&plain))
    }

    /// The address to bind to, if tickets are bound.
    fn address(&self, client: Option<IpAddr>) -> Result<Option<Ipv4Addr>, TicketError> {
        if !self.is_bound {
            return Ok(None);
        }
        bound(client).map(Some).ok_or(TicketError::NoAddress)
    }

    /// The ticket of a request, and the address that it is bound to.
    fn find(&self, head: &Head<'_>, now: SystemTime) -> Option<(SharedTicket, Option<Ipv4Addr>)> {
        let client = Client::of(head).and_then(Client::ip);
        let ip = self.address(client).ok()?;
        let read = |text| {
            let mut secrets = self.secrets.iter();
            secrets.find_map(|secret| SharedTicket::read(text, self.hash, secret, ip).ok())
        };
        let holds = |ticket: &SharedTicket| age(ticket, now).is_some_and(|age| age <= self.timeout);
        let mut tickets = self.cookie.sent(head.headers()).filter_map(read);
        let ticket = tickets.find(holds)?;
        Some((ticket, ip))
    }
}

/// How old it is; `None` if it comes from the future by more than clocks differ.
fn age(ticket: &SharedTicket, now: SystemTime) -> Option<Duration> {
    const DIFFERENCE: Duration = Duration::from_secs(60);
    match now.duration_since(ticket.issued_at()) {
        Ok(age) => Some(age),
        Err(early) => (early.duration() <= DIFFERENCE).then_some(Duration::ZERO),
    }
}

impl Scheme for AuthTkt {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let now = SystemTime::now();
        let config = &self.config;
        let Some((ticket, ip)) = config.find(head, now) else {
            return Next::Now(Finding::Nothing);
        };
        let identity = Identity::new(ticket.user())
            .scheme("auth_tkt")
            .roles(ticket.iter_tokens());
        let is_old = age(&ticket, now) >= Some(config.reissue_after.unwrap_or(config.timeout / 2));
        let anew = is_old.then(|| (Arc::clone(config), ticket.clone().at(now)));
        let known = Known::new(identity).fields(move |fields| {
            keep_private(fields);
            if let Some((config, anew)) = anew
                // One that cannot be written was not read either.
                && let Ok(cookie) = config.write(&anew, ip)
            {
                config.cookie.renew(fields, cookie);
            }
        });
        Next::Now(known.leaving(ticket).into())
    }
}

impl fmt::Debug for AuthTkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthTkt")
            .field("secrets", &self.config.secrets.len())
            .field("digest", &self.config.hash)
            .field("cookie", &self.config.cookie)
            .field("timeout", &self.config.timeout)
            .finish_non_exhaustive()
    }
}
