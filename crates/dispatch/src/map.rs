use std::fmt;

use http::Method;

use crate::{
    Allow, BuildError, BuildErrorKind, Parameter, Route, Rule,
    draft::Draft,
    matching::{Fit, Spans, Step, Walk, walk},
    trie::{self, Trie},
};

/// A frozen table of rules, each with an endpoint of any type: a service, an enum, a name.
///
/// Finding a rule allocates nothing, and its cost grows with the path, not with the number of rules. The paths that it takes are decoded: give it
/// what [`Path`](plywood_core::Path) reads.
///
/// Of the rules that match a path and take the method, the most specific one wins, segment by segment from the left: text, then `int`, then
/// `string`, then `path`, then a mount. The order of registration does not matter.
///
/// ```
/// use http::Method;
/// use plywood_dispatch::{Map, Rule, Verdict};
///
/// let map = Map::builder()
///     .route("/users/me", "myself")
///     .route(Rule::new("/users/<int:id>").methods(["GET", "DELETE"]), "user")
///     .build()?;
///
/// let Verdict::Match(found) = map.find(&Method::GET, "/users/7") else { panic!() };
/// assert_eq!((*found.endpoint(), found.get("id")), ("user", Some("7")));
///
/// let Verdict::MethodNotAllowed(allow) = map.find(&Method::POST, "/users/7") else { panic!() };
/// assert_eq!(allow.to_string(), "DELETE, GET, HEAD");
/// # Ok::<(), plywood_dispatch::BuildError>(())
/// ```
pub struct Map<E> {
    trie: Trie,
    routes: Box<[Route]>,
    endpoints: Box<[E]>,
}

/// What a [`Map`] says of a request.
#[derive(Debug)]
#[non_exhaustive]
pub enum Verdict<'map, 'path, E> {
    /// A rule takes it.
    Match(Match<'map, 'path, E>),
    /// A rule would take it if the path ended with a slash: send the client there.
    Slash,
    /// Rules match the path, and none of them takes the method.
    MethodNotAllowed(Allow),
    /// No rule matches the path.
    NotFound,
}

impl<E> Map<E> {
    /// A map without rules yet.
    pub const fn builder() -> MapBuilder<E> {
        MapBuilder {
            rules: Vec::new(),
            first_wins: false,
        }
    }

    /// Finds the rule for a request by its method and its decoded path, which begins with `/`.
    ///
    /// A path of more than 65,535 bytes matches nothing; `http::Uri` holds none.
    pub fn find<'map, 'path>(
        &'map self,
        method: &Method,
        path: &'path str,
    ) -> Verdict<'map, 'path, E> {
        match walk(&self.trie, &self.routes, method, path) {
            Some((Step::Rule { rule, below }, spans)) => Verdict::Match(Match {
                map: self,
                rule,
                below,
                path,
                spans,
            }),
            Some((Step::Slash, _)) => Verdict::Slash,
            None => match self.allowed(path) {
                allow if allow.is_empty() => Verdict::NotFound,
                allow => Verdict::MethodNotAllowed(allow),
            },
        }
    }

    /// The methods that the rules for a path name. A rule that takes every method names none.
    pub fn allowed(&self, path: &str) -> Allow {
        let mut allow = Allow::default();
        let collect = |rule: usize, fit| {
            if fit == Fit::Whole {
                allow.extend(self.routes[rule].methods().unwrap_or_default());
            }
            false
        };
        let _ = Walk::new(&self.trie, path, collect).run();
        allow
    }

    /// The rules as data, in order of registration.
    pub fn routes(&self) -> impl Iterator<Item = (&Route, &E)> {
        self.routes.iter().zip(&self.endpoints)
    }

    pub(crate) fn route(&self, rule: usize) -> &Route {
        &self.routes[rule]
    }

    /// The first rule of this name.
    pub fn named(&self, name: &str) -> Option<&Route> {
        self.routes.iter().find(|route| route.name() == Some(name))
    }
}

/// The table of rules, a line each: methods, pattern, name.
impl<E> fmt::Display for Map<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.routes
            .iter()
            .try_for_each(|route| writeln!(f, "{route}"))
    }
}

impl<E> fmt::Debug for Map<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.routes.iter().map(Route::pattern))
            .finish()
    }
}

/// A rule that takes a request, and what the path holds for its parameters.
pub struct Match<'map, 'path, E> {
    map: &'map Map<E>,
    rule: usize,
    below: usize,
    path: &'path str,
    pub(crate) spans: Spans,
}

impl<'map, 'path, E> Match<'map, 'path, E> {
    /// The rule.
    pub fn route(&self) -> &'map Route {
        &self.map.routes[self.rule]
    }

    /// Its endpoint.
    pub fn endpoint(&self) -> &'map E {
        &self.map.endpoints[self.rule]
    }

    /// The text of the parameter of this name.
    pub fn get(&self, name: &str) -> Option<&'path str> {
        self.parameters()
            .find_map(|(own, text)| (own == name).then_some(text))
    }

    /// The parameters' names and texts, in the order of the pattern.
    pub fn parameters(&self) -> impl Iterator<Item = (&'map str, &'path str)> {
        let path = self.path;
        let names = self.route().parameters().iter().map(Parameter::name);
        names
            .zip(self.spans.ranges())
            .filter_map(|(name, span)| Some((name, path.get(span)?)))
    }

    /// Of a mount: the part of the path that it consumes.
    pub fn mounted_at(&self) -> Option<&'path str> {
        self.route().is_mount().then(|| &self.path[..self.below])
    }

    pub(crate) const fn rule(&self) -> usize {
        self.rule
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

/// A [`Map`] that grows.
#[derive(Debug)]
#[must_use = "a map is built by `build`"]
pub struct MapBuilder<E> {
    rules: Vec<(Rule, E)>,
    first_wins: bool,
}

impl<E> MapBuilder<E> {
    /// Adds a rule and where it leads.
    pub fn route(mut self, rule: impl Into<Rule>, endpoint: E) -> Self {
        self.rules.push((rule.into(), endpoint));
        self
    }

    /// Adds a mount: everything at or below a prefix, such as `/admin`, by every method, unless a rule takes it.
    pub fn mount(mut self, prefix: impl Into<String>, endpoint: E) -> Self {
        self.rules.push((Rule::mount(prefix), endpoint));
        self
    }

    /// Lets the first of several rules win that take the same requests. By default they are an error, because all but one are dead.
    pub const fn first_wins(mut self) -> Self {
        self.first_wins = true;
        self
    }

    /// Reads the rules and freezes the map.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when a rule cannot be read, or takes the same requests as another one.
    pub fn build(self) -> Result<Map<E>, BuildError> {
        let (rules, endpoints): (Vec<_>, Vec<_>) = self.rules.into_iter().unzip();
        let mut draft = Draft::new();
        let mut routes = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            let (route, pattern) = rule.read()?;
            draft.add(index, &pattern, route.is_mount());
            routes.push(route);
        }
        for rivals in draft.rivals() {
            if !self.first_wins {
                refuse_rivals(&routes, rivals)?;
            }
            imply_head(&mut routes, rivals);
        }
        Ok(Map {
            trie: trie::freeze(&draft),
            routes: routes.into(),
            endpoints: endpoints.into(),
        })
    }
}

/// GET implies HEAD, unless a rule for the same paths names HEAD itself.
fn imply_head(routes: &mut [Route], rivals: &[usize]) {
    let names_head = |&rule: &usize| {
        let methods = routes[rule].methods().unwrap_or_default();
        methods.contains(&Method::HEAD)
    };
    if !rivals.iter().any(names_head) {
        for &rule in rivals {
            routes[rule].methods.imply_head();
        }
    }
}

fn refuse_rivals(routes: &[Route], rivals: &[usize]) -> Result<(), BuildError> {
    for (index, &later) in rivals.iter().enumerate() {
        for &earlier in &rivals[..index] {
            let (earlier, later) = (&routes[earlier], &routes[later]);
            if let Some(method) = earlier.methods.shared(&later.methods) {
                let mend = format!(
                    "rule {:?} takes the same requests ({method}): remove one of them, or let the first one win",
                    earlier.pattern(),
                );
                return Err(BuildError::new(
                    BuildErrorKind::Ambiguous,
                    later.pattern(),
                    mend,
                ));
            }
        }
    }
    Ok(())
}
