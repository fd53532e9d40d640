use std::sync::Arc;

use http::Request;

use super::{Carrier, Params, course::Course};

/// Which rule of the dispatcher a request matched.
///
/// Left by dispatch in the request, and told to the [`Witness`](super::Witness). Read by logs and metrics, which count by pattern because
/// paths are without number. It is cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MatchedRoute(Arc<Rule>);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Rule {
    pattern: Box<str>,
    endpoint: Option<Box<str>>,
    parameters: Box<[Box<str>]>,
}

impl MatchedRoute {
    /// The rule's pattern, mount prefixes included, as it was written: `/users/<id>`.
    pub fn new(pattern: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Rule {
            pattern: pattern.into(),
            endpoint: None,
            parameters: Box::default(),
        }))
    }

    /// The name of the endpoint that the rule leads to.
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<Box<str>>) -> Self {
        Arc::make_mut(&mut self.0).endpoint = Some(name.into());
        self
    }

    /// The names of its parameters, in the order of the pattern.
    #[must_use]
    pub fn parameters<N: Into<Box<str>>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        Arc::make_mut(&mut self.0).parameters = names.into_iter().map(Into::into).collect();
        self
    }

    /// The pattern.
    pub fn pattern(&self) -> &str {
        &self.0.pattern
    }

    /// The endpoint's name, if it has one.
    pub fn endpoint_name(&self) -> Option<&str> {
        self.0.endpoint.as_deref()
    }

    /// The names of its parameters. What the path holds for them is in [`Params`].
    pub fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.0.parameters.iter().map(|name| &**name)
    }

    /// Leaves it in the request, without parameters and in place of any before, and tells the [`Witness`](super::Witness) of it.
    pub fn leave<B>(self, request: &mut Request<B>) {
        Params::from(self).leave(request);
    }

    /// The route that dispatch left, if it left one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        Course::of(carrier.extensions())?.params.route()
    }
}
