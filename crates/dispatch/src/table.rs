//! What a map knows of its rules, whatever they lead to.

use std::{collections::HashMap, fmt, hash::BuildHasherDefault};

use http::Method;

use crate::{
    Allow, Base, Route, encode,
    given::Given,
    link,
    matching::{Near, Step, Terms, Walk, Wanted},
    methods,
    name_hasher::NameHasher,
    redirect::{Goal, Redirect},
    route::{self, Start, Target},
    rule::Redirection,
    spans::Spans,
    straight::straight,
    trie::Trie,
    value::Values,
};

#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(crate) struct Table {
    pub(crate) trie: Trie,
    pub(crate) terms: Box<[Terms]>,
    pub(crate) routes: Box<[Route]>,
    /// The rules by name, the best for building a URL first.
    pub(crate) names: Names,
    pub(crate) merge_slashes: bool,
    pub(crate) redirect_defaults: bool,
    pub(crate) host_matching: bool,
    pub(crate) default_subdomain: Box<str>,
    pub(crate) sort_parameters: bool,
}

/// Rules by name.
pub(crate) type Names = HashMap<Box<str>, Box<[u32]>, BuildHasherDefault<NameHasher>>;

/// What is found.
pub(crate) enum Outcome<'path> {
    Rule(Found<'path>),
    Redirect(Redirect),
    MethodNotAllowed(Allow),
    WebsocketMismatch,
    NotFound,
}

/// A rule that takes the request.
#[derive(Clone, Copy)]
pub(crate) struct Found<'path> {
    pub(crate) rule: u32,
    pub(crate) below: u32,
    pub(crate) host: &'path str,
    pub(crate) path: &'path str,
    pub(crate) spans: Spans,
}

impl<'path> Found<'path> {
    /// The texts of the parameters: those of the host, then those of the path.
    pub(crate) fn texts(&self, route: &Route) -> impl Iterator<Item = &'path str> {
        let (host, path, in_host) = (self.host, self.path, route.in_host);
        self.spans
            .ranges()
            .enumerate()
            .map(move |(index, range)| {
                let text = if index < in_host { host } else { path };
                text.get(range).unwrap_or_default()
            })
            .collect::<smallest::Few<_>>()
            .into_iter()
    }
}

/// Sixteen texts, in place.
mod smallest {
    use crate::MAX_PARAMETERS;

    pub(crate) struct Few<T> {
        items: [Option<T>; MAX_PARAMETERS],
    }

    impl<T> FromIterator<T> for Few<T> {
        fn from_iter<I: IntoIterator<Item = T>>(iter: I) -> Self {
            let mut iter = iter.into_iter();
            Self {
                items: std::array::from_fn(|_| iter.next()),
            }
        }
    }

    impl<T> IntoIterator for Few<T> {
        type Item = T;
        type IntoIter = std::iter::Flatten<std::array::IntoIter<Option<T>, MAX_PARAMETERS>>;

        fn into_iter(self) -> Self::IntoIter {
            self.items.into_iter().flatten()
        }
    }
}

impl Table {
    /// What rules match by, where nothing else is said: a subdomain, or nothing where hosts are matched.
    pub(crate) fn default_domain(&self) -> &str {
        if self.host_matching {
            ""
        } else {
            &self.default_subdomain
        }
    }

    /// What rules match by: the whole host, or the subdomain.
    pub(crate) fn domain<'a>(&'a self, base: &'a Base) -> &'a str {
        if self.host_matching {
            &base.server_name
        } else {
            base.subdomain.as_deref().unwrap_or(&self.default_subdomain)
        }
    }

    /// The host of what a rule's host is built as.
    pub(crate) fn host(&self, base: &Base, domain: &str) -> String {
        if self.host_matching {
            domain.to_owned()
        } else {
            base.host_of(domain)
        }
    }

    /// The host that was asked.
    pub(crate) fn own_host(&self, base: &Base) -> String {
        self.host(base, self.domain(base))
    }

    /// Finds the rule for a request.
    #[inline]
    pub(crate) fn find<'path>(
        &self,
        wanted: Wanted<'path>,
        base: Option<&Base>,
        path: &'path str,
    ) -> Outcome<'path> {
        match self.at_once(wanted, path) {
            Some(found) => Outcome::Rule(found),
            None => self.thorough(wanted, base, path),
        }
    }

    /// Finds the rule where a glance is enough, as it mostly is. `None` says nothing.
    #[inline]
    pub(crate) fn at_once<'path>(
        &self,
        wanted: Wanted<'path>,
        path: &'path str,
    ) -> Option<Found<'path>> {
        if !wanted.host.is_empty() || wanted.websocket {
            return None;
        }
        let mut spans = Spans::default();
        let bit = methods::bit(wanted.method);
        let rule = straight(&self.trie, path, bit, &mut spans)?;
        Some(Found {
            rule,
            below: number(path.len()),
            host: "",
            path,
            spans,
        })
    }

    /// Tries whatever there is to try.
    #[inline(never)]
    pub(crate) fn thorough<'path>(
        &self,
        wanted: Wanted<'path>,
        base: Option<&Base>,
        path: &'path str,
    ) -> Outcome<'path> {
        let path = single_slash_at_front(path);
        let mut found = Found {
            rule: 0,
            below: 0,
            host: wanted.host,
            path,
            spans: Spans::default(),
        };
        let mut walk = Walk::new(&self.trie, &self.terms, wanted, path, &mut found.spans);
        let step = walk.run();
        let near = walk.near;
        if let Some(Step::Rule { rule, below }) = step {
            found.rule = rule;
            found.below = below;
            if self.terms[rule as usize].plain {
                return Outcome::Rule(found);
            }
        }
        self.otherwise(step, found, wanted, base, near)
    }

    /// There is more to look at than the rule.
    #[cold]
    fn otherwise<'path>(
        &self,
        step: Option<Step>,
        found: Found<'path>,
        wanted: Wanted<'path>,
        base: Option<&Base>,
        near: Near,
    ) -> Outcome<'path> {
        let path = found.path;
        match step {
            Some(Step::Rule { .. }) => self.look_at(found, wanted, base, near),
            Some(Step::Slash) => Outcome::Redirect(Redirect(Goal::Path(format!("{path}/")))),
            None => self.merge(wanted, path, near),
        }
    }

    /// Nothing is found: is something, with single slashes?
    fn merge(&self, wanted: Wanted<'_>, path: &str, mut near: Near) -> Outcome<'static> {
        if self.merge_slashes && path.contains("//") {
            let merged = with_single_slashes(path);
            let mut spans = Spans::default();
            let mut walk = Walk::new(&self.trie, &self.terms, wanted, &merged, &mut spans);
            let step = walk.run();
            near.method |= walk.near.method;
            near.websocket |= walk.near.websocket;
            match step {
                Some(Step::Slash) => {
                    return Outcome::Redirect(Redirect(Goal::Path(format!("{merged}/"))));
                }
                Some(Step::Rule { rule, .. }) if self.routes[rule as usize].merge => {
                    return Outcome::Redirect(Redirect(Goal::Path(merged)));
                }
                _ => {}
            }
        }
        self.miss(wanted, path, near)
    }

    /// A rule matches, but there is more to look at.
    fn look_at<'path>(
        &self,
        found: Found<'path>,
        wanted: Wanted<'path>,
        base: Option<&Base>,
        near: Near,
    ) -> Outcome<'path> {
        let route = &self.routes[found.rule as usize];
        let mut texts = route.parameters.iter().zip(found.texts(route));
        if !texts.all(|(one, text)| one.kind.keeps_bounds(text)) {
            return self.miss(wanted, found.path, near);
        }
        if self.redirect_defaults && (route.alias || !route.shorter.is_empty()) {
            let values = route.values(found.texts(route));
            let redirect = if route.alias {
                self.canonical(route, &values, wanted, base)
            } else {
                self.shorter(route, values, wanted)
            };
            if let Some(redirect) = redirect {
                return Outcome::Redirect(redirect);
            }
        }
        match &route.target {
            None => Outcome::Rule(found),
            Some(target) => Outcome::Redirect(Redirect(Goal::Target(aim(route, target, &found)))),
        }
    }

    /// No rule takes the request: why?
    fn miss(&self, wanted: Wanted<'_>, path: &str, near: Near) -> Outcome<'static> {
        if near.method {
            return Outcome::MethodNotAllowed(self.allowed(wanted, path));
        }
        if near.websocket {
            return Outcome::WebsocketMismatch;
        }
        Outcome::NotFound
    }

    /// The methods of the rules that would take the request but for its method.
    pub(crate) fn allowed(&self, wanted: Wanted<'_>, path: &str) -> Allow {
        let path = single_slash_at_front(path);
        let mut allow = Allow::default();
        let step = self.collect(wanted, path, &mut allow);
        if step.is_none() && self.merge_slashes && path.contains("//") {
            self.collect(wanted, &with_single_slashes(path), &mut allow);
        }
        allow
    }

    fn collect(&self, wanted: Wanted<'_>, path: &str, allow: &mut Allow) -> Option<Step> {
        let mut spans = Spans::default();
        let mut walk = Walk::new(&self.trie, &self.terms, wanted, path, &mut spans);
        walk.allow = Some(allow);
        walk.run()
    }

    /// The main URL of an alias.
    fn canonical(
        &self,
        route: &Route,
        values: &Values<'_>,
        wanted: Wanted<'_>,
        base: Option<&Base>,
    ) -> Option<Redirect> {
        let root = Base::new("");
        let link = crate::Link::new(self, base.unwrap_or(&root), route.name()?)
            .method(wanted.method.clone())
            .without_unknown();
        let link = if base.is_some() {
            link.external()
        } else {
            link
        };
        let url = link.write(&values.0).ok()?;
        Some(Redirect(match base {
            Some(_) => Goal::Alias(url),
            None => Goal::Rule {
                host: self.default_domain().to_owned(),
                path: url,
            },
        }))
    }

    /// A rule of the same name that has the values as its defaults.
    fn shorter(
        &self,
        route: &Route,
        mut values: Values<'_>,
        wanted: Wanted<'_>,
    ) -> Option<Redirect> {
        for &other in &route.shorter {
            let other = &self.routes[other as usize];
            if !other.methods.take(wanted.method) || Given::of(other, &values.0).is_none() {
                continue;
            }
            for (name, value) in &other.defaults {
                let own = values.0.iter_mut().find(|(own, _)| **own == **name);
                if let Some((_, own)) = own {
                    *own = value.clone();
                }
            }
            let mut host = String::new();
            let mut path = String::from("/");
            let given = Given::of(other, &values.0)?;
            link::put(&other.host_steps, other, &given, &mut host).ok()?;
            link::put(&other.path_steps, other, &given, &mut path).ok()?;
            return Some(Redirect(Goal::Rule { host, path }));
        }
        None
    }
}

/// Where a rule redirects to, for what the path holds.
fn aim(route: &Route, target: &Target, found: &Found<'_>) -> String {
    let values = route.values(found.texts(route));
    let (start, steps) = match target {
        Target::Function(Redirection::Anywhere(function)) => {
            return encode::reference(&function(&values));
        }
        Target::Function(Redirection::Function(function)) => {
            let url = encode::reference(&function(&values));
            let is_of_host = url.starts_with('/');
            let start = if is_of_host { Start::Host } else { Start::Map };
            return start.keep(url);
        }
        Target::Function(Redirection::Template(template)) => return template.clone(),
        Target::Template { start, steps } => (start, steps),
    };
    let mut url = String::new();
    for step in steps {
        match step {
            route::Step::Text(text) => url.push_str(text),
            route::Step::Parameter(index) => {
                let parameter = &route.parameters[*index];
                let before = url.len();
                if let Some(value) = values.get(&parameter.name)
                    && parameter.kind.write(value, &mut url).is_err()
                {
                    // No value that can be written, such as a number that is too large: then as it was sent.
                    url.truncate(before);
                    let text = found.texts(route).nth(*index).unwrap_or_default();
                    encode::push(&mut url, text, &encode::PATH);
                }
            }
        }
    }
    // What the variables hold could otherwise make it another host, or another scheme.
    start.keep(url)
}

const fn number(len: usize) -> u32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a path that is longer is not looked at"
    )]
    {
        len as u32
    }
}

#[inline]
fn single_slash_at_front(path: &str) -> &str {
    if !path.starts_with("//") {
        return path;
    }
    let extra = path.len() - path.trim_start_matches('/').len();
    &path[extra - 1..]
}

pub(crate) fn with_single_slashes(path: &str) -> String {
    let mut merged = String::with_capacity(path.len());
    for character in path.chars() {
        if character != '/' || !merged.ends_with('/') {
            merged.push(character);
        }
    }
    merged
}

/// A method that nobody takes by name: to learn which ones are taken.
pub(crate) fn no_method() -> Method {
    Method::from_bytes(b"--").expect("two hyphens are a token")
}

impl fmt::Debug for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list()
            .entries(self.routes.iter().map(Route::pattern))
            .finish()
    }
}

/// The table of rules, a line each: methods, pattern, name.
impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.routes
            .iter()
            .try_for_each(|route| writeln!(f, "{route}"))
    }
}
