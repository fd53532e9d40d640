use http::{Request, Response};
use plywood_core::{Body, HttpService};
use tower_layer::Layer;

use crate::{
    BuildError, BuildErrorKind, Dispatch, Endpoint, IntoEndpoint, Map, MapBuilder, Params, Reply,
    Routes, Rule, dispatch::Rest, error::A_LABELS, refusal,
};

/// A [`Dispatch`] that grows.
///
/// An endpoint is an async function from `Request<Body>` to a response or to a result of one, or any tower service that can be shared
/// between threads: an axum Router, a stack of layers, another dispatcher.
#[must_use = "a dispatcher is built by `build`"]
pub struct DispatchBuilder<E> {
    map: MapBuilder<Endpoint<E>>,
    rest: Rest<E>,
}

impl<E> DispatchBuilder<E> {
    pub(crate) const fn new() -> Self {
        Self {
            map: Map::builder(),
            rest: Rest {
                fallback: None,
                method_fallback: None,
                server_name: None,
            },
        }
    }

    /// Adds a rule and who answers it. A plain pattern takes every method.
    pub fn route<Kind>(
        mut self,
        rule: impl Into<Rule>,
        endpoint: impl IntoEndpoint<E, Kind>,
    ) -> Self {
        self.map = self.map.route(rule, endpoint.into_endpoint());
        self
    }

    /// Adds a rule for `GET`, and so for `HEAD`: the body of the answer to a `HEAD` is taken off.
    pub fn get<Kind>(self, rule: impl Into<Rule>, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.route(rule.into().methods(["GET"]), endpoint)
    }

    /// Adds a rule for `POST`.
    pub fn post<Kind>(self, rule: impl Into<Rule>, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.route(rule.into().methods(["POST"]), endpoint)
    }

    /// Adds a rule for `PUT`.
    pub fn put<Kind>(self, rule: impl Into<Rule>, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.route(rule.into().methods(["PUT"]), endpoint)
    }

    /// Adds a rule for `PATCH`.
    pub fn patch<Kind>(self, rule: impl Into<Rule>, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.route(rule.into().methods(["PATCH"]), endpoint)
    }

    /// Adds a rule for `DELETE`.
    pub fn delete<Kind>(self, rule: impl Into<Rule>, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.route(rule.into().methods(["DELETE"]), endpoint)
    }

    /// Mounts a service: it answers everything at or below `prefix`, unless a rule or a longer mount does.
    ///
    /// It sees the rest of the path alone, and reads in [`Mount`](plywood_core::Mount) where it stands. The prefix is decoded text such as
    /// `/admin`, and ends at a segment's boundary: `/administrator` is not below it.
    pub fn mount<Kind>(
        mut self,
        prefix: impl Into<String>,
        service: impl IntoEndpoint<E, Kind>,
    ) -> Self {
        self.map = self.map.mount(prefix, service.into_endpoint());
        self
    }

    /// Answers where no rule and no mount matches the path. By default that is an empty `404 Not Found`.
    ///
    /// A path that matches by another method alone is [another matter](Self::method_fallback).
    pub fn fallback<Kind>(mut self, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.rest.fallback = Some(endpoint.into_endpoint());
        self
    }

    /// Answers where rules match the path, and none takes the method. By default that is an empty `405 Method Not Allowed` with the whole
    /// `Allow`, which the endpoint finds as [`Allow`](crate::Allow) among the request's extensions. `OPTIONS` is answered by itself.
    pub fn method_fallback<Kind>(mut self, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.rest.method_fallback = Some(endpoint.into_endpoint());
        self
    }

    /// Sends the clients of a rule elsewhere: [`Rule::redirect_to`].
    pub fn redirect(self, rule: impl Into<Rule>, target: impl Into<String>) -> Self
    where
        E: Send + 'static,
    {
        self.route(rule.into().redirect_to(target), nobody::<E>)
    }

    /// Adds the pages of an enum, and the function that answers them all: it gets the page with its request, and `match`es.
    ///
    /// A page whose values are none of its fields' types, such as a number too large, is not found.
    pub fn pages<P, F, Fut>(mut self, function: F) -> Self
    where
        P: Routes + Send + 'static,
        F: Fn(P, Request<Body>) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output: Reply<Error: Into<E>>> + Send + 'static,
        E: Send + 'static,
    {
        for (number, rule) in P::rules().into_iter().enumerate() {
            let function = function.clone();
            self = self.route(rule, move |request: Request<Body>| {
                let texts = Params::of(&request);
                let page = P::read(number, texts.iter().map(|(_, text)| text));
                let answer = page.map(|page| function(page, request));
                async move {
                    match answer {
                        Some(answer) => answer.await.reply().map_err(Into::into),
                        None => Ok::<_, E>(refusal::not_found()),
                    }
                }
            });
        }
        self
    }

    /// Puts a layer around the endpoints of some rules: around each of them, so that it acts once the rule is known.
    ///
    /// ```
    /// use plywood_core::{Body, BoxError};
    /// use plywood_dispatch::Dispatch;
    /// use tower::util::MapRequestLayer;
    /// # use http::{Request, Response};
    /// # async fn page(_: Request<Body>) -> Response<Body> { Response::default() }
    ///
    /// let mark = MapRequestLayer::new(|request: Request<Body>| request);
    /// let site = Dispatch::<BoxError>::builder()
    ///     .get("/", page)
    ///     .layer(&mark, |site| site.get("/admin", page).post("/admin", page))
    ///     .build();
    /// # site.unwrap();
    /// ```
    pub fn layer<L>(mut self, layer: &L, rules: impl FnOnce(Self) -> Self) -> Self
    where
        L: Layer<
                Endpoint<E>,
                Service: HttpService<Body, ResBody: plywood_core::HttpBody, Error: Into<E>> + Sync,
            >,
        E: Send + 'static,
    {
        let Self { map, rest } = self;
        let mut kept = None;
        let map = map.each_endpoint_of(
            |map| {
                let inner = rules(Self { map, rest });
                kept = Some(inner.rest);
                inner.map
            },
            |endpoint| layer.layer(endpoint).into_endpoint(),
        );
        self = Self {
            map,
            rest: kept.expect("the rules were added just now"),
        };
        self
    }

    /// Says something to the map of the rules: that it matches hosts, knows a converter, is not strict about slashes.
    ///
    /// ```
    /// use plywood_core::BoxError;
    /// use plywood_dispatch::Dispatch;
    ///
    /// let site = Dispatch::<BoxError>::builder().map(|map| map.strict_slashes(false));
    /// # site.build().unwrap();
    /// ```
    pub fn map(
        mut self,
        change: impl FnOnce(MapBuilder<Endpoint<E>>) -> MapBuilder<Endpoint<E>>,
    ) -> Self {
        self.map = change(self.map);
        self
    }

    /// The name of the server, below which [subdomains](Rule::subdomain) are looked for. By default none: rules for the map's default subdomain
    /// answer for every host.
    ///
    /// Requests for other servers are not found.
    pub fn server_name(mut self, name: impl Into<String>) -> Self {
        self.rest.server_name = Some(name.into());
        self
    }

    /// Lets the first of several rules win that take the same requests. By default they are an error, because all but one are dead.
    pub fn first_wins(mut self) -> Self {
        self.map = self.map.first_wins();
        self
    }

    /// Reads the rules and freezes the dispatcher.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when a rule cannot be read, takes the same requests as another one, or is for a host that no request has.
    pub fn build(self) -> Result<Dispatch<E>, BuildError> {
        if let Some(name) = &self.rest.server_name
            && !name.is_ascii()
        {
            let mend = format!("it {A_LABELS}");
            return Err(BuildError::new(BuildErrorKind::ServerName, name, mend));
        }
        let map = self.map.build()?;
        let nowhere = map.routes().find(|(route, _)| route.is_of_no_host());
        if let Some((route, _)) = nowhere {
            let mend = format!(
                "hosts are compared in lower case: write {:?} so",
                route.host()
            );
            return Err(BuildError::new(BuildErrorKind::Host, route.pattern(), mend));
        }
        Ok(Dispatch::new(map, self.rest))
    }
}

/// Stands behind a rule that redirects: it is never asked.
async fn nobody<E>(_: Request<Body>) -> Result<Response<Body>, E> {
    Ok(refusal::not_found())
}

impl<E> std::fmt::Debug for DispatchBuilder<E> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("DispatchBuilder").field(&self.map).finish()
    }
}
