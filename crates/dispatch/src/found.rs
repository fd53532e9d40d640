use std::fmt;

use crate::{Map, Parameter, Route, Values, table::Found};

/// A rule that takes a request, and what its host and path hold for its parameters.
pub struct Match<'map, 'path, E> {
    pub(crate) map: &'map Map<E>,
    pub(crate) found: Found<'path>,
}

impl<'map, 'path, E> Match<'map, 'path, E> {
    /// The rule.
    pub fn route(&self) -> &'map Route {
        self.map.route(self.found.rule)
    }

    /// Its endpoint.
    pub fn endpoint(&self) -> &'map E {
        &self.map.endpoints[self.found.rule as usize]
    }

    /// The text of the parameter of this name.
    pub fn get(&self, name: &str) -> Option<&'path str> {
        self.parameters()
            .find_map(|(own, text)| (own == name).then_some(text))
    }

    /// The parameters' names and texts, those of the host first, in the order of the patterns.
    pub fn parameters(&self) -> impl Iterator<Item = (&'map str, &'path str)> {
        let route = self.route();
        let names = route.parameters().iter().map(Parameter::name);
        names.zip(self.found.texts(route))
    }

    /// The values: what the converters read in the texts, and what the rule gives by default.
    pub fn values(&self) -> Values<'path>
    where
        'map: 'path,
    {
        let route = self.route();
        route.values(self.found.texts(route))
    }

    /// Of a mount: the part of the path that it consumes.
    pub fn mounted_at(&self) -> Option<&'path str> {
        let path = self.found.path;
        self.route()
            .is_mount()
            .then(|| &path[..self.found.below as usize])
    }
}

impl<E> fmt::Debug for Match<'_, '_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Match")
            .field("pattern", &self.route().pattern())
            .field("parameters", &self.parameters().collect::<Vec<_>>())
            .finish_non_exhaustive()
    }
}
