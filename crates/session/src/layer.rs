use std::{sync::Arc, time::Duration};

use plywood_core::BoxFuture;
use plywood_core::{
    Failure, Scheme,
    sheet::{Described, Sheet},
};
use plywood_header::cookie::SameSite;
#[cfg(feature = "keys")]
use plywood_session_core::Timestamp;
use plywood_session_core::{Change, Session, Store, Vault};
use tokio::runtime::Handle;
use tower_layer::Layer;

#[cfg(feature = "keys")]
use crate::{Keys, sealed::CookieSeal};
use crate::{Sessions, cookie::Policy};

/// Gives each request its [`Session`](plywood_session_core::Session).
///
/// ```
/// use std::time::Duration;
/// use plywood_session::{MemoryStore, SessionLayer};
///
/// let sessions = SessionLayer::new(MemoryStore::new())
///     .idle_timeout(Duration::from_secs(30 * 60))
///     .absolute_timeout(Duration::from_secs(12 * 60 * 60))
///     .name("shop");
/// ```
#[derive(Clone, Debug)]
pub struct SessionLayer {
    pub(crate) keeper: Arc<Keeper>,
}

/// The store with its rules, and the cookie with its own.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    pub(crate) vault: Vault,
    pub(crate) cookie: Policy,
    #[cfg(feature = "keys")]
    ring: Option<Ring>,
}

/// The keys, and what they are for.
#[cfg(feature = "keys")]
#[derive(Clone, Debug)]
enum Ring {
    Sealed(Keys, Timestamp),
    Signed(Keys),
}

impl SessionLayer {
    /// Keeps the sessions in `store`.
    pub fn new(store: impl Store) -> Self {
        Self {
            keeper: Arc::new(Keeper {
                vault: Vault::new(store).clock(sleep),
                cookie: Policy::new(),
                #[cfg(feature = "keys")]
                ring: None,
            }),
        }
    }

    /// Keeps each session in its own cookie, sealed by `keys`, and nothing on the server.
    ///
    /// Such a session holds 2.9 KB and cannot be ended from elsewhere; see [`Seal`](plywood_session_core::Seal) for what else it cannot do.
    /// [Idle](Self::idle_timeout) and [absolute](Self::absolute_timeout) timeout are kept inside the seal.
    #[cfg(feature = "keys")]
    #[must_use]
    pub fn sealed(keys: Keys) -> Self {
        let (cookie, never) = (Policy::new(), Timestamp::default());
        let seal = CookieSeal::new(keys.clone(), cookie.plain_name(), never);
        Self {
            keeper: Arc::new(Keeper {
                vault: Vault::sealed(seal),
                cookie,
                ring: Some(Ring::Sealed(keys, never)),
            }),
        }
    }

    /// Ends every [sealed](Self::sealed) session that was issued before `time`, as after a theft. Default: none.
    #[cfg(feature = "keys")]
    #[must_use]
    pub fn issued_after(self, time: std::time::SystemTime) -> Self {
        let since = time.duration_since(std::time::UNIX_EPOCH);
        let time = Timestamp::default() + since.unwrap_or_default();
        self.kept(|keeper| {
            if let Some(Ring::Sealed(_, after)) = &mut keeper.ring {
                *after = time;
            }
            keeper.fit();
        })
    }

    /// Signs the id in the cookie, so that one that was made up is refused without a look into the store. Default: off, because an id
    /// cannot be guessed anyway.
    ///
    /// An id that was issued without a signature, or signed by a key that is gone, is no id any more. On a [sealed](Self::sealed) session it
    /// does nothing.
    #[cfg(feature = "keys")]
    #[must_use]
    pub fn signed(self, keys: Keys) -> Self {
        self.kept(|keeper| {
            if !keeper.vault.is_sealed() {
                keeper.ring = Some(Ring::Signed(keys));
                keeper.fit();
            }
        })
    }

    /// The sessions, for what is done without a request: [`destroy_all`](Vault::destroy_all) from a job, a session prepared by a test. Its
    /// cookie is made by [`cookie_of`](Self::cookie_of).
    pub fn vault(&self) -> &Vault {
        &self.keeper.vault
    }

    /// The name and the value of the cookie by which a client is known, as it sends them where cookies are
    /// [secure](Self::cookies_by_scheme): `__Host-session=..`.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// use plywood_session::{MemoryStore, SessionLayer};
    ///
    /// let layer = SessionLayer::new(MemoryStore::new());
    /// let session = layer.vault().session([]);
    /// session.insert("user", "ada")?;
    /// let change = session.finish().await?.change;
    /// let cookie = layer.cookie_of(&change).expect("the session is new");
    /// assert!(cookie.starts_with("__Host-session="));
    /// # Ok(())
    /// # }
    /// ```
    pub fn cookie_of(&self, change: &Change) -> Option<String> {
        let secure = self.keeper.cookie.is_secure(|| None);
        let (value, ..) = self.keeper.cookie.value(change)?;
        Some([self.keeper.cookie.name(secure), "=", &value].concat())
    }

    /// How long a session lives that nobody uses. Default: [a day](Vault::IDLE_TIMEOUT).
    ///
    /// Each request that reads or writes the session moves its end. The store hears of it when a tenth of the time has passed.
    #[must_use]
    pub fn idle_timeout(self, time: Duration) -> Self {
        self.kept(|keeper| keeper.vault = keeper.vault.clone().idle_timeout(time))
    }

    /// How long a session lives at most, used or not. Default: [30 days](Vault::ABSOLUTE_TIMEOUT), after which even a low-risk
    /// application asks again who is there.
    #[must_use]
    pub fn absolute_timeout(self, time: Duration) -> Self {
        self.kept(|keeper| keeper.vault = keeper.vault.clone().absolute_timeout(time))
    }

    /// The most bytes of one session's values, counted about as JSON. Default: [64 KiB](Vault::MAX_SIZE).
    #[must_use]
    pub fn max_size(self, bytes: usize) -> Self {
        self.kept(|keeper| keeper.vault = keeper.vault.clone().max_size(bytes))
    }

    /// How long the store may take for a load or a save. Default: [one and a half seconds](Vault::STORE_TIMEOUT), then the handler has an
    /// error, or the client a 503.
    ///
    /// A store that answers at once, as memory does, starts no clock. For one that does not, the clock is tokio's: its runtime needs
    /// `enable_time`. In no runtime of tokio there is no limit.
    #[must_use]
    pub fn store_timeout(self, time: Duration) -> Self {
        self.kept(|keeper| keeper.vault = keeper.vault.clone().store_timeout(time))
    }

    /// The cookie's name. Default: `session`. Where the cookie is secure, `__Host-` stands before it, or `__Secure-` if it has a
    /// [path](Self::path) or a [domain](Self::domain).
    ///
    /// # Panics
    ///
    /// When the name is no token, or has a prefix such as `__Host-` already.
    #[must_use]
    pub fn name(self, name: &str) -> Self {
        self.kept(|keeper| {
            keeper.cookie.rename(name);
            #[cfg(feature = "keys")]
            keeper.fit();
        })
    }

    /// Below which path the cookie is sent. Default: `/`, everywhere on this host.
    ///
    /// A path keeps the cookie out of other requests, and not from other scripts of this host: they can read each other's pages.
    ///
    /// # Panics
    ///
    /// When it does not begin with a slash, or no cookie can have it.
    #[must_use]
    pub fn path(self, path: &str) -> Self {
        self.kept(|keeper| keeper.cookie.path(path))
    }

    /// Sends the cookie to all hosts of a domain, and lets each of them plant one. Default: none, this host alone.
    ///
    /// # Panics
    ///
    /// When no cookie can have it.
    #[must_use]
    pub fn domain(self, domain: &str) -> Self {
        self.kept(|keeper| keeper.cookie.domain(domain))
    }

    /// With which requests from other sites the cookie is sent. Default: [`SameSite::Lax`].
    ///
    /// `SameSite::None` is written as `Lax` where the cookie is not secure, because a browser would drop it.
    #[must_use]
    pub fn same_site(self, same_site: SameSite) -> Self {
        self.kept(|keeper| keeper.cookie.same_site(same_site))
    }

    /// Gives each site that embeds this one a cookie of its own
    /// ([CHIPS](https://developer.mozilla.org/docs/Web/Privacy/Guides/Privacy_sandbox/Partitioned_cookies)). Default: off.
    ///
    /// It wants `SameSite::None` beside it, and does nothing where the cookie is not secure.
    #[must_use]
    pub fn partitioned_cookies(self) -> Self {
        self.kept(|keeper| keeper.cookie.partition())
    }

    /// Lets the cookie survive the end of the browser, until the absolute timeout. Default: it ends with the browser, unless the visitor
    /// asked to be [remembered](plywood_session_core::Session::expire_after).
    #[must_use]
    pub fn persistent_cookies(self) -> Self {
        self.kept(|keeper| keeper.cookie.persist())
    }

    /// Makes the cookie secure where the request's [`Scheme`](plywood_core::Scheme) is `https`, for a site that is served both ways.
    /// Default: it is always secure.
    ///
    /// Behind a proxy that speaks TLS the scheme must be believed from it, or every cookie goes in the clear.
    #[must_use]
    pub fn cookies_by_scheme(self) -> Self {
        self.kept(|keeper| keeper.cookie.follow_scheme())
    }

    /// Makes no cookie secure, even over HTTPS: whoever listens on a plain connection can then take a session over.
    ///
    /// To develop on `http://localhost`, [`cookies_by_scheme`](Self::cookies_by_scheme) will do: it stays secure where HTTPS is spoken.
    #[must_use]
    pub fn insecure_cookies(self) -> Self {
        self.kept(|keeper| keeper.cookie.never_secure())
    }

    fn kept(mut self, change: impl FnOnce(&mut Keeper)) -> Self {
        change(Arc::make_mut(&mut self.keeper));
        self
    }
}

#[cfg(feature = "keys")]
impl Keeper {
    /// Binds the keys to the cookie's name.
    fn fit(&mut self) {
        let name = self.cookie.plain_name();
        match &self.ring {
            Some(Ring::Sealed(keys, after)) => {
                let seal = CookieSeal::new(keys.clone(), name, *after);
                self.vault = self.vault.resealed(seal);
            }
            Some(Ring::Signed(keys)) => self.cookie.sign(keys.clone()),
            None => {}
        }
    }
}

impl Described for SessionLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Scheme>()
            .leaves::<Session>()
            .tells::<Failure>()
    }
}

fn sleep(time: Duration) -> BoxFuture<()> {
    match Handle::try_current() {
        Ok(_) => Box::pin(tokio::time::sleep(time)),
        Err(_) => Box::pin(std::future::pending()),
    }
}

impl<S> Layer<S> for SessionLayer {
    type Service = Sessions<S>;

    fn layer(&self, inner: S) -> Sessions<S> {
        Sessions {
            inner,
            layer: self.clone(),
        }
    }
}
