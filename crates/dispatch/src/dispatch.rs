use std::{
    fmt,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use http::{Method, Request, Response};
use plywood_core::{
    Body, BoxError, Failure, HttpBody, MatchedRoute, Mount, Params, Path,
    future::{Edited, Gated},
    path::Malformed,
    sheet::{Described, Sheet},
};
use tower_service::Service;

use crate::{DispatchBuilder, Endpoint, Finish, Map, Route, Verdict, endpoint::Answer, refusal};

/// The service that hands each request to the endpoint of the rule that matches it.
///
/// It is cheap to clone. `E` is the error of all endpoints: each endpoint's own converts into it.
///
/// Its text is the table of its rules, a line each.
pub struct Dispatch<E = BoxError>(Arc<Table<E>>);

struct Table<E> {
    map: Map<Endpoint<E>>,
    fallback: Option<Endpoint<E>>,
    below: OnceLock<Below>,
}

/// The rules as they are called below a mount. A dispatcher mostly stands below one, or none.
struct Below {
    prefix: String,
    routes: Vec<MatchedRoute>,
}

impl<E> Dispatch<E> {
    /// A dispatcher without rules yet.
    ///
    /// Say what its endpoints may fail with, because each one's error converts into it: `Dispatch::<BoxError>::builder()` takes any error, and
    /// with `Dispatch::<Infallible>::builder()` every endpoint answers, and so does the dispatcher.
    pub const fn builder() -> DispatchBuilder<E> {
        DispatchBuilder::new()
    }

    pub(crate) fn new(map: Map<Endpoint<E>>, fallback: Option<Endpoint<E>>) -> Self {
        Self(Arc::new(Table {
            map,
            fallback,
            below: OnceLock::new(),
        }))
    }

    /// The rules as data, in order of registration.
    pub fn routes(&self) -> impl Iterator<Item = &Route> {
        self.0.map.routes().map(|(route, _)| route)
    }

    /// The first rule of this name.
    pub fn named(&self, name: &str) -> Option<&Route> {
        self.0.map.named(name)
    }
}

impl<E> Described for Dispatch<E> {
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

impl<E, ReqBody> Service<Request<ReqBody>> for Dispatch<E>
where
    ReqBody: HttpBody,
    E: 'static,
{
    type Response = Response<Body>;
    type Error = E;
    type Future = Gated<Edited<Answer<E>, Finish>>;

    /// Always ready: an endpoint's readiness is awaited once it is known which one is asked.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut request = request.map(Body::new);
        let is_head = request.method() == Method::HEAD;
        match self.0.decide(&mut request) {
            Decision::Call(endpoint) => {
                let finish = Finish { is_head };
                Gated::open(Edited::new(endpoint.call(request), finish))
            }
            Decision::Answer(response) => Gated::shut(response),
        }
    }
}

enum Decision<'a, E> {
    Call(&'a Endpoint<E>),
    Answer(Response<Body>),
}

impl<E> Table<E> {
    /// Finds who answers, and leaves in the request what they may want to know.
    fn decide(&self, request: &mut Request<Body>) -> Decision<'_, E> {
        let path = match Path::read(request.uri()) {
            Ok(path) => path,
            Err(Malformed::NoPath) if request.method() == Method::OPTIONS => {
                return Decision::Answer(refusal::no_content());
            }
            Err(reason) => return Decision::Answer(refusal::malformed(reason)),
        };
        let go_to = |path: &str| {
            let mount = Mount::of(request);
            Decision::Answer(refusal::redirect(&mount, path, request.uri()))
        };
        let found = match self.map.find(request.method(), path.as_str()) {
            Verdict::Match(found) => found,
            Verdict::Slash => return go_to(&format!("{path}/")),
            Verdict::MethodNotAllowed(allow) => {
                return Decision::Answer(refusal::other_method(request.method(), allow));
            }
            Verdict::NotFound => return self.fall_back(),
        };
        let route = found.route();
        if !route.is_mount() && !path.is_as_sent(request.uri()) {
            return go_to(path.as_str());
        }
        let matched = self.matched(request.extensions().get(), found.rule());
        let endpoint = found.endpoint();
        let params = Params::new(matched, &path, request.uri(), found.spans.ranges());
        if route.is_mount()
            && let Err(reason) = Mount::enter(request, route.pattern())
        {
            return Decision::Answer(refusal::malformed(reason));
        }
        params.leave(request);
        Decision::Call(endpoint)
    }

    fn fall_back(&self) -> Decision<'_, E> {
        match &self.fallback {
            Some(fallback) => Decision::Call(fallback),
            None => Decision::Answer(refusal::not_found()),
        }
    }

    /// What a rule is called where the request stands: below a mount, its pattern has the mount's prefix.
    fn matched(&self, mount: Option<&Mount>, rule: usize) -> MatchedRoute {
        let routes = || self.map.routes().map(|(route, _)| route);
        match mount.map_or("", Mount::prefix) {
            "" => self.map.route(rule).matched.clone(),
            prefix => {
                let below = self.below.get_or_init(|| Below {
                    prefix: prefix.to_owned(),
                    routes: routes().map(|route| route.below(prefix)).collect(),
                });
                if below.prefix == prefix {
                    below.routes[rule].clone()
                } else {
                    self.map.route(rule).below(prefix)
                }
            }
        }
    }
}

impl<E> Clone for Dispatch<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Display for Dispatch<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map.fmt(f)
    }
}

impl<E> fmt::Debug for Dispatch<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Dispatch").field(&self.0.map).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_and_its_future_stay_small() {
        type Future = <Dispatch as Service<Request<Body>>>::Future;
        assert_eq!(size_of::<Dispatch>(), size_of::<usize>());
        assert!(size_of::<Future>() <= 96, "{}", size_of::<Future>());
    }
}
