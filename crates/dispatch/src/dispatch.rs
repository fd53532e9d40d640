use std::{
    fmt,
    sync::{Arc, OnceLock},
    task::{Context, Poll},
};

use http::{HeaderValue, Method, Request, Response, header};
use plywood_core::{
    Body, BoxError, Failure, HttpBody, MatchedRoute, Mount, Params, Path, Scheme,
    future::Screened,
    host,
    path::{Malformed, encode_query},
    sheet::{Described, Sheet},
};
use tower_service::Service;

use crate::{
    Allow, Base, DispatchBuilder, Endpoint, Finish, Map, Redirect, Route,
    endpoint::Answer,
    matching::Wanted,
    redirect::Goal,
    refusal,
    table::{Outcome, Table},
};

/// The service that hands each request to the endpoint of the rule that matches it.
///
/// It is cheap to clone. `E` is the error of all endpoints: each endpoint's own converts into it.
///
/// Its text is the table of its rules, a line each.
pub struct Dispatch<E = BoxError>(Arc<Inner<E>>);

struct Inner<E> {
    map: Map<Endpoint<E>>,
    fallback: Option<Endpoint<E>>,
    method_fallback: Option<Endpoint<E>>,
    place: Place,
    below: OnceLock<Below>,
}

/// What a dispatcher is made of beside its map.
pub(crate) struct Rest<E> {
    pub(crate) fallback: Option<Endpoint<E>>,
    pub(crate) method_fallback: Option<Endpoint<E>>,
    pub(crate) server_name: Option<String>,
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

    pub(crate) fn new(map: Map<Endpoint<E>>, rest: Rest<E>) -> Self {
        let place = Place {
            server_name: rest.server_name.map(|name| name.to_lowercase()),
            websockets: map.routes().any(|(route, _)| route.is_websocket()),
            ports: map.routes().any(|(route, _)| route.host().contains(':')),
        };
        Self(Arc::new(Inner {
            map,
            fallback: rest.fallback,
            method_fallback: rest.method_fallback,
            place,
            below: OnceLock::new(),
        }))
    }

    /// The map itself: it lists its rules as data, builds URLs, and knows which rule comes near to a path.
    pub fn map(&self) -> &Map<Endpoint<E>> {
        &self.0.map
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
    type Future = Screened<Answer<E>, Finish>;

    /// Always ready: an endpoint's readiness is awaited once it is known which one is asked.
    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut request = request.map(Body::new);
        let is_head = request.method() == Method::HEAD;
        match self.0.decide(&mut request) {
            Decision::Call(endpoint) => {
                Screened::admit(endpoint.answer(request), Finish::answer(is_head))
            }
            Decision::Answer(response) => Screened::refuse(Finish::instead(response)),
        }
    }
}

enum Decision<'a, E> {
    Call(&'a Endpoint<E>),
    Answer(Response<Body>),
}

impl<E> Inner<E> {
    /// Finds who answers, and leaves in the request what they may want to know.
    fn decide(&self, request: &mut Request<Body>) -> Decision<'_, E> {
        let path = match Path::read(request.uri()) {
            Ok(path) => path,
            Err(Malformed::NoPath) if request.method() == Method::OPTIONS => {
                return Decision::Answer(refusal::no_content());
            }
            Err(reason) => return Decision::Answer(refusal::malformed(reason)),
        };
        let table = &*self.map.table;
        let base = match self.place.base(table, request) {
            Ok(base) => base,
            Err(OtherServer) => return self.fall_back(),
        };
        let wanted = Wanted {
            method: request.method(),
            websocket: self.place.websockets && is_websocket(request),
            host: base
                .as_ref()
                .map_or(table.default_domain(), |base| table.domain(base)),
        };
        let found = match table.find(wanted, base.as_ref(), path.as_str()) {
            Outcome::Rule(found) => found,
            Outcome::Redirect(redirect) => {
                return Decision::Answer(self.redirect(&redirect, base.as_ref(), request));
            }
            Outcome::MethodNotAllowed(allow) => return self.other_method(request, allow),
            Outcome::WebsocketMismatch => return Decision::Answer(refusal::no_websocket()),
            Outcome::NotFound => return self.fall_back(),
        };
        let route = self.map.route(found.rule);
        if !route.is_mount() && !path.is_as_sent(request.uri()) {
            let mount = Mount::of(request);
            let location = mount.location(path.as_str(), request.uri().query());
            return Decision::Answer(refusal::redirect(location));
        }
        let matched = self.matched(request.extensions().get(), found.rule);
        let endpoint = &self.map.endpoints[found.rule as usize];
        let mut params = Params::new(matched, &path, request.uri(), found.spans.ranges());
        if route.in_host > 0 {
            params = params.with_host(found.host, route.in_host);
        }
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

    /// Rules match the path, but for other methods. A fallback of one's own is told the whole `Allow`.
    fn other_method(&self, request: &mut Request<Body>, mut allow: Allow) -> Decision<'_, E> {
        allow.extend(&[Method::OPTIONS]);
        match &self.method_fallback {
            Some(fallback) if request.method() != Method::OPTIONS => {
                request.extensions_mut().insert(allow);
                Decision::Call(fallback)
            }
            _ => Decision::Answer(refusal::other_method(request.method(), &allow)),
        }
    }

    /// The answer that sends a client elsewhere: to a path, unless it is another host.
    fn redirect(
        &self,
        redirect: &Redirect,
        base: Option<&Base>,
        request: &Request<Body>,
    ) -> Response<Body> {
        let mount = Mount::of(request);
        let query = request.uri().query();
        if let Goal::Path(path) = &redirect.0 {
            return refusal::redirect(mount.location(path, query));
        }
        let mut base = base.cloned().unwrap_or_else(|| base_of(request));
        base = base.script_name(mount.prefix());
        let table = &self.map.table;
        let mut location = if let Some(path) = redirect.path(&base, table) {
            mount.absolute(&path)
        } else {
            let url = redirect.url(&base, table, None);
            let root = format!("{}://{}", base.scheme, table.own_host(&base));
            // A path beside the mount needs no host, which a request need not have.
            match url.strip_prefix(&root) {
                Some(path) if path.starts_with('/') => path.to_owned(),
                _ => url,
            }
        };
        if let Some(query) = query
            && !location.contains('?')
        {
            location.push('?');
            location.push_str(&encode_query(query));
        }
        // What a function of the program's gave may be no reference at all.
        match HeaderValue::try_from(location) {
            Ok(location) => refusal::redirect(location),
            Err(_) => refusal::not_found(),
        }
    }

    /// What a rule is called where the request stands: below a mount, its pattern has the mount's prefix.
    fn matched(&self, mount: Option<&Mount>, rule: u32) -> MatchedRoute {
        let (all, rule) = (&self.map.matched, rule as usize);
        match mount.map_or("", Mount::prefix) {
            "" => all[rule].clone(),
            prefix => {
                let below = self.below.get_or_init(|| Below {
                    prefix: prefix.to_owned(),
                    routes: all.iter().map(|one| one.below(prefix)).collect(),
                });
                if below.prefix == prefix {
                    below.routes[rule].clone()
                } else {
                    all[rule].below(prefix)
                }
            }
        }
    }
}

/// Where a dispatcher stands, as far as its rules ask.
#[derive(Debug)]
struct Place {
    /// Below which name subdomains are looked for.
    server_name: Option<String>,
    /// Are there rules for websockets?
    websockets: bool,
    /// Does a rule's host name a port?
    ports: bool,
}

/// The request is for another server.
struct OtherServer;

impl Place {
    /// The base of a request, where rules ask for the host; else none.
    fn base(&self, table: &Table, request: &Request<Body>) -> Result<Option<Base>, OtherServer> {
        if !table.host_matching && self.server_name.is_none() {
            return Ok(None);
        }
        let mut base = base_of(request).script_name(Mount::of(request).prefix());
        if table.host_matching {
            if !self.ports
                && let Some(colon) = base.server_name.rfind(':')
            {
                base.server_name.truncate(colon);
            }
            return Ok(Some(base));
        }
        let server_name = self.server_name.as_deref().unwrap_or_default();
        let host = &base.server_name;
        let subdomain = match host.strip_suffix(server_name) {
            Some("") => String::new(),
            Some(before) => before.strip_suffix('.').ok_or(OtherServer)?.to_owned(),
            None => return Err(OtherServer),
        };
        server_name.clone_into(&mut base.server_name);
        Ok(Some(base.subdomain(subdomain)))
    }
}

/// The base of a request: its host, in lower case and without the scheme's port, and its scheme.
pub(crate) fn base_of<B>(request: &Request<B>) -> Base {
    let host = host::of(request.uri(), request.headers()).unwrap_or_default();
    let host = &*host;
    // What is no host must not get into a URL.
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || "-._~:[]!$&'()*+,;=%".contains(c);
    let host = if host.chars().all(is_of_host) {
        host
    } else {
        ""
    };
    let scheme = Scheme::of(request).unwrap_or_default();
    let port = match scheme {
        Scheme::Https => ":443",
        _ => ":80",
    };
    Base::new(host.strip_suffix(port).unwrap_or(host)).scheme(scheme.as_str())
}

/// Does it ask for a websocket ([RFC 6455 §4.1](https://www.rfc-editor.org/rfc/rfc6455#section-4.1))?
fn is_websocket(request: &Request<Body>) -> bool {
    let has = |name: header::HeaderName, wanted: &str| {
        let lines = request.headers().get_all(name).into_iter();
        let mut words = lines
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(','));
        words.any(|word| word.trim().eq_ignore_ascii_case(wanted))
    };
    has(header::UPGRADE, "websocket") && has(header::CONNECTION, "upgrade")
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
