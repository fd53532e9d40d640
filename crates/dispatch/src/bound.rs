use http::Method;

use crate::{Allow, Base, Link, Map, Redirect, UrlError, Value, Verdict, matching::Wanted};

/// A map at its place, made by [`Map::bind`]: it finds by host, and builds URLs that know where they stand.
#[derive(Debug)]
pub struct Bound<'a, E> {
    map: &'a Map<E>,
    base: &'a Base,
    websocket: bool,
}

impl<'a, E> Bound<'a, E> {
    pub(crate) const fn new(map: &'a Map<E>, base: &'a Base) -> Self {
        Self {
            map,
            base,
            websocket: false,
        }
    }

    /// Finds rules for websockets, and no others.
    #[must_use]
    pub const fn websocket(mut self) -> Self {
        self.websocket = true;
        self
    }

    /// Finds the rule for a request at the base's host, by its method and its decoded path.
    pub fn find<'path>(&self, method: &'path Method, path: &'path str) -> Verdict<'a, 'path, E>
    where
        'a: 'path,
    {
        let table = &self.map.table;
        let wanted = Wanted {
            method,
            websocket: self.websocket,
            host: table.domain(self.base),
        };
        self.map.verdict(table.find(wanted, Some(self.base), path))
    }

    /// The methods that the rules for a path name.
    pub fn allowed(&self, path: &str) -> Allow {
        let method = crate::table::no_method();
        match self.find(&method, path) {
            Verdict::MethodNotAllowed(allow) => allow,
            _ => Allow::default(),
        }
    }

    /// Where a redirect leads: a whole URL, with the query that the request was sent with (without its question mark). What a
    /// [rule redirects to](crate::Rule::redirect_to) stands as it is, with a query of its own or none.
    pub fn location(&self, redirect: &Redirect, query: Option<&str>) -> String {
        redirect.url(self.base, &self.map.table, query)
    }

    /// Builds the URL of the rules of a name: a path, unless the rule has another host.
    ///
    /// # Errors
    ///
    /// [`UrlError`] when there is no rule of the name for these values, or a converter refuses one.
    pub fn url(&self, name: &str, values: &[(&str, Value<'_>)]) -> Result<String, UrlError> {
        Link::new(&self.map.table, self.base, name).url(values)
    }

    /// A URL to be built with options.
    pub fn link(&self, name: &'a str) -> Link<'a> {
        Link::new(&self.map.table, self.base, name)
    }
}
