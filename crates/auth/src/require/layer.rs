use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use http::{HeaderValue, Request, Response, StatusCode, header::WWW_AUTHENTICATE};
use plywood_core::{
    Body, Failure, Identity,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{Head, Refusal, Require, StaleSignIn, area::Area, challenge};

/// Lets in whoever is signed in, and has the right to what they ask for.
///
/// A gate. It reads the [`Identity`] that a layer outside has left, and authenticates nobody itself.
///
/// | the request has | answer |
/// |---|---|
/// | an identity that has what is asked for | the inner service's |
/// | an identity that lacks a [role](Self::role), or that a [rule](Self::when) refuses | `403` |
/// | an identity that has signed in [too long ago](Self::max_age) | `401` |
/// | no identity | `401` |
///
/// The `401` has the challenge that was [named](Self::challenge), else those of the auth layers outside: a browser is led to the login
/// page of a [`FormLoginLayer`](crate::FormLoginLayer), and comes back when it has signed in.
///
/// ```
/// use http::{Request, Response, StatusCode};
/// use plywood_auth::{BasicAuthLayer, RequireLayer};
/// use plywood_core::{Body, BoxError, Identity};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let app = ServiceBuilder::new()
///     .layer(BasicAuthLayer::new(|name, _| Some(Identity::new(name).roles(["author"]))))
///     .layer(RequireLayer::signed_in().role("admin").below("/admin"))
///     .service(service_fn(async |_: Request<Body>| {
///         Ok::<_, BoxError>(Response::new(Body::from("hello")))
///     }));
///
/// for (path, status) in [("/", StatusCode::OK), ("/admin", StatusCode::FORBIDDEN)] {
///     let request = Request::get(path).header("authorization", "Basic YW5uOnBseQ==");
///     let response = app.clone().oneshot(request.body(Body::empty())?).await?;
///     assert_eq!(response.status(), status);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct RequireLayer {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    roles: Vec<Box<str>>,
    rules: Vec<Rule>,
    max_age: Option<Duration>,
    area: Area,
    challenge: Option<HeaderValue>,
}

#[derive(Clone)]
struct Rule(Arc<Judge>);

type Judge = dyn Fn(&Head<'_>, &Identity) -> bool + Send + Sync;

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rule(..)")
    }
}

impl RequireLayer {
    /// Asks that somebody is signed in, whoever it is.
    pub fn signed_in() -> Self {
        Self {
            config: Arc::new(Config {
                roles: Vec::new(),
                rules: Vec::new(),
                max_age: None,
                area: Area::default(),
                challenge: None,
            }),
        }
    }

    /// Asks that they have this role; named more than once, any one of them. Default: no role is needed.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        self.config().roles.push(role.into());
        self
    }

    /// Asks that `rule` says yes; named more than once, each of them. Default: no rule.
    ///
    /// ```
    /// use plywood_auth::RequireLayer;
    /// use plywood_core::path::Path;
    ///
    /// // Everybody has a drawer of their own.
    /// let layer = RequireLayer::signed_in().when(|head, caller| {
    ///     // One segment, and the name is compared with the whole of it: it may be empty, or have slashes.
    ///     Path::read(head.uri()).is_ok_and(|path| {
    ///         let mut segments = path.segments();
    ///         segments.next() == Some("drawer") && segments.next() == Some(caller.name()) && !caller.name().is_empty()
    ///     })
    /// });
    /// ```
    #[must_use]
    pub fn when(
        mut self,
        rule: impl Fn(&Head<'_>, &Identity) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.config().rules.push(Rule(Arc::new(rule)));
        self
    }

    /// Asks that they have signed in at most so long ago, for what a browser that was left alone must not do. Default: no matter when.
    ///
    /// Whoever has signed in before that is asked to do it again, and so is whoever has at a time that is more than a minute away yet. Whoever
    /// nobody knows the time of ([`Identity::since`]) is refused with `403`: a browser repeats a password of Basic by itself, so that asking would tell nothing.
    #[must_use]
    pub fn max_age(mut self, duration: Duration) -> Self {
        self.config().max_age = Some(duration);
        self
    }

    /// Guards what is at or below `prefix`, and nothing else; named more than once, each of them. Default: everything.
    ///
    /// As [`BasicAuthLayer::below`](crate::BasicAuthLayer::below).
    ///
    /// # Panics
    ///
    /// When no path can be below `prefix`.
    #[must_use]
    pub fn below(mut self, prefix: &str) -> Self {
        self.config().area.add(prefix);
        self
    }

    /// The challenge of a `401`: how to sign in, where a layer of another make knows it. Default: the challenges of the auth layers outside,
    /// and without one `SignIn`, which says only that it is possible.
    #[must_use]
    pub fn challenge(mut self, challenge: HeaderValue) -> Self {
        self.config().challenge = Some(challenge);
        self
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }

    /// The answer to whoever may not go on.
    pub(super) fn refusal<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let refusal = self.judge(request).err()?;
        let asks_in = refusal.status() == StatusCode::UNAUTHORIZED;
        let mut response = refusal.answer(&Head::of(request));
        if asks_in {
            self.challenge_with(&mut response);
        }
        Some(response)
    }

    fn judge<B>(&self, request: &Request<B>) -> Result<(), Refusal> {
        if !self.config.area.holds(request.uri())? {
            return Ok(());
        }
        // Whoever has forgotten the layer that signs people in reads here which it is.
        let caller = Identity::of(request).ok_or_else(|| {
            Refusal::unauthorized(
                "nobody is signed in by `AuthLayer`, `BasicAuthLayer` or `FormLoginLayer` of `plywood-auth` outside of this layer",
            )
        })?;
        let roles = &self.config.roles;
        if !roles.is_empty() && !roles.iter().any(|role| caller.has_role(role)) {
            return Err(forbidden("a role is missing"));
        }
        let head = Head::of(request);
        if !self
            .config
            .rules
            .iter()
            .all(|Rule(rule)| rule(&head, caller))
        {
            return Err(forbidden("a rule refuses it"));
        }
        // Last, because who may not go on anyway is not asked to sign in again.
        if let Some(max_age) = self.config.max_age {
            let since = caller.since();
            let since = since.ok_or_else(|| forbidden("nobody knows when they have signed in"))?;
            StaleSignIn::check(since, SystemTime::now(), max_age).map_err(Refusal::unauthorized)?;
        }
        Ok(())
    }

    fn challenge_with(&self, response: &mut Response<Body>) {
        match &self.config.challenge {
            Some(challenge) => {
                let challenge = challenge.clone();
                response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
            }
            None => challenge::add(response, vec![challenge::SIGN_IN]),
        }
    }
}

fn forbidden(reason: &'static str) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, reason)
}

impl Described for RequireLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .needs::<Identity>("plywood_auth::FormLoginLayer or BasicAuthLayer")
            .tells::<Failure>()
            .acts(Act::ComparesPath)
            .acts(Act::Refuses)
    }
}

impl<S> Layer<S> for RequireLayer {
    type Service = Require<S>;

    fn layer(&self, inner: S) -> Require<S> {
        Require {
            inner,
            layer: self.clone(),
        }
    }
}
