use std::sync::Arc;

use super::Carrier;

/// Which rule of the dispatcher a request matched.
///
/// Left by dispatch in the request and, where a layer outside left a [`RouteWanted`], in the response on the way back. Read by logs and
/// metrics, which count by pattern because paths are without number. It is cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MatchedRoute {
    pattern: Arc<str>,
    endpoint: Option<Arc<str>>,
}

impl MatchedRoute {
    /// The rule's pattern, mount prefixes included, as it was written: `/users/<id>`.
    pub fn new(pattern: impl Into<Arc<str>>) -> Self {
        Self {
            pattern: pattern.into(),
            endpoint: None,
        }
    }

    /// The name of the endpoint that the rule leads to.
    #[must_use]
    pub fn endpoint(mut self, name: impl Into<Arc<str>>) -> Self {
        self.endpoint = Some(name.into());
        self
    }

    /// The pattern.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The endpoint's name, if it has one.
    pub fn endpoint_name(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The route that dispatch left, if it left one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}

/// The wish of a layer outside to read the [`MatchedRoute`] in the response.
///
/// Left in the request by whoever counts by route; read by dispatch. Without it the response is left none, because its first extension
/// costs three allocations.
#[derive(Clone, Copy, Debug)]
pub struct RouteWanted;
