use std::sync::Arc;

use http::{HeaderValue, Request, Response, StatusCode, header::AUTHORIZATION};
use plywood_core::{
    Body, Client, Failure, Identity,
    future::Next,
    path::Malformed,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{Auth, Finding, Head, Refusal, Scheme, area::Area, challenge};

/// Lets in whoever one of some authentication schemes knows.
///
/// A gate. It leaves the [`Identity`] in the request, and tells the [`Witness`](plywood_core::Witness) of it. The schemes are asked in the
/// order in which they are named, until one finds credentials of its own.
///
/// | the request has | answer |
/// |---|---|
/// | an [`Identity`] already, from a layer outside | the inner service's, if that [suffices](Scheme::suffices) |
/// | credentials that a scheme accepts | the inner service's |
/// | none, or wrong ones | `401` with the challenges of all schemes |
/// | credentials that cannot be read | `400` |
/// | any, but there were too many wrong ones before | `429` with `Retry-After` |
/// | any, but it could not be found out | `503` |
/// | none, and no scheme has a challenge | `403` |
///
/// A `401` of the inner service gets the challenges too, unless it has its own. Where a [`FormLoginLayer`](crate::FormLoginLayer) stands
/// around this layer or inside of it, browsers are led to its page, and programs are told of every way in. A page's script is told of the form
/// alone, because a browser opens a dialog of its own for some of the others.
///
/// ```
/// use http::{Request, StatusCode, header::WWW_AUTHENTICATE};
/// use plywood_auth::{AuthLayer, Basic};
/// use plywood_core::{Body, BoxError, Identity};
/// use tower::{ServiceBuilder, ServiceExt, service_fn};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let check = |name: &str, password: &str| {
///     (name == "ann" && password == "ply").then(|| Identity::new(name))
/// };
/// let app = ServiceBuilder::new()
///     .layer(AuthLayer::new(Basic::new(check).realm("the shed")).below("/shed"))
///     .service(service_fn(async |_: Request<Body>| {
///         Ok::<_, BoxError>(http::Response::new(Body::from("hello")))
///     }));
///
/// let stranger = app.oneshot(Request::get("/shed/saw").body(Body::empty())?).await?;
/// assert_eq!(stranger.status(), StatusCode::UNAUTHORIZED);
/// assert_eq!(stranger.headers()[WWW_AUTHENTICATE], r#"Basic realm="the shed", charset="UTF-8""#);
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct AuthLayer {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    schemes: Vec<Arc<dyn Scheme>>,
    area: Area,
    optional: bool,
}

impl AuthLayer {
    /// Asks `scheme`.
    pub fn new(scheme: impl Scheme) -> Self {
        Self::of(Arc::new(scheme))
    }

    pub(crate) fn of(scheme: Arc<dyn Scheme>) -> Self {
        Self {
            config: Arc::new(Config {
                schemes: vec![scheme],
                area: Area::default(),
                optional: false,
            }),
        }
    }

    /// Asks `scheme` too, after those before it, where they find no credentials. Its challenges come after theirs: name the strongest
    /// scheme first.
    #[must_use]
    pub fn or(mut self, scheme: impl Scheme) -> Self {
        self.config().schemes.push(Arc::new(scheme));
        self
    }

    /// Guards what is at or below `prefix`, and nothing else; named more than once, each of them. Default: everything.
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
        self.config().area.add(prefix);
        self
    }

    /// Lets strangers through, so that a layer or a handler further in decides: [`RequireLayer`](crate::RequireLayer), a
    /// [`FormLoginLayer`](crate::FormLoginLayer). Wrong credentials are refused all the same. Default: strangers are refused.
    #[must_use]
    pub fn optional(mut self) -> Self {
        self.config().optional = true;
        self
    }

    pub(crate) fn area(&mut self) -> &mut Area {
        &mut self.config().area
    }

    fn config(&mut self) -> &mut Config {
        Arc::make_mut(&mut self.config)
    }

    /// Does the layer act on this request?
    pub(super) fn guards<B>(&self, request: &Request<B>) -> Result<bool, Malformed> {
        self.config.area.holds(request.uri())
    }

    /// What the schemes from the one at `next` on find, until one has found something. Leaves the place of the one after it in `next`.
    pub(super) fn examine<B>(&self, request: &Request<B>, next: &mut usize) -> Next<Finding> {
        let head = Head::of(request);
        for scheme in &self.config.schemes[*next..] {
            *next += 1;
            match scheme.examine(&head) {
                Next::Now(Finding::Nothing) => {}
                found => return found,
            }
        }
        Next::Now(Finding::Nothing)
    }

    /// Is it enough for every scheme that a layer outside has found this one?
    pub(super) fn suffices(&self, identity: &Identity) -> Result<(), Refusal> {
        let mut schemes = self.config.schemes.iter();
        schemes.try_for_each(|scheme| scheme.suffices(identity))
    }

    pub(super) fn is_at_the_end(&self, next: usize) -> bool {
        next >= self.config.schemes.len()
    }

    pub(super) fn lets_strangers_in(&self) -> bool {
        self.config.optional
    }

    /// The answer to a request without credentials that a scheme has found.
    pub(super) fn refuse_stranger<B>(&self, request: &Request<B>) -> Response<Body> {
        let reason = if request.headers().contains_key(AUTHORIZATION) {
            "the credentials are of no scheme that is on offer"
        } else {
            "no credentials"
        };
        self.refuse(Refusal::unauthorized(reason), request)
    }

    /// The refusal as an answer. A 401 always says how to do better ([RFC 9110 §11.6.1]): where nothing can be done it is a 403.
    ///
    /// [RFC 9110 §11.6.1]: https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
    pub(super) fn refuse<B>(&self, refusal: Refusal, request: &Request<B>) -> Response<Body> {
        if refusal.status() != StatusCode::UNAUTHORIZED {
            return refusal.answer(&Head::of(request));
        }
        let challenges = self.challenges(Some(refusal.why()));
        if challenges.is_empty() {
            return refusal.forbidden().answer(&Head::of(request));
        }
        let mut response = refusal.answer(&Head::of(request));
        challenge::add(&mut response, challenges);
        response
    }

    /// Adds the challenges to an answer that wants some. A page's script that has learnt of a form learns of nothing else.
    pub(super) fn challenge<B>(&self, response: &mut Response<B>, is_script: bool) {
        if challenge::is_wanted(response) && !(is_script && challenge::names_form(response)) {
            let challenges = self.challenges(Failure::of(response));
            challenge::add(response, challenges);
        }
    }

    fn challenges(&self, why: Option<&Failure>) -> Vec<HeaderValue> {
        let schemes = self.config.schemes.iter();
        schemes.flat_map(|scheme| scheme.challenges(why)).collect()
    }
}

impl Described for AuthLayer {
    fn sheet(&self) -> Sheet {
        sheet(Sheet::of::<Self>())
    }
}

/// What all layers of schemes have to do with others.
pub(crate) fn sheet(sheet: Sheet) -> Sheet {
    sheet
        .reads::<Identity>()
        .reads::<Client>()
        .leaves::<Identity>()
        .tells::<Identity>()
        .tells::<Failure>()
        .acts(Act::ComparesPath)
        .acts(Act::Refuses)
}

impl<S> Layer<S> for AuthLayer {
    type Service = Auth<S>;

    fn layer(&self, inner: S) -> Auth<S> {
        Auth {
            inner,
            layer: self.clone(),
        }
    }
}
