use std::{fmt, sync::Arc};

use crate::{Value, Values};

/// A rule as you write it: a pattern, and what else there is to say of it.
///
/// A pattern is text with variables: `/users/<int:id>/posts/<slug>.html`. A variable names its converter, or takes any text without a slash.
/// Text stands for itself, decoded: write `/sp ace`, not `/sp%20ace`.
///
/// A string becomes a rule that takes every method.
///
/// ```
/// use plywood_dispatch::Rule;
///
/// let rule = Rule::new("/reports/<int:year>").methods(["GET", "QUERY"]).name("report");
/// let newest = Rule::new("/reports/").methods(["GET"]).name("report").default("year", 2026);
/// ```
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an option of its own"
)]
#[derive(Clone)]
#[must_use = "a rule does nothing until it stands in a map"]
pub struct Rule {
    pub(crate) pattern: String,
    pub(crate) methods: Option<Vec<String>>,
    pub(crate) name: Option<String>,
    pub(crate) mount: bool,
    pub(crate) defaults: Vec<(String, Value<'static>)>,
    pub(crate) host: Option<String>,
    pub(crate) subdomain: Option<String>,
    pub(crate) redirect: Option<Redirection>,
    pub(crate) alias: bool,
    pub(crate) build_only: bool,
    pub(crate) websocket: bool,
    pub(crate) strict_slashes: Option<bool>,
    pub(crate) merge_slashes: Option<bool>,
}

/// Where a rule sends the client.
#[derive(Clone)]
pub(crate) enum Redirection {
    Template(String),
    /// To the same host, whatever the function says.
    Function(Target),
    /// To wherever the function says.
    Anywhere(Target),
}

type Target = Arc<dyn Fn(&Values<'_>) -> String + Send + Sync>;

impl Rule {
    /// A rule for a pattern. It takes every method and has no name.
    pub fn new(pattern: impl Into<String>) -> Self {
        Self {
            pattern: pattern.into(),
            methods: None,
            name: None,
            mount: false,
            defaults: Vec::new(),
            host: None,
            subdomain: None,
            redirect: None,
            alias: false,
            build_only: false,
            websocket: false,
            strict_slashes: None,
            merge_slashes: None,
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

    /// The endpoint's name, for logs, and to build URLs by. None by default.
    ///
    /// Rules of one name are several URLs of one endpoint.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// A value that the endpoint gets from this rule without its standing in the path. None by default.
    ///
    /// Where another rule of the same name has it in its path, that path leads here: `/all/` with the default page 1 is the one URL of
    /// `/all/page/1` ([`MapBuilder::redirect_defaults`](crate::MapBuilder::redirect_defaults)).
    pub fn default(mut self, name: impl Into<String>, value: impl Into<Value<'static>>) -> Self {
        self.defaults.push((name.into(), value.into()));
        self
    }

    /// The host, variables allowed: `<user>.example.com`. By default none, which no request has. It is looked at where the map [matches
    /// hosts](crate::MapBuilder::host_matching).
    ///
    /// It is written as requests have it: in ASCII, names in other letters as their A-labels ([RFC 5890
    /// §2.3.2.1](https://www.rfc-editor.org/rfc/rfc5890#section-2.3.2.1)), such as `xn--bcher-kva.example`.
    pub fn host(mut self, host: impl Into<String>) -> Self {
        self.host = Some(host.into());
        self
    }

    /// The subdomain below the server's name, variables allowed: `<user>`. By default the map's
    /// [default](crate::MapBuilder::default_subdomain). It is not looked at where the map matches hosts.
    pub fn subdomain(mut self, subdomain: impl Into<String>) -> Self {
        self.subdomain = Some(subdomain.into());
        self
    }

    /// Sends the client elsewhere: to a URL with variables of the rule's, such as `new/<id>`.
    ///
    /// It is relative to the map's root, and so to a mount; with a slash at its front to the host's. A whole URL, `https://example.org/<id>`,
    /// is the one way in which a redirect leaves the host. What a variable holds cannot make it one.
    pub fn redirect_to(mut self, target: impl Into<String>) -> Self {
        self.redirect = Some(Redirection::Template(target.into()));
        self
    }

    /// Sends the client where a function says, which gets the values of the match: to a path of this host, with a query if need be.
    ///
    /// What it gives is relative to the map's root; with a slash at its front to the host's. It is a path whatever it looks like: neither
    /// `https://other.example` nor `//other.example` leads away, so that a client may choose all of it. Bytes that no URL has are encoded.
    pub fn redirect_by(
        mut self,
        function: impl Fn(&Values<'_>) -> String + Send + Sync + 'static,
    ) -> Self {
        self.redirect = Some(Redirection::Function(Arc::new(function)));
        self
    }

    /// Sends the client where a function says, to other hosts, too.
    ///
    /// Whoever chooses what stands at the front of what it gives chooses the host, and that must not be a client: such an open redirect lends
    /// your name to whoever wants to be taken for you. Take [`redirect_by`](Self::redirect_by) for what stays here.
    pub fn redirect_anywhere_by(
        mut self,
        function: impl Fn(&Values<'_>) -> String + Send + Sync + 'static,
    ) -> Self {
        self.redirect = Some(Redirection::Anywhere(Arc::new(function)));
        self
    }

    /// Another URL of its endpoint, which leads to the main one: the other rule of this name.
    pub fn alias(mut self) -> Self {
        self.alias = true;
        self
    }

    /// Never matches: it is for building URLs of what somebody else answers.
    pub fn build_only(mut self) -> Self {
        self.build_only = true;
        self
    }

    /// Matches websockets only. Other rules never do.
    pub fn websocket(mut self) -> Self {
        self.websocket = true;
        self
    }

    /// Does a slash at the end matter? By default as [the map says](crate::MapBuilder::strict_slashes).
    pub fn strict_slashes(mut self, strict: bool) -> Self {
        self.strict_slashes = Some(strict);
        self
    }

    /// May several slashes stand for one? By default as [the map says](crate::MapBuilder::merge_slashes).
    pub fn merge_slashes(mut self, merge: bool) -> Self {
        self.merge_slashes = Some(merge);
        self
    }
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rule")
            .field("pattern", &self.pattern)
            .field("methods", &self.methods)
            .field("name", &self.name)
            .finish_non_exhaustive()
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
