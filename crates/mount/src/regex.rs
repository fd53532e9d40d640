use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use ::regex::Regex;
use http::{Request, Response, StatusCode};
use plywood_core::{
    AnyService, Body, BoxError, BoxFuture, Failure, HttpBody, HttpService, MatchedRoute, Mount,
    Params, Path,
    future::Gated,
    path::Malformed,
    refuse,
    sheet::{Described, Sheet},
};
use tower_service::Service;

use crate::{BuildError, BuildErrorKind, place::Place};

/// The service that hands a request to the service behind the first regular expression that matches its path.
///
/// The order is yours: the first match wins. An expression matches the whole path, decoded, and its groups are the
/// [`Params`]: by their names, and those without one by their numbers, `"1"` for the first. A group that took no part is empty. A sub-application
/// takes all at and below its prefix, and sees the rest of the path.
///
/// Methods are for the services to look at.
///
/// ```
/// use http::{Request, Response};
/// use plywood_core::{Body, BoxError, Params};
/// use plywood_mount::RegexRoutes;
/// use tower::{ServiceExt, service_fn};
///
/// async fn year(request: Request<Body>) -> Result<Response<Body>, BoxError> {
///     let year = Params::of(&request).get("1").unwrap_or_default().to_owned();
///     Ok(Response::new(year.into()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), BoxError> {
/// let archive = RegexRoutes::<BoxError>::new().route(r"/(\d{4})/?", service_fn(year))?;
/// let urls = RegexRoutes::<BoxError>::new().delegate("/archive", archive)?;
///
/// let response = urls.oneshot(Request::get("/archive/1999").body(Body::empty())?).await?;
/// assert_eq!(response.into_body().try_into_bytes().unwrap(), "1999");
/// # Ok(())
/// # }
/// ```
pub struct RegexRoutes<E = BoxError>(Arc<Vec<Rule<E>>>);

#[derive(Debug)]
struct Rule<E> {
    pattern: Pattern,
    route: MatchedRoute,
    service: AnyService<E>,
}

#[derive(Clone, Debug)]
enum Pattern {
    Whole(Regex),
    Below(Box<str>),
}

impl<E: Send + 'static> RegexRoutes<E> {
    /// Without routes yet.
    ///
    /// Say what the services may fail with, because each one's error converts into it: `RegexRoutes::<BoxError>::new()` takes any error.
    pub fn new() -> Self {
        Self(Arc::default())
    }

    /// Hands the paths that `pattern` matches to `service`, if no route before it does.
    ///
    /// # Errors
    ///
    /// The pattern is no regular expression, or has more than [16](Params::MAX) groups.
    pub fn route<S>(self, pattern: &str, service: S) -> Result<Self, BuildError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    {
        let error = |kind| BuildError::new(kind, pattern);
        // By itself first: a pattern such as `a)(b` would be one only between the brackets below.
        let whole = Regex::new(pattern).and_then(|_| Regex::new(&format!("^(?:{pattern})$")));
        let whole = whole.map_err(|reason| error(BuildErrorKind::Pattern).because(reason))?;
        let names = whole.capture_names().enumerate().skip(1);
        let names: Vec<_> = names
            .map(|(number, name)| name.map_or_else(|| number.to_string(), str::to_owned))
            .collect();
        if names.len() > Params::MAX {
            return Err(error(BuildErrorKind::TooManyGroups));
        }
        let route = MatchedRoute::new(pattern).parameters(names);
        Ok(self.with(Pattern::Whole(whole), route, service))
    }

    /// Hands what is at or below `prefix`, a decoded path, to `service`, if no route before it does.
    ///
    /// # Errors
    ///
    /// The prefix is no path that a request can have.
    pub fn delegate<S>(self, prefix: &str, service: S) -> Result<Self, BuildError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    {
        let place = Place::parse(prefix)?;
        if !place.host.is_empty() {
            return Err(BuildError::new(BuildErrorKind::Path, prefix));
        }
        let route = MatchedRoute::new(place.to_string());
        Ok(self.with(Pattern::Below(place.prefix), route, service))
    }

    fn with<S>(mut self, pattern: Pattern, route: MatchedRoute, service: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    {
        Arc::make_mut(&mut self.0).push(Rule {
            pattern,
            route,
            service: AnyService::new(service),
        });
        self
    }
}

impl<E> Described for RegexRoutes<E> {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .leaves::<Mount>()
            .leaves::<MatchedRoute>()
            .leaves::<Params>()
            .tells::<MatchedRoute>()
            .tells::<Failure>()
    }
}

impl<E, ReqBody> Service<Request<ReqBody>> for RegexRoutes<E>
where
    E: Send + 'static,
    ReqBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = E;
    type Future = Gated<BoxFuture<Result<Response<Body>, E>>>;

    /// Always ready: a service's readiness is awaited once it is known which one is asked.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut request = request.map(Body::new);
        match self.find(&mut request) {
            Ok(Some(rule)) => Gated::open(rule.service.clone().call(request)),
            Ok(None) => Gated::shut(refuse(
                StatusCode::NOT_FOUND,
                "no regular expression matches the path",
            )),
            Err(reason) => Gated::shut(refuse(reason.status(), reason)),
        }
    }
}

impl<E> RegexRoutes<E> {
    /// The rule that takes the request, with what it found left in there.
    fn find(&self, request: &mut Request<Body>) -> Result<Option<&Rule<E>>, Malformed> {
        for rule in self.0.iter() {
            match &rule.pattern {
                Pattern::Whole(regex) => {
                    let path = Path::read(request.uri())?;
                    if let Some(groups) = regex.captures(path.as_str()) {
                        let spans = groups.iter().skip(1);
                        let spans = spans.map(|group| group.map_or(0..0, |group| group.range()));
                        let route = rule.below(&Mount::of(request));
                        Params::new(route, &path, request.uri(), spans).leave(request);
                        return Ok(Some(rule));
                    }
                }
                Pattern::Below(prefix) => {
                    let route = rule.below(&Mount::of(request));
                    if Mount::enter(request, prefix)? {
                        route.leave(request);
                        return Ok(Some(rule));
                    }
                }
            }
        }
        Path::read(request.uri()).map(|_| None)
    }
}

impl<E> Rule<E> {
    /// What the rule is called where the request stands: below a mount, its pattern has the mount's prefix.
    fn below(&self, mount: &Mount) -> MatchedRoute {
        match mount.prefix() {
            "" => self.route.clone(),
            prefix => MatchedRoute::new([prefix, self.route.pattern()].concat())
                .parameters(self.route.parameter_names()),
        }
    }
}

impl<E> Clone for Rule<E> {
    fn clone(&self) -> Self {
        Self {
            pattern: self.pattern.clone(),
            route: self.route.clone(),
            service: self.service.clone(),
        }
    }
}

impl<E: Send + 'static> Default for RegexRoutes<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Clone for RegexRoutes<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for RegexRoutes<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let patterns = self.0.iter().map(|rule| rule.route.pattern());
        f.debug_list().entries(patterns).finish()
    }
}
