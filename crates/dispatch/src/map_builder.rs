use std::{collections::BTreeMap, fmt, sync::Arc};

use http::Method;
use plywood_rule::Arguments;

use crate::{
    BuildError, BuildErrorKind, Convert, Map, Route, Rule, RuleTemplate,
    draft::Draft,
    matching::Terms,
    route::Options,
    table::{Names, Table},
    trie,
};

/// A [`Map`] that grows.
#[must_use = "a map is built by `build`"]
pub struct MapBuilder<E> {
    rules: Vec<(Rule, E)>,
    options: Options,
    name_by: Option<fn(&E) -> String>,
    /// A mistake that was made already; it is told by `build`.
    mistake: Option<BuildError>,
}

impl<E> MapBuilder<E> {
    pub(crate) const fn new() -> Self {
        Self {
            rules: Vec::new(),
            options: Options {
                strict_slashes: true,
                merge_slashes: true,
                redirect_defaults: true,
                host_matching: false,
                default_subdomain: String::new(),
                sort_parameters: false,
                first_wins: false,
                converters: Vec::new(),
            },
            name_by: None,
            mistake: None,
        }
    }

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

    /// Puts a prefix before the patterns of some rules: `/blog`.
    pub fn submount(self, prefix: &str, rules: impl FnOnce(Self) -> Self) -> Self {
        let prefix = prefix.trim_end_matches('/').to_owned();
        self.each_of(rules, |rule| rule.pattern.insert_str(0, &prefix))
    }

    /// Gives some rules a subdomain, variables allowed.
    pub fn subdomain(self, subdomain: &str, rules: impl FnOnce(Self) -> Self) -> Self {
        self.each_of(rules, |rule| rule.subdomain = Some(subdomain.to_owned()))
    }

    /// Gives some rules a host, variables allowed. It is looked at where the map [matches hosts](Self::host_matching).
    pub fn host(self, host: &str, rules: impl FnOnce(Self) -> Self) -> Self {
        self.each_of(rules, |rule| rule.host = Some(host.to_owned()))
    }

    /// Puts a prefix before the names of some rules: `blog/`.
    pub fn name_prefix(self, prefix: &str, rules: impl FnOnce(Self) -> Self) -> Self {
        self.each_of(rules, |rule| {
            if let Some(name) = &mut rule.name {
                name.insert_str(0, prefix);
            }
        })
    }

    /// Adds the rules of a template, with its placeholders filled.
    pub fn template(mut self, template: &RuleTemplate<E>, words: &[(&str, &str)]) -> Self
    where
        E: Clone,
    {
        match template.fill(words) {
            Ok(rules) => self.rules.extend(rules),
            Err(mistake) => self.mistake = self.mistake.or(Some(mistake)),
        }
        self
    }

    /// Does something to each rule that is added meanwhile.
    pub(crate) fn each_of(
        mut self,
        rules: impl FnOnce(Self) -> Self,
        mut change: impl FnMut(&mut Rule),
    ) -> Self {
        let before = self.rules.len();
        self = rules(self);
        for (rule, _) in self.rules.iter_mut().skip(before) {
            change(rule);
        }
        self
    }

    /// Does something to each endpoint that is added meanwhile.
    pub(crate) fn each_endpoint_of(
        mut self,
        rules: impl FnOnce(Self) -> Self,
        mut change: impl FnMut(E) -> E,
    ) -> Self {
        let before = self.rules.len();
        self = rules(self);
        let added = self.rules.split_off(before);
        let changed = added.into_iter().map(|(rule, one)| (rule, change(one)));
        self.rules.extend(changed);
        self
    }

    /// Adds a converter of your own, under the name that patterns call it by. `make` gets the arguments that stand in the pattern, and says what
    /// is wrong with them if something is.
    pub fn converter<C: Convert>(
        mut self,
        name: impl Into<String>,
        make: impl Fn(&Arguments) -> Result<C, String> + Send + Sync + 'static,
    ) -> Self {
        let make = move |arguments: &Arguments| -> Result<Arc<dyn Convert>, String> {
            Ok(Arc::new(make(arguments)?))
        };
        self.options.converters.push((name.into(), Arc::new(make)));
        self
    }

    /// Names the rules that have no name of their own, by their endpoints.
    pub const fn name_by(mut self, name: fn(&E) -> String) -> Self {
        self.name_by = Some(name);
        self
    }

    /// Does a slash at the end of a path matter? By default it does: `/bar/` is found without it, and the client sent there; `/foo` is not found
    /// with one. Where it does not, both match at once, and a page has two URLs.
    pub const fn strict_slashes(mut self, strict: bool) -> Self {
        self.options.strict_slashes = strict;
        self
    }

    /// May several slashes stand for one? By default they may, and the client is sent to the path with one.
    pub const fn merge_slashes(mut self, merge: bool) -> Self {
        self.options.merge_slashes = merge;
        self
    }

    /// Is a client sent from one of several URLs of an endpoint to the main one? By default so: from an [alias](Rule::alias), and from a path
    /// that holds what another rule has by [default](Rule::default).
    pub const fn redirect_defaults(mut self, redirect: bool) -> Self {
        self.options.redirect_defaults = redirect;
        self
    }

    /// Matches whole hosts: rules name them by [`Rule::host`]. By default it matches subdomains, by [`Rule::subdomain`].
    pub const fn host_matching(mut self) -> Self {
        self.options.host_matching = true;
        self
    }

    /// The subdomain of rules that name none, and of a base that names none. By default none.
    pub fn default_subdomain(mut self, subdomain: impl Into<String>) -> Self {
        self.options.default_subdomain = subdomain.into();
        self
    }

    /// Sorts the queries of the URLs that are built, by key and value. By default they stand as they are given.
    pub const fn sort_parameters(mut self) -> Self {
        self.options.sort_parameters = true;
        self
    }

    /// Lets the first of several rules win that take the same requests. By default they are an error, because all but one are dead.
    pub const fn first_wins(mut self) -> Self {
        self.options.first_wins = true;
        self
    }

    /// Reads the rules and freezes the map.
    ///
    /// # Errors
    ///
    /// [`BuildError`] when a rule cannot be read, or takes the same requests as another one.
    pub fn build(self) -> Result<Map<E>, BuildError> {
        if let Some(mistake) = self.mistake {
            return Err(mistake);
        }
        let options = self.options;
        let mut draft = Draft::new();
        let mut routes = Vec::with_capacity(self.rules.len());
        let mut endpoints = Vec::with_capacity(self.rules.len());
        for (index, (mut rule, endpoint)) in self.rules.into_iter().enumerate() {
            if let (None, Some(name)) = (&rule.name, self.name_by) {
                rule.name = Some(name(&endpoint));
            }
            let (route, parts) = Route::read(&rule, &options)?;
            if !parts.is_empty() {
                draft.add(index, parts, route.is_mount());
            }
            routes.push(route);
            endpoints.push(endpoint);
        }
        draft.sort();
        for rivals in draft.rivals() {
            if !options.first_wins {
                refuse_rivals(&routes, rivals)?;
                imply_head(&mut routes, rivals);
            }
        }
        // Whoever is left: nobody else names HEAD for the same paths, or the first wins.
        let mut decided = vec![false; routes.len()];
        if !options.first_wins {
            for &rule in draft.rivals().flatten() {
                decided[rule] = true;
            }
        }
        for (route, decided) in routes.iter_mut().zip(decided) {
            if !decided {
                route.methods.imply_head();
            }
        }
        let names = by_name(&routes);
        find_shorter(&mut routes, &names, options.redirect_defaults);
        refuse_lonely_aliases(&routes, &names)?;
        let terms: Box<[Terms]> = routes.iter().map(Route::terms).collect();
        let table = Arc::new(Table {
            trie: trie::freeze(&draft, &terms),
            terms,
            routes: routes.into(),
            names,
            merge_slashes: options.merge_slashes,
            redirect_defaults: options.redirect_defaults,
            host_matching: options.host_matching,
            default_subdomain: options.default_subdomain.into(),
            sort_parameters: options.sort_parameters,
        });
        let matched = table.routes.iter().map(|route| {
            let matched = route.matched();
            // A mounted service does not stand where the map's URLs do.
            if route.is_mount() {
                return matched;
            }
            let table: Arc<Table> = Arc::clone(&table);
            matched.origin(table)
        });
        Ok(Map {
            matched: matched.collect(),
            table,
            endpoints: endpoints.into(),
        })
    }
}

/// The rules by name, in the order in which they are tried for building a URL.
fn by_name(routes: &[Route]) -> Names {
    let mut names: BTreeMap<&str, Vec<u32>> = BTreeMap::new();
    for (index, route) in routes.iter().enumerate() {
        if let Some(name) = route.name() {
            let index = u32::try_from(index).expect("a tree holds no more rules");
            names.entry(name).or_default().push(index);
        }
    }
    let sorted = names.into_iter().map(|(name, mut rules)| {
        rules.sort_by_key(|&rule| routes[rule as usize].build_order());
        (name.into(), rules.into())
    });
    sorted.collect()
}

/// For each rule the ones of its name that could give its values by default.
fn find_shorter(routes: &mut [Route], names: &Names, redirect: bool) {
    if !redirect {
        return;
    }
    for rules in names.values() {
        for (place, &rule) in rules.iter().enumerate() {
            let route = &routes[rule as usize];
            let provides = |other: &&u32| {
                let other = &routes[**other as usize];
                !other.build_only
                    && !other.defaults.is_empty()
                    && !other.is_written_like(route)
                    && other.arguments == route.arguments
            };
            let shorter: Box<[u32]> = rules[..place].iter().filter(provides).copied().collect();
            let route = &mut routes[rule as usize];
            route.plain &= shorter.is_empty();
            route.shorter = shorter;
        }
    }
}

/// An alias leads to another rule, which must be there.
fn refuse_lonely_aliases(routes: &[Route], names: &Names) -> Result<(), BuildError> {
    for route in routes.iter().filter(|route| route.alias) {
        let rules = route.name().and_then(|name| names.get(name));
        let is_main = |rule: &u32| {
            let other = &routes[*rule as usize];
            let has = |one: &str| {
                let own = route.arguments.iter();
                let given = other.defaults.iter().map(|(name, _)| name);
                own.chain(given).any(|own| **own == *one)
            };
            !other.alias && other.parameters.iter().all(|one| has(&one.name))
        };
        if !rules.is_some_and(|rules| rules.iter().any(is_main)) {
            let mend = "it is an alias, and of its name there is no other rule that its variables are enough for: add one";
            return Err(BuildError::new(
                BuildErrorKind::Alias,
                route.pattern(),
                mend.to_owned(),
            ));
        }
    }
    Ok(())
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
            if earlier.websocket != later.websocket {
                continue;
            }
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

impl<E> fmt::Debug for MapBuilder<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rules = self.rules.iter().map(|(rule, _)| &rule.pattern);
        f.debug_list().entries(rules).finish()
    }
}
