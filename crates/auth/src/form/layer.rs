use std::{sync::Arc, time::Duration};

use http::Response;
use plywood_core::{
    Body, Client, Failure, Identity, Mount,
    sheet::{Act, Described, Sheet},
};
use plywood_session_core::Session;
use tower_layer::Layer;

use super::{FormLogin, Prompt, page::Look, site::Site};
use crate::{Accounts, IntoVerdict, Throttle, check::Check};

/// Asks for a name and a password by a page, and remembers in the session who gave them.
///
/// A gate that awaits the session, and only where the client has one. It needs a session layer outside. It leaves an
/// [`Identity`](plywood_core::Identity) of the scheme `form` in the request, and tells the [`Witness`](plywood_core::Witness) of it.
///
/// | request | answer |
/// |---|---|
/// | GET of the login page | the form |
/// | POST to it | the check is asked: `303` to where the visitor wanted to go, or the form again with `403`, or with `429` after too many of those |
/// | POST to the logout path | the session is destroyed, `303` to the front page or the form |
/// | a guarded page, from somebody signed in | the inner service's |
/// | a guarded page, from a stranger | `303` to the form for who prefers HTML, else `401` |
/// | any other, where the inner service answers `401` without a challenge of its own | as to a stranger |
///
/// Both POSTs are refused with `403` when another site's page has made them.
///
/// The challenge of the `401` is `SignIn form="/login"`. A 401 needs a challenge, and no scheme is registered for forms: this one is ours,
/// says where the form is, and makes no browser open a dialog.
#[derive(Clone, Debug)]
pub struct FormLoginLayer {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    check: Check,
    site: Site,
    look: Look,
    body_limit: usize,
    remember_me: Option<Duration>,
}

impl FormLoginLayer {
    /// Asks `check` who somebody of this name with this password is: see [`Verdict`](crate::Verdict) for what it may answer.
    ///
    /// The session keeps the identity's name, its roles, and when it signed in. An empty name or password, or one beyond
    /// [`MAX_CREDENTIAL`](crate::MAX_CREDENTIAL), is wrong without a check.
    pub fn new<V: IntoVerdict>(check: impl Fn(&str, &str) -> V + Send + Sync + 'static) -> Self {
        Self::over(Check::new(check))
    }

    /// Asks `accounts`, such as those of a password file; else as [`new`](Self::new).
    pub fn of(accounts: impl Accounts) -> Self {
        Self::over(Check::of(accounts))
    }

    fn over(check: Check) -> Self {
        Self {
            config: Arc::new(Config {
                check,
                site: Site::default(),
                look: Look::Built {
                    title: "Sign in".into(),
                    stylesheet: None,
                },
                body_limit: 8 * 1024,
                remember_me: None,
            }),
        }
    }

    /// Counts wrong passwords, and refuses those who had too many with `429`. Default: [`Attempts`](crate::Attempts) of its own.
    ///
    /// Where the same accounts have several ways in, give each a clone of the same `Attempts`.
    #[must_use]
    pub fn throttle(mut self, throttle: impl Throttle) -> Self {
        self.config().check.throttle(Some(Arc::new(throttle)));
        self
    }

    /// Lets everybody try as many passwords as they like: for a check that counts by itself.
    #[must_use]
    pub fn unlimited_attempts(mut self) -> Self {
        self.config().check.throttle(None);
        self
    }

    /// Where the login page is. Default: `/login`.
    ///
    /// # Panics
    ///
    /// As [`below`](Self::below).
    #[must_use]
    pub fn login_path(mut self, path: &str) -> Self {
        self.config().site.login(path);
        self
    }

    /// Where a POST signs out. Default: `/logout`.
    ///
    /// # Panics
    ///
    /// As [`below`](Self::below).
    #[must_use]
    pub fn logout_path(mut self, path: &str) -> Self {
        self.config().site.logout(path);
        self
    }

    /// Guards what is at or below `prefix`; named more than once, each of them. Default: everything.
    ///
    /// What is outside is free: everybody gets in there, and who is signed in is known.
    ///
    /// The prefix is decoded text such as `/admin`, and is relative to where the layer stands: below a mount, the mount's prefix is gone
    /// already. The request's path is read as all of Plywood reads it ([`plywood_core::path`]), and a path that has no one reading is
    /// refused, so that no spelling of the path passes the guard.
    ///
    /// # Panics
    ///
    /// When no path can be below `prefix`: it does not begin with a slash, or it has dot segments, double slashes or control characters.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.config().site.below.add(prefix);
        self
    }

    /// Opens what is at or below `prefix` to everybody, and does not read the session there: for pictures and style sheets. Default:
    /// nothing but the login page.
    ///
    /// Where a guarded and an open prefix both fit, the longer one decides, and of equals the guard.
    ///
    /// # Panics
    ///
    /// As [`below`](Self::below).
    #[must_use]
    pub fn open(mut self, prefix: &str) -> Self {
        self.config().site.open.add(prefix);
        self
    }

    /// Guards nothing by itself, so that a layer or a handler further in decides who may: the part below a [`RequireLayer`](crate::RequireLayer), or
    /// one with other ways in. Default: what is [below](Self::below) the prefixes, or everything.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.config().site.optional = true;
        self
    }

    /// Lets visitors choose to stay signed in for so long, used or not, and after the end of the browser. Default: they cannot, and the session's
    /// own timeouts hold.
    ///
    /// The built-in page has a box to tick for it. A session that is remembered stays so until it is signed out, or until somebody else signs in.
    #[must_use]
    pub fn remember_me(mut self, time: Duration) -> Self {
        self.config().remember_me = Some(time);
        self
    }

    /// The title of the built-in page. Default: `Sign in`. After [`page`](Self::page) there is no such page, and it does nothing.
    #[must_use]
    pub fn title(mut self, text: &str) -> Self {
        if let Look::Built { title, .. } = &mut self.config().look {
            *title = text.into();
        }
        self
    }

    /// A style sheet for the built-in page, in place of its own style. Default: none.
    ///
    /// A decoded path on this site, relative to where the layer stands. It is opened to everybody; after [`page`](Self::page) that is all it does.
    ///
    /// # Panics
    ///
    /// As [`below`](Self::below).
    #[must_use]
    pub fn stylesheet(mut self, path: &str) -> Self {
        let config = self.config();
        config.site.open.add(path);
        if let Look::Built { stylesheet, .. } = &mut config.look {
            *stylesheet = Some(path.into());
        }
        self
    }

    /// Makes the login page, in place of the built-in one, with its [`title`](Self::title) and its [`stylesheet`](Self::stylesheet).
    ///
    /// The status is changed to `403` after a failed attempt, and the answer is never stored; the other fields are the page's own, its
    /// `Content-Security-Policy` among them.
    ///
    /// ```
    /// use http::Response;
    /// use plywood_auth::FormLoginLayer;
    /// use plywood_core::{Body, Identity};
    ///
    /// let layer = FormLoginLayer::new(|_, _| None).page(|prompt| {
    ///     let (action, name) = (prompt.action(), prompt.escaped_name());
    ///     let html = format!(
    ///         "<form method=post action=\"{action}\"><input name=username value=\"{name}\">\
    ///          <input name=password type=password><button>Go</button></form>"
    ///     );
    ///     let response = Response::builder().header("content-type", "text/html; charset=utf-8");
    ///     response.body(Body::from(html)).expect("a valid head")
    /// });
    /// ```
    #[must_use]
    pub fn page(
        mut self,
        page: impl Fn(&Prompt<'_>) -> Response<Body> + Send + Sync + 'static,
    ) -> Self {
        self.config().look = Look::Own(Arc::new(page));
        self
    }

    /// So many bytes the form may have. Default: 8 KiB. A longer one is refused with `413`.
    #[must_use]
    pub fn body_limit(mut self, bytes: usize) -> Self {
        self.config().body_limit = bytes;
        self
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }

    pub(super) fn site(&self) -> &Site {
        &self.config.site
    }

    pub(super) fn look(&self) -> &Look {
        &self.config.look
    }

    pub(super) fn check(&self) -> &Check {
        &self.config.check
    }

    pub(super) fn remember_time(&self) -> Option<Duration> {
        self.config.remember_me
    }

    pub(super) fn limit(&self) -> usize {
        self.config.body_limit
    }
}

impl Described for FormLoginLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .needs::<Session>("plywood_session::SessionLayer")
            .reads::<Mount>()
            .reads::<Identity>()
            .reads::<Client>()
            .leaves::<Identity>()
            .tells::<Identity>()
            .tells::<Failure>()
            .acts(Act::ComparesPath)
            .acts(Act::Refuses)
    }
}

impl<S> Layer<S> for FormLoginLayer {
    type Service = FormLogin<S>;

    fn layer(&self, inner: S) -> FormLogin<S> {
        FormLogin {
            inner,
            layer: self.clone(),
        }
    }
}
