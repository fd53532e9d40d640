//! What is known of a request, for the page.

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use http::{
    HeaderMap, Method, Request, Version,
    header::HOST,
    request::Parts,
    uri::{Authority, PathAndQuery},
};
use plywood_core::{
    Client, ClientCertificate, Identity, MatchedRoute, Mount, Params, RequestId, Scheme, Witness,
};
use plywood_session_core::Session;

use crate::{form::Form, secret};

/// A request as it was when it came, and what became known of it further in.
pub(crate) struct Asked {
    pub(crate) method: Method,
    pub(crate) target: Option<PathAndQuery>,
    pub(crate) id: Option<RequestId>,
    pub(crate) form: Form,
    version: Version,
    headers: HeaderMap,
    scheme: Option<Scheme>,
    host: Option<String>,
    outside: Vec<Known>,
    witness: Witness,
    within: Within,
}

/// What an extension says: its name, and its text.
pub(crate) type Known = (&'static str, String);

/// Left in the request by the layer that makes the page, for the same layer further in, which sees more.
#[derive(Clone, Default)]
pub(crate) struct Within(Arc<Mutex<Noted>>);

#[derive(Clone, Default)]
struct Noted {
    known: Vec<Known>,
    session: Option<Session>,
}

/// So many bytes of a value are shown.
const MAX_VALUE: usize = 2048;

impl Asked {
    pub(crate) fn of<B>(request: &mut Request<B>) -> Self {
        let witness = Witness::call(request);
        let within = Within::default();
        let mount = Mount::of(request);
        let uri = mount.original_uri(request.uri()).clone();
        // A user's name and password in front of it are secrets.
        let bare = |authority: &Authority| authority.as_str().rsplit('@').next().map(str::to_owned);
        let host = uri.authority().and_then(bare).or_else(|| {
            let host = request.headers().get(HOST)?;
            Some(host.to_str().ok()?.to_owned())
        });
        let (outside, session) = known(request.extensions());
        within.lock().session = session;
        let asked = Self {
            method: request.method().clone(),
            target: uri.path_and_query().cloned(),
            id: RequestId::of(request).cloned(),
            form: Form::negotiate(request.headers()),
            version: request.version(),
            headers: request.headers().clone(),
            scheme: Scheme::of(request),
            host,
            outside,
            witness,
            within: within.clone(),
        };
        request.extensions_mut().insert(within);
        asked
    }

    /// What was asked for, without the values of secrets.
    pub(crate) fn shown_target(&self) -> String {
        let Some(target) = &self.target else {
            return String::new();
        };
        let path = match self.route() {
            Some(route) => secret::path(target.path(), route.pattern()),
            None => target.path().to_owned(),
        };
        match target.query() {
            Some(query) => cut(format!("{path}?{}", secret::query(query))),
            None => cut(path),
        }
    }

    /// The whole URL, without the values of secrets.
    pub(crate) fn shown_url(&self) -> String {
        let scheme = self.scheme.unwrap_or(Scheme::Http).as_str();
        let host = self.host.as_deref().unwrap_or("localhost");
        format!("{scheme}://{host}{}", self.shown_target())
    }

    pub(crate) fn first_line(&self) -> String {
        format!("{} {} {:?}", self.method, self.shown_target(), self.version)
    }

    /// The parameters of the query, without the values of secrets.
    pub(crate) fn query(&self) -> Vec<(String, String)> {
        let query = self
            .target
            .as_ref()
            .and_then(PathAndQuery::query)
            .unwrap_or_default();
        let shown = secret::query(query);
        let pairs = shown.split('&').filter(|pair| !pair.is_empty());
        let pairs = pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        pairs
            .map(|(name, value)| (cut(name.to_owned()), cut(value.to_owned())))
            .collect()
    }

    /// The header fields, without secrets.
    pub(crate) fn fields(&self) -> Vec<(String, String)> {
        let fields = self.headers.iter();
        fields
            .map(|(name, value)| (name.to_string(), cut(secret::field(name, value))))
            .collect()
    }

    pub(crate) fn route(&self) -> Option<MatchedRoute> {
        self.witness.route()
    }

    /// What the extensions say that are known: those that came from outside, those that were told, and those that another of these layers has
    /// seen further in.
    pub(crate) fn known(&self) -> Vec<Known> {
        let mut all = self.outside.clone();
        let noted = self.within.lock().clone();
        let told = self
            .witness
            .identity()
            .map(|identity| ("Identity", identity_text(&identity)));
        let route = self
            .route()
            .map(|route| ("MatchedRoute", route_text(&route)));
        for (name, text) in noted.known.into_iter().chain(told).chain(route) {
            // Whoever stands further in knows better.
            all.retain(|(other, _)| *other != name);
            all.push((name, text));
        }
        if let Some(session) = noted.session {
            let keys = session.keys_at_hand();
            let text = if keys.is_empty() {
                "no value at hand: none was asked for, or there is none".to_owned()
            } else {
                format!("keys {}, whose values are not shown", keys.join(", "))
            };
            all.push(("Session", text));
        }
        for (_, text) in &mut all {
            *text = cut(std::mem::take(text));
        }
        all
    }
}

impl Within {
    /// Notes what can be seen here, for the page.
    pub(crate) fn note(&self, head: &Parts) {
        let (known, session) = known(&head.extensions);
        let mut noted = self.lock();
        noted.known = known;
        if session.is_some() {
            noted.session = session;
        }
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Extensions cannot be listed; these have a name here.
fn known(extensions: &http::Extensions) -> (Vec<Known>, Option<Session>) {
    let mut known: Vec<Known> = Vec::new();
    let mut add = |name, text: Option<String>| known.extend(text.map(|text| (name, text)));
    add("Client", Client::of(extensions).map(ToString::to_string));
    add(
        "Scheme",
        Scheme::of(extensions).map(|scheme| scheme.as_str().to_owned()),
    );
    let certificate = ClientCertificate::of(extensions);
    add(
        "ClientCertificate",
        certificate.map(|certificate| format!("{} in its chain", certificate.chain().len())),
    );
    let id = RequestId::of(extensions).and_then(RequestId::as_str);
    add("RequestId", id.map(str::to_owned));
    let mount = Mount::of(extensions);
    add(
        "Mount",
        (!mount.prefix().is_empty()).then(|| mount.prefix().to_owned()),
    );
    add("MatchedRoute", MatchedRoute::of(extensions).map(route_text));
    let params: Vec<_> = Params::of(extensions).iter().map(param_text).collect();
    add("Params", (!params.is_empty()).then(|| params.join(", ")));
    add("Identity", Identity::of(extensions).map(identity_text));
    (known, Session::of(extensions).ok().cloned())
}

fn param_text((name, value): (&str, &str)) -> String {
    if secret::is_secret(name) {
        format!("{name} = {}", secret::REDACTED)
    } else {
        format!("{name} = {value}")
    }
}

fn route_text(route: &MatchedRoute) -> String {
    route.pattern().to_owned()
}

fn identity_text(identity: &Identity) -> String {
    let roles: Vec<_> = identity.iter_roles().collect();
    let by = [" by ", identity.auth_scheme()].concat();
    let by = if identity.auth_scheme().is_empty() {
        ""
    } else {
        &by
    };
    if roles.is_empty() {
        format!("{}{by}", identity.name())
    } else {
        format!(
            "{}{by}, with the roles {}",
            identity.name(),
            roles.join(", ")
        )
    }
}

/// The beginning of a text that somebody else has written.
fn cut(mut text: String) -> String {
    if text.len() > MAX_VALUE {
        let end = (0..=MAX_VALUE).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or(0));
        text.push('…');
    }
    text
}

impl fmt::Debug for Within {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Within(..)")
    }
}
