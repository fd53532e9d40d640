use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use arc_swap::ArcSwap;
use http::{Request, Response, StatusCode, request};
use plywood_core::{
    AnyService, Body, BoxError, BoxFuture, Failure, HttpBody, HttpService, MatchedRoute, Mount,
    Path,
    future::Gated,
    path::Malformed,
    refuse,
    sheet::{Described, Sheet},
};
use tower_service::Service;

use crate::{BuildError, BuildErrorKind, MountsLayer, place::Place, table::Table};

/// The service that hands each request to the service that is mounted where it goes.
///
/// | place | takes |
/// |---|---|
/// | `/shop` | `/shop`, `/shop/`, `/shop/cart` and never `/shopping` |
/// | `//example.com/shop` | the same below one host, whatever the port |
/// | `//example.com:8000/` | all of a host, where this port is named |
///
/// Predicates are asked first, in the order in which they were mounted; then the longest host is looked for, then the longest path; what is
/// mounted without a host stands for every host. Then comes the [`fallback`](Self::fallback), or an empty `404` whose
/// [`Failure`] names the mounts. Hosts are compared without case, in the ASCII form in which they are sent.
///
/// A mounted service sees the rest of the path, as [`Path`] reads it, and its [`Mount`]; what is mounted at the root, or by a predicate, sees the
/// request as it came. Mounts may be mounted.
///
/// It is cheap to clone, and all clones have one table, which changes for all at once: a request that is on its way keeps the service that it
/// was given to. `E` is the error of all services: each one's own converts into it.
pub struct Mounts<E = BoxError>(Arc<ArcSwap<Table<Entry<E>>>>);

/// What is mounted.
struct Entry<E> {
    service: AnyService<E>,
    /// What the mount is called, at the root.
    route: Option<MatchedRoute>,
}

impl<E: Send + 'static> Mounts<E> {
    /// Nothing is mounted yet.
    ///
    /// Say what the services may fail with, because each one's error converts into it: `Mounts::<BoxError>::new()` takes any error.
    pub fn new() -> Self {
        Self(Arc::new(ArcSwap::from_pointee(Table::default())))
    }

    /// Mounts a service, in place of what was mounted there before.
    ///
    /// # Errors
    ///
    /// `place` is not of the form `/path` or `//host/path`, with a decoded path that a request can have.
    pub fn mount<S>(&self, place: &str, service: S) -> Result<&Self, BuildError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    {
        let place = Place::parse(place)?;
        let route = match &*place.prefix {
            "" => None,
            prefix => Some(MatchedRoute::new(prefix)),
        };
        let service = AnyService::new(service);
        self.change(|table| table.set(place.clone(), Entry::new(&service, route.as_ref())));
        Ok(self)
    }

    /// Mounts a service for the requests that `predicate` is true of, whatever their path, in place of the one of this name.
    ///
    /// The predicate sees the head alone. The name is for [`places`](Self::places) and for [`unmount`](Self::unmount).
    ///
    /// # Errors
    ///
    /// The name is empty or begins with a slash.
    pub fn mount_if<S>(
        &self,
        name: &str,
        predicate: impl Fn(&request::Parts) -> bool + Send + Sync + 'static,
        service: S,
    ) -> Result<&Self, BuildError>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    {
        if name.is_empty() || name.starts_with('/') {
            return Err(BuildError::new(BuildErrorKind::Name, name));
        }
        let (predicate, service) = (Arc::new(predicate), AnyService::new(service));
        self.change(|table| {
            table.set_chosen(name, predicate.clone(), Entry::new(&service, None));
        });
        Ok(self)
    }

    /// Hands what goes nowhere else to this service, which sees the request as it came.
    pub fn fallback<S>(&self, service: S) -> &Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<E>> + Sync,
    {
        let service = AnyService::new(service);
        self.change(|table| table.fallback = Some(Entry::new(&service, None)));
        self
    }

    /// Takes a mount off, by its place or by the name of its predicate. Says whether it was there.
    pub fn unmount(&self, place: &str) -> bool {
        let mut removed = false;
        let place_or_name = Place::parse(place);
        self.change(|table| {
            removed = match &place_or_name {
                Ok(place) => table.remove(place),
                Err(_) => table.remove_chosen(place),
            };
        });
        removed
    }

    /// The layer that puts these mounts in front of another service: [`MountsLayer`].
    pub fn layer(self) -> MountsLayer<E> {
        MountsLayer::new(self)
    }

    /// The places of all mounts and the names of the predicates, in the order in which they are tried.
    pub fn places(&self) -> Vec<String> {
        self.0.load().names()
    }

    /// Changes a copy of the table, and puts it in the table's place; again, if somebody else did so meanwhile.
    fn change(&self, mut change: impl FnMut(&mut Table<Entry<E>>)) {
        self.0.rcu(|table| {
            let mut table = Table::clone(table);
            change(&mut table);
            table
        });
    }
}

impl<E> Described for Mounts<E> {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .leaves::<Mount>()
            .leaves::<MatchedRoute>()
            .tells::<MatchedRoute>()
            .tells::<Failure>()
    }
}

impl<E, ReqBody> Service<Request<ReqBody>> for Mounts<E>
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
        match self.route(request) {
            Way::To(mut service, request) => Gated::open(service.call(request)),
            Way::Nowhere(request) => Gated::shut(match Path::read(request.uri()) {
                Ok(_) => refuse(StatusCode::NOT_FOUND, NotMounted(self.0.load_full())),
                Err(reason) => refuse(reason.status(), reason),
            }),
            Way::Unclear(reason) => Gated::shut(refuse(reason.status(), reason)),
        }
    }
}

/// Where a request goes.
pub(crate) enum Way<E, B> {
    /// To a service, with what it is asked.
    To(AnyService<E>, Request<B>),
    /// Nothing is mounted there, and there is no fallback.
    Nowhere(Request<B>),
    /// Its path can be read in more than one way.
    Unclear(Malformed),
}

impl<E: Send + 'static> Mounts<E> {
    /// Finds who answers, and leaves in the request where that is.
    pub(crate) fn route<B>(&self, request: Request<B>) -> Way<E, B> {
        let table = self.0.load();
        let (head, body) = request.into_parts();
        let path = match Path::read(&head.uri) {
            Ok(path) => Some(path),
            // `OPTIONS *` is for the whole server, and so for who stands at the root.
            Err(Malformed::NoPath) => None,
            Err(reason) => return Way::Unclear(reason),
        };
        let Some((entry, prefix)) = table.find(&head, path.as_ref().map_or("", Path::as_str))
        else {
            drop(path);
            return Way::Nowhere(Request::from_parts(head, body));
        };
        drop(path);
        let mut request = Request::from_parts(head, body);
        if !prefix.is_empty() {
            let route = entry.route_below(&Mount::of(&request));
            if let Err(reason) = Mount::enter(&mut request, prefix) {
                return Way::Unclear(reason);
            }
            route.leave(&mut request);
        }
        Way::To(entry.service.clone(), request)
    }
}

impl<E> Entry<E> {
    fn new(service: &AnyService<E>, route: Option<&MatchedRoute>) -> Self {
        Self {
            service: service.clone(),
            route: route.cloned(),
        }
    }

    /// What the mount is called where the request stands: below another, its pattern has that one's prefix.
    fn route_below(&self, outer: &Mount) -> MatchedRoute {
        let route = self.route.as_ref().expect("what has a prefix has a route");
        match outer.prefix() {
            "" => route.clone(),
            prefix => MatchedRoute::new([prefix, route.pattern()].concat()),
        }
    }
}

impl<E> Clone for Entry<E> {
    fn clone(&self) -> Self {
        Self::new(&self.service, self.route.as_ref())
    }
}

impl<E: Send + 'static> Default for Mounts<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E> Clone for Mounts<E> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<E> fmt::Debug for Mounts<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Mounts").field(&**self.0.load()).finish()
    }
}

/// Why there is no answer. It knows the table, and lists it only if somebody reads it.
struct NotMounted<E>(Arc<Table<Entry<E>>>);

impl<E> fmt::Display for NotMounted<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = self.0.names();
        if names.is_empty() {
            return f.write_str("nothing is mounted yet");
        }
        write!(
            f,
            "nothing is mounted there: the mounts are {}",
            names.join(", ")
        )
    }
}

impl<E> fmt::Debug for NotMounted<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NotMounted").field(&self.0).finish()
    }
}

impl<E> std::error::Error for NotMounted<E> {}
