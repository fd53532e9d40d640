use std::sync::Arc;

use http::{HeaderValue, Request, Response, StatusCode, header::WWW_AUTHENTICATE};
use plywood_core::{
    Body, Failure, Identity,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{Require, area::Area, form::Door, refusal::Refusal};

/// Lets in whoever is signed in, or has one of some roles.
///
/// A gate. It reads the [`Identity`] that a layer outside has left, and authenticates nobody itself.
///
/// | the request has | answer |
/// |---|---|
/// | an identity with a role that is asked for | the inner service's |
/// | an identity without one | `403` |
/// | no identity, and a login form outside that lets strangers through | as there: `303` to the form, or `401` |
/// | no identity otherwise | `401` with the challenge `SignIn`, or the one that was [named](Self::challenge) |
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
    area: Area,
    challenge: HeaderValue,
}

impl RequireLayer {
    /// Asks that somebody is signed in, whoever it is.
    pub fn signed_in() -> Self {
        Self {
            config: Arc::new(Config {
                roles: Vec::new(),
                area: Area::default(),
                challenge: HeaderValue::from_static("SignIn"),
            }),
        }
    }

    /// Asks that they have this role; named more than once, any one of them. Default: no role is needed.
    #[must_use]
    pub fn role(mut self, role: &str) -> Self {
        Arc::make_mut(&mut self.config).roles.push(role.into());
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
        Arc::make_mut(&mut self.config).area.add(prefix);
        self
    }

    /// The challenge of a `401`: how to sign in, where a layer of another make knows it. Default: `SignIn`, which says only that it is
    /// possible.
    #[must_use]
    pub fn challenge(mut self, challenge: HeaderValue) -> Self {
        Arc::make_mut(&mut self.config).challenge = challenge;
        self
    }

    /// The refusal, if there is one.
    pub(super) fn refusal<B>(&self, request: &Request<B>) -> Option<Response<Body>> {
        let (method, headers) = (request.method(), request.headers());
        match self.config.area.holds(request.uri()) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(malformed) => return Some(Refusal::from(malformed).answer(method, headers)),
        }
        match Identity::of(request) {
            Some(caller) if self.suits(caller) => None,
            Some(_) => {
                let refusal = Refusal::new(StatusCode::FORBIDDEN, "a role is missing");
                Some(refusal.answer(method, headers))
            }
            None => Some(self.ask_in(request)),
        }
    }

    fn suits(&self, caller: &Identity) -> bool {
        let roles = &self.config.roles;
        roles.is_empty() || roles.iter().any(|role| caller.has_role(role))
    }

    fn ask_in<B>(&self, request: &Request<B>) -> Response<Body> {
        if let Some(door) = request.extensions().get::<Door>() {
            return door.challenge(request);
        }
        // Whoever has forgotten the layer that signs people in reads here which it is.
        let refusal = Refusal::new(
            StatusCode::UNAUTHORIZED,
            "nobody is signed in by `BasicAuthLayer` or `FormLoginLayer` of `plywood-auth` outside of this layer",
        );
        let mut response = refusal.answer(request.method(), request.headers());
        let challenge = self.config.challenge.clone();
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
        response
    }
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
