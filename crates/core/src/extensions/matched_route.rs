use std::{
    any::Any,
    fmt,
    hash::{Hash, Hasher},
    sync::Arc,
};

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
    defaults: Box<[(Box<str>, Box<str>)]>,
    origin: Origin,
}

/// Whose rule it is. It makes no difference to what the rule is.
#[derive(Clone, Default)]
struct Origin(Option<Arc<dyn Any + Send + Sync>>);

impl PartialEq for Origin {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl fmt::Debug for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() {
            "Origin(..)"
        } else {
            "Origin"
        })
    }
}

impl MatchedRoute {
    /// The rule's pattern, mount prefixes included, as it was written: `/users/<id>`.
    pub fn new(pattern: impl Into<Box<str>>) -> Self {
        Self(Arc::new(Rule {
            pattern: pattern.into(),
            endpoint: None,
            parameters: Box::default(),
            defaults: Box::default(),
            origin: Origin::default(),
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

    /// The texts of parameters that the rule gives without their standing in the path, by name.
    #[must_use]
    pub fn defaults<N: Into<Box<str>>, T: Into<Box<str>>>(
        mut self,
        texts: impl IntoIterator<Item = (N, T)>,
    ) -> Self {
        let texts = texts
            .into_iter()
            .map(|(name, text)| (name.into(), text.into()));
        Arc::make_mut(&mut self.0).defaults = texts.collect();
        self
    }

    /// The table that the rule stands in, for whoever knows its type: dispatch finds there how URLs are built.
    #[must_use]
    pub fn origin(mut self, table: Arc<dyn Any + Send + Sync>) -> Self {
        Arc::make_mut(&mut self.0).origin = Origin(Some(table));
        self
    }

    /// The same rule, below a mount: with the mount's prefix before its pattern.
    #[must_use]
    pub fn below(&self, prefix: &str) -> Self {
        let mut rule = (*self.0).clone();
        rule.pattern = [prefix, &rule.pattern].concat().into();
        Self(Arc::new(rule))
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

    /// The texts of parameters that it gives without their standing in the path.
    pub fn default_texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .defaults
            .iter()
            .map(|(name, text)| (&**name, &**text))
    }

    /// The table that it stands in, if it was said.
    pub fn table(&self) -> Option<Arc<dyn Any + Send + Sync>> {
        self.0.origin.0.clone()
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
