use std::fmt;

use http::Method;
use plywood_core::{MatchedRoute, Params};
use plywood_rule::{Converter, Flaw, Pattern, Piece};

use crate::{
    BuildError, BuildErrorKind, Rule, Value, Values,
    convert::{Kind, MakeConverter},
    encode, error,
    matching::Terms,
    methods::Methods,
    part::{Part, parts},
    redirect,
    rule::Redirection,
};

/// The most parameters that a rule may have, in its host and its path together.
pub const MAX_PARAMETERS: usize = 16;

const _: () = assert!(MAX_PARAMETERS <= Params::MAX, "the request keeps all");

/// One parameter of a rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    pub(crate) name: Box<str>,
    pub(crate) kind: Kind,
}

impl Parameter {
    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its converter, if it is one of those that are always there.
    pub const fn converter(&self) -> Option<&Converter> {
        match &self.kind {
            Kind::There(converter) => Some(converter),
            Kind::Own { .. } => None,
        }
    }
}

/// A rule as the map holds it, read and checked.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
#[derive(Clone)]
pub struct Route {
    pub(crate) methods: Methods,
    pub(crate) parameters: Box<[Parameter]>,
    /// How many of the parameters stand in the host.
    pub(crate) in_host: usize,
    pub(crate) defaults: Box<[(Box<str>, Value<'static>)]>,
    /// The names of its parameters and defaults, sorted.
    pub(crate) arguments: Box<[Box<str>]>,
    pattern: Box<str>,
    name: Option<Box<str>>,
    host: Box<str>,
    pub(crate) host_steps: Box<[Step]>,
    /// Without the slash that every path begins with.
    pub(crate) path_steps: Box<[Step]>,
    pub(crate) target: Option<Target>,
    pub(crate) alias: bool,
    pub(crate) build_only: bool,
    pub(crate) websocket: bool,
    pub(crate) strict: bool,
    pub(crate) merge: bool,
    mount: bool,
    /// Is there nothing to look at once it matches?
    pub(crate) plain: bool,
    /// The rules of its name that could have its values as defaults, the best first.
    pub(crate) shorter: Box<[u32]>,
}

/// How a URL is put together.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Step {
    /// Text, encoded.
    Text(Box<str>),
    /// The parameter of this number.
    Parameter(usize),
}

/// Where a rule sends the client.
#[derive(Clone)]
pub(crate) enum Target {
    Template { start: Start, steps: Box<[Step]> },
    Function(Redirection),
}

/// How a target begins, by its own text: what its variables hold changes nothing of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Start {
    /// With a scheme or another host.
    Whole,
    /// At the host's root.
    Host,
    /// At the map's root.
    Map,
}

impl Start {
    fn of(steps: &[Step]) -> Self {
        match steps.first() {
            Some(Step::Text(text)) if text.starts_with("//") || redirect::is_absolute(text) => {
                Self::Whole
            }
            Some(Step::Text(text)) if text.starts_with('/') => Self::Host,
            _ => Self::Map,
        }
    }

    /// A URL that begins so, whatever stands at its front.
    pub(crate) fn keep(self, url: String) -> String {
        match self {
            Self::Whole => url,
            Self::Host => format!("/{}", url.trim_start_matches('/')),
            Self::Map => format!("./{}", url.trim_start_matches('/')),
        }
    }
}

/// What a map says of all its rules.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
pub(crate) struct Options {
    pub(crate) strict_slashes: bool,
    pub(crate) merge_slashes: bool,
    pub(crate) redirect_defaults: bool,
    pub(crate) host_matching: bool,
    pub(crate) default_subdomain: String,
    pub(crate) sort_parameters: bool,
    pub(crate) first_wins: bool,
    pub(crate) converters: Vec<(String, MakeConverter)>,
}

impl Route {
    /// Reads a rule. The parts are for the tree; none, where no request can match it.
    pub(crate) fn read(rule: &Rule, options: &Options) -> Result<(Self, Vec<Part>), BuildError> {
        let refuse = |flaw: Flaw| BuildError::syntax(&rule.pattern, &rule.pattern, &flaw);
        let text = match rule.pattern.strip_suffix('/') {
            Some(prefix) if rule.mount && !prefix.is_empty() => prefix,
            _ => &rule.pattern,
        };
        let merge = rule.merge_slashes.unwrap_or(options.merge_slashes);
        let mut path = Pattern::read(text).map_err(refuse)?;
        if merge {
            path = path.with_single_slashes();
        }
        let host_text = if options.host_matching {
            rule.host.as_deref().unwrap_or_default()
        } else {
            rule.subdomain
                .as_deref()
                .unwrap_or(&options.default_subdomain)
        };
        let host = Pattern::read_host(host_text)
            .map_err(|flaw| BuildError::syntax(&rule.pattern, host_text, &flaw))?;
        if host.pieces().contains(&Piece::Slash) {
            let mend = format!("no host has a slash, as {host_text:?} has");
            return Err(rule.refused(BuildErrorKind::Host, mend));
        }
        if !texts(&host).all(str::is_ascii) {
            let mend = format!("{host_text:?} {}", error::A_LABELS);
            return Err(rule.refused(BuildErrorKind::Host, mend));
        }
        let in_host = host.variables().count();
        let parameters = rule.parameters((host_text, &host), &path, options)?;
        let kinds: Vec<Kind> = parameters.iter().map(|one| one.kind.clone()).collect();
        let mut tree = parts(host.pieces(), &kinds[..in_host]);
        tree.extend(parts(path.pieces(), &kinds[in_host..]));
        if rule.mount && text == "/" {
            tree.pop();
        }
        // What takes slashes in a host would take the path along.
        let takes_path = kinds[..in_host].iter().any(Kind::takes_slashes);
        if rule.build_only || takes_path {
            tree.clear();
        }
        let defaults: Vec<(Box<str>, Value<'static>)> = rule
            .defaults
            .iter()
            .map(|(name, value)| (name.as_str().into(), value.clone()))
            .collect();
        let mut arguments: Vec<Box<str>> = parameters.iter().map(|one| one.name.clone()).collect();
        arguments.extend(defaults.iter().map(|(name, _)| name.clone()));
        arguments.sort();
        arguments.dedup();
        let steps = Steps {
            rule,
            parameters: &parameters,
            defaults: &defaults,
        };
        let host_steps = steps.of(host.pieces())?;
        let path_steps = without_slash(steps.of(path.pieces())?);
        let target = steps.target()?;
        let mut route = Self {
            methods: read_methods(rule)?,
            pattern: text.into(),
            name: rule.name.as_deref().map(Into::into),
            in_host,
            host: host_text.into(),
            host_steps,
            path_steps,
            target,
            alias: rule.alias,
            build_only: rule.build_only,
            websocket: rule.websocket,
            strict: rule.strict_slashes.unwrap_or(options.strict_slashes),
            merge,
            mount: rule.mount,
            plain: false,
            shorter: Box::default(),
            parameters: parameters.into(),
            defaults: defaults.into(),
            arguments: arguments.into(),
        };
        let has_bounds = route.parameters.iter().any(|one| one.kind.has_bounds());
        route.plain = !has_bounds && !route.alias && route.target.is_none();
        Ok((route, tree))
    }

    pub(crate) fn terms(&self) -> Terms {
        Terms {
            methods: self.methods.clone(),
            websocket: self.websocket,
            strict: self.strict,
            plain: self.plain,
        }
    }

    /// The pattern as it was written; of a mount the prefix, without a slash at its end.
    pub fn pattern(&self) -> &str {
        &self.pattern
    }

    /// The host's pattern, or the subdomain's where the map does not match hosts; empty where there is none.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Has its host's own text letters in upper case, which no request's host has?
    pub(crate) fn is_of_no_host(&self) -> bool {
        let is_upper = |text: &str| text.bytes().any(|byte| byte.is_ascii_uppercase());
        Pattern::read_host(&self.host).is_ok_and(|host| texts(&host).any(is_upper))
    }

    /// The methods that it takes, with the `HEAD` that a `GET` implies; `None` when it takes every one.
    pub fn methods(&self) -> Option<&[Method]> {
        self.methods.named()
    }

    /// The endpoint's name, if it has one.
    pub fn name(&self) -> Option<&str> {
        self.name.as_deref()
    }

    /// The parameters, those of the host first, in the order of the patterns.
    pub fn parameters(&self) -> &[Parameter] {
        &self.parameters
    }

    /// The values that it gives without their standing in the path.
    pub fn defaults(&self) -> impl Iterator<Item = (&str, &Value<'static>)> {
        self.defaults.iter().map(|(name, value)| (&**name, value))
    }

    /// Does it send the client elsewhere, and answer nothing?
    pub const fn is_redirect(&self) -> bool {
        self.target.is_some()
    }

    /// Is it another URL of its endpoint, which leads to the main one?
    pub const fn is_alias(&self) -> bool {
        self.alias
    }

    /// Does it never match, and is there for building URLs alone?
    pub const fn is_build_only(&self) -> bool {
        self.build_only
    }

    /// Is it for websockets?
    pub const fn is_websocket(&self) -> bool {
        self.websocket
    }

    /// What is left of it in a request.
    pub(crate) fn matched(&self) -> MatchedRoute {
        let names = self.parameters.iter().map(Parameter::name);
        let texts = self.defaults();
        let texts = texts.map(|(name, value)| (name, value.to_string()));
        let matched = MatchedRoute::new(self.pattern())
            .parameters(names)
            .defaults(texts);
        match self.name() {
            Some(name) => matched.endpoint(name),
            None => matched,
        }
    }

    /// Does it take everything at or below its pattern?
    pub const fn is_mount(&self) -> bool {
        self.mount
    }

    /// What of a URL stands for itself, and what it has variables for: rules that are alike in this are one.
    pub(crate) fn is_written_like(&self, other: &Self) -> bool {
        let names = |route: &Self| -> Vec<Box<str>> {
            route
                .parameters
                .iter()
                .map(|one| one.name.clone())
                .collect()
        };
        (&self.host_steps, &self.path_steps, names(self))
            == (&other.host_steps, &other.path_steps, names(other))
    }

    /// Where it stands among the rules of its name for building a URL: the smaller, the earlier.
    pub(crate) fn build_order(&self) -> (bool, std::cmp::Reverse<usize>, std::cmp::Reverse<usize>) {
        let reversed = std::cmp::Reverse;
        (
            self.alias,
            reversed(self.arguments.len()),
            reversed(self.defaults.len()),
        )
    }

    /// The value of a name that it gives without its standing in the path.
    pub(crate) fn default(&self, name: &str) -> Option<&Value<'static>> {
        let mut defaults = self.defaults.iter();
        defaults.find_map(|(own, value)| (**own == *name).then_some(value))
    }

    /// The values of a match: what is read in the texts, and the defaults.
    pub(crate) fn values<'a>(&'a self, texts: impl Iterator<Item = &'a str>) -> Values<'a> {
        let parameters = self.parameters.iter().zip(texts);
        let read = parameters.map(|(one, text)| (&*one.name, one.kind.value(text)));
        let mut values = Values(read.collect());
        for (name, value) in &self.defaults {
            values.set(name, value.clone());
        }
        values
    }
}

impl Rule {
    /// The parameters, those of the host first.
    fn parameters(
        &self,
        (host_text, host): (&str, &Pattern),
        path: &Pattern,
        options: &Options,
    ) -> Result<Vec<Parameter>, BuildError> {
        let in_host = host.variables().count();
        let mut parameters: Vec<Parameter> = Vec::new();
        for (index, variable) in host.variables().chain(path.variables()).enumerate() {
            let source = if index < in_host {
                host_text
            } else {
                &self.pattern
            };
            let kind = Kind::of(variable, &options.converters)
                .map_err(|flaw| BuildError::syntax(&self.pattern, source, &flaw))?;
            if parameters
                .iter()
                .any(|other| *other.name == *variable.name())
            {
                let mend = format!(
                    "the host and the path have a variable {:?} each: rename one",
                    variable.name()
                );
                return Err(self.refused(BuildErrorKind::Host, mend));
            }
            parameters.push(Parameter {
                name: variable.name().into(),
                kind,
            });
        }
        if parameters.len() > MAX_PARAMETERS {
            let mend = format!(
                "it has {} variables: {MAX_PARAMETERS} are the most that a rule may have",
                parameters.len()
            );
            return Err(self.refused(BuildErrorKind::TooManyParameters, mend));
        }
        if self.mount && !parameters.is_empty() {
            let mend = "a mount's prefix should be plain text, without variables";
            return Err(self.refused(BuildErrorKind::MountParameter, mend));
        }
        Ok(parameters)
    }

    fn refused(&self, kind: BuildErrorKind, mend: impl Into<String>) -> BuildError {
        BuildError::new(kind, &self.pattern, mend.into())
    }
}

/// What stands for itself in a pattern.
fn texts(pattern: &Pattern) -> impl Iterator<Item = &str> {
    pattern.pieces().iter().filter_map(|piece| match piece {
        Piece::Text(text) => Some(text.as_str()),
        _ => None,
    })
}

fn read_methods(rule: &Rule) -> Result<Methods, BuildError> {
    let Some(names) = &rule.methods else {
        return Ok(Methods::every());
    };
    let methods =
        Methods::read(names).map_err(|mend| rule.refused(BuildErrorKind::Method, mend))?;
    let strange = methods
        .named()
        .unwrap_or_default()
        .iter()
        .find(|method| !matches!(**method, Method::GET | Method::HEAD | Method::OPTIONS));
    match strange {
        Some(method) if rule.websocket => {
            let mend = format!("a websocket begins with a GET, and never with {method}");
            Err(rule.refused(BuildErrorKind::Method, mend))
        }
        _ => Ok(methods),
    }
}

/// What it takes to write down how URLs are put together.
struct Steps<'a> {
    rule: &'a Rule,
    parameters: &'a [Parameter],
    defaults: &'a [(Box<str>, Value<'static>)],
}

impl Steps<'_> {
    fn of(&self, pieces: &[Piece]) -> Result<Box<[Step]>, BuildError> {
        let mut steps = Vec::new();
        for piece in pieces {
            let mut text = String::new();
            match piece {
                Piece::Slash => text.push('/'),
                Piece::Text(piece) => encode::push(&mut text, piece, &encode::PATH),
                Piece::Variable(variable) => {
                    let step = self.parameter(variable.name(), &mut text)?;
                    steps.extend(step);
                }
            }
            push_text(&mut steps, &text);
        }
        Ok(steps.into())
    }

    /// A parameter, or the text of its default where it has one.
    fn parameter(&self, name: &str, text: &mut String) -> Result<Option<Step>, BuildError> {
        let index = self.parameters.iter().position(|one| *one.name == *name);
        let index = index.expect("a variable of the pattern is a parameter");
        let Some((_, value)) = self.defaults.iter().find(|(own, _)| **own == *name) else {
            return Ok(Some(Step::Parameter(index)));
        };
        let kind = &self.parameters[index].kind;
        if kind.write(value, text).is_ok() {
            return Ok(None);
        }
        let mend = format!(
            "the default {:?} of {name:?} is no {kind}",
            value.to_string()
        );
        Err(self.rule.refused(BuildErrorKind::Default, mend))
    }

    fn target(&self) -> Result<Option<Target>, BuildError> {
        let template = match &self.rule.redirect {
            None => return Ok(None),
            Some(function @ (Redirection::Function(_) | Redirection::Anywhere(_))) => {
                return Ok(Some(Target::Function(function.clone())));
            }
            Some(Redirection::Template(template)) => template,
        };
        let mut steps = Vec::new();
        let mut rest = &**template;
        while let Some(start) = rest.find('<')
            && let Some(length) = rest[start..].find('>')
        {
            push_text(&mut steps, &rest[..start]);
            let name = &rest[start + 1..start + length];
            let index = self.parameters.iter().position(|one| *one.name == *name);
            let Some(index) = index else {
                let mend = format!(
                    "it redirects to {template:?}, and has no variable {name:?}: take one of its own"
                );
                return Err(self.rule.refused(BuildErrorKind::Redirect, mend));
            };
            steps.push(Step::Parameter(index));
            rest = &rest[start + length + 1..];
        }
        push_text(&mut steps, rest);
        Ok(Some(Target::Template {
            start: Start::of(&steps),
            steps: steps.into(),
        }))
    }
}

fn push_text(steps: &mut Vec<Step>, text: &str) {
    if text.is_empty() {
        return;
    }
    match steps.last_mut() {
        Some(Step::Text(before)) => *before = [&**before, text].concat().into(),
        _ => steps.push(Step::Text(text.into())),
    }
}

/// Takes the slashes off the front, with which every path begins.
fn without_slash(steps: Box<[Step]>) -> Box<[Step]> {
    let mut steps = steps.into_vec();
    if let Some(Step::Text(text)) = steps.first_mut() {
        *text = text.trim_start_matches('/').into();
        if text.is_empty() {
            steps.remove(0);
        }
    }
    steps.into()
}

impl fmt::Debug for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Route")
            .field("pattern", &self.pattern())
            .field("host", &self.host)
            .field("methods", &self.methods())
            .field("name", &self.name())
            .finish_non_exhaustive()
    }
}

/// A line of the map's table: methods, host and pattern, name, and what is special.
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
        let pattern = format!("{}{}{below}", self.host, self.pattern());
        let special = [
            (self.target.is_some(), "redirect"),
            (self.alias, "alias"),
            (self.build_only, "build only"),
            (self.websocket, "websocket"),
        ];
        let special = special.iter().filter(|(is, _)| *is).map(|(_, word)| *word);
        let mut last: Vec<&str> = self.name().into_iter().collect();
        last.extend(special);
        if last.is_empty() {
            return write!(f, "{methods:<16} {pattern}");
        }
        write!(f, "{methods:<16} {pattern:<40} {}", last.join(", "))
    }
}
