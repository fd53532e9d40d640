use std::fmt;

use http::Method;
use plywood_core::MatchedRoute;

use crate::{BuildError, BuildErrorKind, Parameter, methods::Methods, pattern::Pattern};

/// A rule as you write it: a pattern, and optionally methods and a name.
///
/// A pattern is text with parameters, one to a segment: `/users/<int:id>/posts/<slug>`. A parameter names its [`Converter`](crate::Converter), or takes any
/// segment. Text stands for itself, decoded: write `/sp ace`, not `/sp%20ace`.
///
/// A string becomes a rule that takes every method.
///
/// ```
/// use plywood_dispatch::Rule;
///
/// let rule = Rule::new("/reports/<int:year>").methods(["GET", "QUERY"]).name("report");
/// ```
#[derive(Clone, Debug)]
#[must_use = "a rule does nothing until it stands in a map"]
pub struct Rule {
    pattern: String,
    methods: Option<Vec<String>>,
    name: Option<String>,
    mount: bool,
}

impl Rule {
    /// A rule for a pattern. It takes every method and has no name.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self {
            pattern: pattern.into(),
            methods: None,
            name: None,
            mount: false,
        }
    }

    /// Everything at or below a prefix, by every method.
    pub(crate) fn mount(prefix: impl Into<String>) -> Self {
        Self {
            mount: true,
            ..Self::new(prefix)
        }
    }

    /// Takes these methods only; `GET` implies `HEAD`. By default a rule takes every method.
    pub fn methods<M: AsRef<str>>(mut self, methods: impl IntoIterator<Item = M>) -> Self {
        let methods = methods.into_iter().map(|method| method.as_ref().to_owned());
        self.methods = Some(methods.collect());
        self
    }

    /// The endpoint's name, for logs and for whoever looks rules up. None by default.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    pub(crate) fn read(&self) -> Result<(Route, Pattern<'_>), BuildError> {
        let refuse = |(kind, mend)| BuildError::new(kind, &self.pattern, mend);
        let text = match self.pattern.strip_suffix('/') {
            Some(prefix) if self.mount && !prefix.is_empty() => prefix,
            _ => &self.pattern,
        };
        let pattern = Pattern::read(text).map_err(refuse)?;
        if self.mount && pattern.parameters().next().is_some() {
            let mend = "a mount's prefix should be plain text, without parameters".into();
            return Err(refuse((BuildErrorKind::MountParameter, mend)));
        }
        let methods = match &self.methods {
            None => Methods::Every,
            Some(names) => {
                Methods::read(names).map_err(|mend| refuse((BuildErrorKind::Method, mend)))?
            }
        };
        let parameters: Box<[_]> = pattern.parameters().cloned().collect();
        let route = Route {
            methods,
            matched: matched(text, self.name.as_deref(), &parameters),
            parameters,
            mount: self.mount,
        };
        Ok((route, pattern))
    }
}

impl From<&str> for Rule {
    fn from(pattern: &str) -> Self {
        Self::new(pattern)
    }
}

impl From<String> for Rule {
    fn from(pattern: String) -> Self {
        Self::new(pattern)
    }
}

/// A rule as the map holds it, read and checked.
#[derive(Clone, Debug)]
pub struct Route {
    pub(crate) methods: Methods,
    parameters: Box<[Parameter]>,
    pub(crate) matched: MatchedRoute,
    mount: bool,
}

impl Route {
    /// The pattern as it was written; of a mount the prefix, without a slash at its end.
    pub fn pattern(&self) -> &str {
        self.matched.pattern()
    }

    /// The methods that it takes, with the `HEAD` that a `GET` implies; `None` when it takes every one.
    pub fn methods(&self) -> Option<&[Method]> {
        self.methods.named()
    }

    /// The endpoint's name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.matched.endpoint_name()
    }

    /// The parameters, in the order of the pattern.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// What it is called below a mount.
    pub(crate) fn below(&self, prefix: &str) -> MatchedRoute {
        let pattern = [prefix, self.pattern()].concat();
        matched(&pattern, self.name(), &self.parameters)
    }

    /// Does it take everything at or below its pattern?
    pub const fn is_mount(&self) -> bool {
        self.mount
    }
}

fn matched(pattern: &str, name: Option<&str>, parameters: &[Parameter]) -> MatchedRoute {
    let matched = MatchedRoute::new(pattern).parameters(parameters.iter().map(Parameter::name));
    match name {
        Some(name) => matched.endpoint(name),
        None => matched,
    }
}

/// A line of the map's table: methods, pattern, name.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let methods = self.methods().map_or_else(
            || "*".to_owned(),
            |methods| {
                methods
                    .iter()
                    .map(Method::as_str)
                    .collect::<Vec<_>>()
                    .join(" ")
            },
        );
        let below = match (self.mount, self.pattern()) {
            (false, _) => "",
            (true, "/") => "..",
            (true, _) => "/..",
        };
        let pattern = format!("{}{below}", self.pattern());
        match self.name() {
            Some(name) => write!(f, "{methods:<16} {pattern:<40} {name}"),
            None => write!(f, "{methods:<16} {pattern}"),
        }
    }
}
