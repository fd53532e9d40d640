use std::{fmt, sync::Arc};

use http::Method;
use plywood_core::MatchedRoute;

use crate::{
    Allow, Base, Bound, MapBuilder, Match, Redirect, Route, UrlError, Value, closest,
    matching::Wanted,
    table::{Outcome, Table, no_method},
};

/// A frozen table of rules, each with an endpoint of any type: a service, an enum, a name.
///
/// Finding a rule allocates nothing, and its cost grows with the path, not with the number of rules. The paths that it takes are decoded: give it
/// what [`Path`](plywood_core::Path) reads.
///
/// Of the rules that match a path and take the method, the most specific one wins, segment by segment from the left: text before variables;
/// among variables more text beside them first, then `int` and `float`, then `string`, `any` and `uuid`, then `path`; then a mount. The order of
/// registration matters only between rules that are alike in all this.
///
/// ```
/// use http::Method;
/// use plywood_dispatch::{Map, Rule, Verdict};
///
/// let map = Map::builder()
///     .route(Rule::new("/users/me").name("me"), "myself")
///     .route(Rule::new("/users/<int:id>").methods(["GET", "DELETE"]).name("user"), "user")
///     .build()?;
///
/// let Verdict::Match(found) = map.find(&Method::GET, "/users/7") else { panic!() };
/// assert_eq!((*found.endpoint(), found.get("id")), ("user", Some("7")));
///
/// let Verdict::MethodNotAllowed(allow) = map.find(&Method::POST, "/users/7") else { panic!() };
/// assert_eq!(allow.to_string(), "DELETE, GET, HEAD");
///
/// assert_eq!(map.url("user", &[("id", 7.into()), ("page", 2.into())])?, "/users/7?page=2");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Map<E> {
    pub(crate) table: Arc<Table>,
    /// What is left of each rule in a request.
    pub(crate) matched: Box<[MatchedRoute]>,
    pub(crate) endpoints: Box<[E]>,
}

/// What a [`Map`] says of a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict<'map, 'path, E> {
    /// A rule takes it.
    Match(Match<'map, 'path, E>),
    /// The client should ask somewhere else: with the slash that is missing, or without the one that is too many; at the main one of several
    /// URLs; or where a rule says.
    Redirect(Redirect),
    /// Rules match the path, and none of them takes the method.
    MethodNotAllowed(Allow),
    /// The rules for the path are for websockets, and the request is none; or the other way round.
    WebsocketMismatch,
    /// No rule matches the path.
    NotFound,
}

impl<E> Map<E> {
    /// A map without rules yet.
    pub const fn builder() -> MapBuilder<E> {
        MapBuilder::new()
    }

    /// Finds the rule for a request by its method and its decoded path, which begins with `/`.
    ///
    /// It stands at the map's default subdomain; [`bind`](Self::bind) it to find by host. A path of more than 65,535 bytes matches nothing;
    /// `http::Uri` holds none.
    pub fn find<'map, 'path>(
        &'map self,
        method: &'path Method,
        path: &'path str,
    ) -> Verdict<'map, 'path, E>
    where
        'map: 'path,
    {
        let wanted = Wanted {
            method,
            websocket: false,
            host: self.table.default_domain(),
        };
        match self.table.at_once(wanted, path) {
            Some(found) => Verdict::Match(Match { map: self, found }),
            None => self.verdict(self.table.thorough(wanted, None, path)),
        }
    }

    pub(crate) fn verdict<'map, 'path>(
        &'map self,
        outcome: Outcome<'path>,
    ) -> Verdict<'map, 'path, E> {
        match outcome {
            Outcome::Rule(found) => Verdict::Match(Match { map: self, found }),
            Outcome::Redirect(redirect) => Verdict::Redirect(redirect),
            Outcome::MethodNotAllowed(allow) => Verdict::MethodNotAllowed(allow),
            Outcome::WebsocketMismatch => Verdict::WebsocketMismatch,
            Outcome::NotFound => Verdict::NotFound,
        }
    }

    /// The map as it stands below a server's name and a mount: it finds by host, and builds whole URLs.
    pub const fn bind<'a>(&'a self, base: &'a Base) -> Bound<'a, E> {
        Bound::new(self, base)
    }

    /// Builds the URL of the rules of a name, relative to the root. A [base](Self::bind) makes it relative to a mount, or a whole one.
    ///
    /// Values that the rule has no variables for become the query: a list repeats its key, and what is absent is left out.
    ///
    /// # Errors
    ///
    /// [`UrlError`] when there is no rule of the name for these values, or a converter refuses one.
    pub fn url(&self, name: &str, values: &[(&str, Value<'_>)]) -> Result<String, UrlError> {
        let root = Base::new("");
        self.bind(&root).url(name, values)
    }

    /// The methods that the rules for a path name. A rule that takes every method names none.
    pub fn allowed(&self, path: &str) -> Allow {
        let method = no_method();
        let wanted = Wanted {
            method: &method,
            websocket: false,
            host: self.table.default_domain(),
        };
        match self.table.find(wanted, None, path) {
            Outcome::MethodNotAllowed(allow) => allow,
            _ => Allow::default(),
        }
    }

    /// Is there a rule of this name that has all these variables, or gives them by default?
    pub fn is_expecting(&self, name: &str, arguments: &[&str]) -> bool {
        let rules = self.table.names.get(name);
        let has_all = |rule: &u32| {
            let own = &self.table.routes[*rule as usize].arguments;
            let has = |name: &&str| own.iter().any(|own| **own == **name);
            arguments.iter().all(has)
        };
        rules.is_some_and(|rules| rules.iter().any(has_all))
    }

    /// The rule that comes nearest to a path which none matches, if one is near: for a page that asks "did you mean".
    pub fn closest(&self, path: &str) -> Option<&Route> {
        closest::route(path, &self.table.routes)
    }

    /// The rules as data, in order of registration.
    pub fn routes(&self) -> impl Iterator<Item = (&Route, &E)> {
        self.table.routes.iter().zip(&self.endpoints)
    }

    pub(crate) fn route(&self, rule: u32) -> &Route {
        &self.table.routes[rule as usize]
    }

    /// The first rule of this name.
    pub fn named(&self, name: &str) -> Option<&Route> {
        let routes = &self.table.routes;
        routes.iter().find(|route| route.name() == Some(name))
    }
}

/// The table of rules, a line each: methods, host and pattern, name.
impl<E> fmt::Display for Map<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.fmt(f)
    }
}

impl<E> fmt::Debug for Map<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.table.fmt(f)
    }
}
