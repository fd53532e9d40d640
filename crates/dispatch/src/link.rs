use std::fmt;

use http::Method;

use crate::{
    Base, Route, UrlError, UrlErrorKind, Value, closest, convert::Unfit, encode, given::Given,
    route::Step, table::Table, value,
};

/// A URL to be built, with options. [`Bound::link`](crate::Bound::link) and [`UrlFor::link`](crate::UrlFor::link) begin one.
#[derive(Debug)]
#[must_use = "a link is built by `url`"]
pub struct Link<'a> {
    table: &'a Table,
    base: &'a Base,
    name: &'a str,
    method: Option<Method>,
    external: bool,
    unknown: bool,
    scheme: Option<&'a str>,
}

impl<'a> Link<'a> {
    pub(crate) const fn new(table: &'a Table, base: &'a Base, name: &'a str) -> Self {
        Self {
            table,
            base,
            name,
            method: None,
            external: false,
            unknown: true,
            scheme: None,
        }
    }

    /// Takes a rule for this method. By default one for `GET`, if there is one.
    pub fn method(mut self, method: Method) -> Self {
        self.method = Some(method);
        self
    }

    /// Makes it a whole URL, with scheme and host: for a mail. By default it is one only where the rule has another host.
    pub const fn external(mut self) -> Self {
        self.external = true;
        self
    }

    /// The scheme of a whole URL. By default the base's. Empty leaves it to whoever follows the link.
    pub const fn scheme(mut self, scheme: &'a str) -> Self {
        self.scheme = Some(scheme);
        self
    }

    /// Leaves values out that the rule has no variables for. By default they become the query.
    pub const fn without_unknown(mut self) -> Self {
        self.unknown = false;
        self
    }

    /// Builds it.
    ///
    /// # Errors
    ///
    /// [`UrlError`] when there is no rule of the name for these values, or a converter refuses one.
    pub fn url(&self, values: &[(&str, Value<'_>)]) -> Result<String, UrlError> {
        self.write(values)
    }

    pub(crate) fn write(&self, values: &[(&str, Value<'_>)]) -> Result<String, UrlError> {
        let Some(rules) = self.table.names.get(self.name) else {
            return Err(self.unknown_name());
        };
        let mut refused = None;
        let found = match &self.method {
            Some(method) => self.of(rules, values, Some(method), &mut refused),
            None => match self.of(rules, values, Some(&Method::GET), &mut refused) {
                Ok(None) => self.of(rules, values, None, &mut refused),
                found => found,
            },
        };
        match found {
            Ok(Some(url)) => Ok(url),
            Ok(None) => Err(match refused {
                Some((route, unfit)) => self.refused(route, &unfit),
                None => self.missing(rules, values),
            }),
            Err((route, unfit)) => Err(self.refused(route, &unfit)),
        }
    }

    /// The URL of the first rule that these values suit; where hosts are matched, of the first for this host.
    fn of(
        &self,
        rules: &[u32],
        values: &[(&str, Value<'_>)],
        method: Option<&Method>,
        refused: &mut Option<(&'a Route, Box<Unfit>)>,
    ) -> Result<Option<String>, (&'a Route, Box<Unfit>)> {
        let mut first = None;
        for &rule in rules {
            let route = &self.table.routes[rule as usize];
            // Once a value was refused, a rule that would take it as something else is no way out.
            let differs = |(other, _): &(&Route, Box<Unfit>)| other.arguments != route.arguments;
            if refused.as_ref().is_some_and(differs)
                || method.is_some_and(|method| !route.methods.take(method))
            {
                continue;
            }
            let Some(given) = Given::of(route, values) else {
                continue;
            };
            match self.one(route, &given, values) {
                Ok((url, here)) if here || !self.table.host_matching => return Ok(Some(url)),
                Ok((url, _)) => first = first.or(Some(url)),
                Err(unfit) if unfit.is_final => return Err((route, unfit)),
                Err(unfit) => *refused = Some((route, unfit)),
            }
        }
        Ok(first)
    }

    /// The URL of one rule, and whether it is on this host.
    fn one(
        &self,
        route: &Route,
        given: &Given<'_, '_>,
        values: &[(&str, Value<'_>)],
    ) -> Result<(String, bool), Box<Unfit>> {
        let mut domain = String::new();
        let refused = put(&route.host_steps, route, given, &mut domain);
        if let Err(unfit) = &refused
            && !unfit.is_final
        {
            put(&route.path_steps, route, given, &mut String::new())?;
        }
        refused?;
        let base = self.base;
        let here = is_same(&domain, self.table.domain(base));
        let script = &base.script_name;
        let mut url = String::with_capacity(script.len() + room(route, values));
        if self.external || route.websocket || !here {
            let scheme = self.scheme.unwrap_or(&base.scheme);
            let secure = matches!(scheme, "https" | "wss");
            let scheme = match (route.websocket, scheme) {
                (true, _) if secure => "wss",
                (true, _) => "ws",
                (false, "") => "",
                (false, _) if secure => "https",
                (false, _) => "http",
            };
            let host = self.table.host(base, &domain);
            url.reserve(scheme.len() + host.len() + "://".len());
            url.push_str(scheme);
            url.push_str(if scheme.is_empty() { "//" } else { "://" });
            url.push_str(&host);
            url.push_str(&script[..script.len() - 1]);
        } else {
            url.push_str(script.trim_end_matches('/'));
        }
        let path = url.len();
        url.push('/');
        put(&route.path_steps, route, given, &mut url)?;
        encode::single_slash(&mut url, path);
        if encode::has_dot_segments(&url[path..]) {
            return Err(Box::new(dots(route, given, &url[path..])));
        }
        if self.unknown && !given.are_all(values) {
            self.query(route, values, &mut url);
        }
        Ok((url, here))
    }

    /// Adds what the rule has no variables for.
    fn query(&self, route: &Route, values: &[(&str, Value<'_>)], url: &mut String) {
        let is_unknown = |name: &str| !route.arguments.iter().any(|own| **own == *name);
        let mut separator = '?';
        if self.table.sort_parameters {
            let mut pairs: Vec<(&str, &Value<'_>)> = Vec::new();
            for (name, value) in values.iter().filter(|(name, _)| is_unknown(name)) {
                match value {
                    Value::List(list) => pairs.extend(list.iter().map(|value| (*name, value))),
                    value => pairs.push((name, value)),
                }
            }
            pairs.sort_by(|(one, first), (two, second)| {
                one.cmp(two).then_with(|| order(first, second))
            });
            for (name, value) in pairs {
                pair(name, value, &mut separator, url);
            }
            return;
        }
        for (name, value) in values.iter().filter(|(name, _)| is_unknown(name)) {
            match value {
                Value::List(list) => {
                    for value in list {
                        pair(name, value, &mut separator, url);
                    }
                }
                value => pair(name, value, &mut separator, url),
            }
        }
    }

    fn unknown_name(&self) -> UrlError {
        let names = self.table.names.keys().map(|name| &**name);
        let close = closest::word(self.name, names);
        let mend = match close {
            Some(close) => format!("no rule has this name: did you mean {close:?}?"),
            None => "no rule has this name: give a rule it by `Rule::name`".to_owned(),
        };
        self.error(UrlErrorKind::Name, None, mend)
    }

    /// There are rules of the name, and none suits: what is missing for the nearest?
    fn missing(&self, rules: &[u32], values: &[(&str, Value<'_>)]) -> UrlError {
        let given = |name: &str| value::find(values, name);
        let lacks = |route: &'a Route| -> Vec<&'a str> {
            let has_default = |name: &str| route.defaults.iter().any(|(own, _)| **own == *name);
            let names = route.parameters.iter().map(|one| &*one.name);
            names
                .filter(|name| given(name).is_none() && !has_default(name))
                .collect()
        };
        let routes = rules.iter().map(|&rule| &self.table.routes[rule as usize]);
        let nearest = routes.min_by_key(|route| lacks(route).len());
        let Some(route) = nearest else {
            return self.unknown_name();
        };
        let names = lacks(route);
        if !names.is_empty() {
            let list = names.join(", ");
            let mend = format!("{} wants {list}: give a value for each", route.pattern());
            return self.error(UrlErrorKind::Missing, Some(route), mend);
        }
        if let Some(method) = self
            .method
            .as_ref()
            .filter(|method| !route.methods.take(method))
        {
            let mend = format!("no rule of this name takes {method}");
            return self.error(UrlErrorKind::Method, Some(route), mend);
        }
        let mend = format!(
            "the values are not what {} has by default: leave those out",
            route.pattern()
        );
        self.error(UrlErrorKind::Missing, Some(route), mend)
    }

    fn refused(&self, route: &Route, unfit: &Unfit) -> UrlError {
        let mend = format!(
            "{:?} is no {}, which {} wants",
            unfit.value,
            unfit.converter,
            route.pattern()
        );
        self.error(UrlErrorKind::Value, Some(route), mend)
    }

    fn error(&self, kind: UrlErrorKind, route: Option<&Route>, mend: String) -> UrlError {
        UrlError {
            kind,
            name: self.name.to_owned(),
            closest: route.map(|route| route.pattern().to_owned()),
            mend,
        }
    }
}

/// Are two texts the same? Mostly there is none, and the system's comparison of nothing at all is the dearest one: it reads at an address where
/// nothing is, which takes some processors longer than all the rest of a URL.
fn is_same(one: &str, two: &str) -> bool {
    one.len() == two.len() && (one.is_empty() || one == two)
}

/// How long a path and its query become, as far as their texts need no encoding.
fn room(route: &Route, values: &[(&str, Value<'_>)]) -> usize {
    const NUMBER: usize = 20;
    let texts = route.path_steps.iter().map(|step| match step {
        Step::Text(text) => text.len(),
        Step::Parameter(_) => 0,
    });
    let values = values.iter().map(|(name, value)| match value {
        Value::Text(text) => name.len() + text.len(),
        _ => name.len() + NUMBER,
    });
    1 + texts.sum::<usize>() + values.sum::<usize>()
}

/// Puts the steps of a URL together.
pub(crate) fn put(
    steps: &[Step],
    route: &Route,
    given: &Given<'_, '_>,
    url: &mut String,
) -> Result<(), Box<Unfit>> {
    let mut refused = None;
    for step in steps {
        match step {
            Step::Text(text) => url.push_str(text),
            Step::Parameter(index) => {
                if let Some(value) = given.value(*index)
                    && let Err(unfit) = route.parameters[*index].kind.write(value, url)
                {
                    // A value that is none for any rule is told before one that is none for this.
                    if unfit.is_final {
                        return Err(unfit);
                    }
                    refused = refused.or(Some(unfit));
                }
            }
        }
    }
    refused.map_or(Ok(()), Err)
}

/// The value that makes a segment of dots.
fn dots(route: &Route, given: &Given<'_, '_>, path: &str) -> Unfit {
    let mut values = (0..route.parameters.len()).filter_map(|index| {
        let text = given.value(index)?.to_string();
        Some((index, text)).filter(|(_, text)| text.contains('.'))
    });
    let (index, value) = values.next_back().unwrap_or((0, path.to_owned()));
    Unfit {
        value,
        converter: format!("{} in a segment of its own", route.parameters[index].kind),
        is_final: false,
    }
}

fn pair(name: &str, value: &Value<'_>, separator: &mut char, url: &mut String) {
    use fmt::Write as _;
    if matches!(value, Value::Absent) {
        return;
    }
    url.push(*separator);
    *separator = '&';
    encode::push_query(url, name);
    url.push('=');
    match value {
        Value::Text(text) => encode::push_query(url, text),
        Value::Int(number) => write!(url, "{number}").expect("a text takes every text"),
        other => encode::push_query(url, &other.to_string()),
    }
}

/// Numbers by size, texts by letters.
fn order(one: &Value<'_>, two: &Value<'_>) -> std::cmp::Ordering {
    match (one, two) {
        (Value::Int(one), Value::Int(two)) => one.cmp(two),
        (Value::Float(one), Value::Float(two)) => one.total_cmp(two),
        _ => one.to_string().cmp(&two.to_string()),
    }
}
