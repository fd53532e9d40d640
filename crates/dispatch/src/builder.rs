use crate::{BuildError, Dispatch, Endpoint, IntoEndpoint, Map, Rule, map::MapBuilder};

/// A [`Dispatch`] that grows.
///
/// An endpoint is an async function from `Request<Body>` to a response or to a result of one, or any tower service that can be shared
/// between threads: an axum Router, a stack of layers, another dispatcher.
#[derive(Debug)]
#[must_use = "a dispatcher is built by `build`"]
pub struct DispatchBuilder<E> {
    map: MapBuilder<Endpoint<E>>,
    fallback: Option<Endpoint<E>>,
}

impl<E> DispatchBuilder<E> {
    pub(crate) const fn new() -> Self {
        Self {
            map: Map::builder(),
            fallback: None,
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
    /// A path that matches by another method alone stays a `405 Method Not Allowed`.
    pub fn fallback<Kind>(mut self, endpoint: impl IntoEndpoint<E, Kind>) -> Self {
        self.fallback = Some(endpoint.into_endpoint());
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
    /// [`BuildError`] when a rule cannot be read, or takes the same requests as another one.
    pub fn build(self) -> Result<Dispatch<E>, BuildError> {
        Ok(Dispatch::new(self.map.build()?, self.fallback))
    }
}
