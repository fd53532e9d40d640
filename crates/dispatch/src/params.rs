use std::{fmt, str::FromStr, sync::Arc};

use http::{Uri, uri::PathAndQuery};
use plywood_core::extensions::Carrier;

use crate::{Match, Parameter, matching::Spans};

/// What the path holds for the parameters of the rule that matched, decoded.
///
/// Left by [`Dispatch`](crate::Dispatch) in the request of a rule that has parameters. A dispatcher further in leaves its own instead.
///
/// ```
/// use http::Request;
/// use plywood_core::Body;
/// use plywood_dispatch::Params;
///
/// fn user(request: &Request<Body>) -> Option<u64> {
///     Params::of(request).parse("id")
/// }
/// # assert_eq!(user(&Request::new(Body::empty())), None);
/// ```
#[derive(Clone)]
pub struct Params {
    text: Text,
    spans: Spans,
    parameters: Option<Arc<[Parameter]>>,
}

/// The path that the spans are of.
#[derive(Clone)]
enum Text {
    /// It reads as it was sent: the request's own bytes are shared.
    AsSent(PathAndQuery),
    Decoded(Arc<str>),
    Nothing,
}

static NONE: Params = Params {
    text: Text::Nothing,
    spans: Spans::NONE,
    parameters: None,
};

impl Params {
    /// The parameters that dispatch left; none, if it left none.
    pub fn of(carrier: &impl Carrier) -> &Self {
        carrier.extensions().get().unwrap_or(&NONE)
    }

    pub(crate) fn new<E>(found: &Match<'_, '_, E>, path: &str, uri: &Uri) -> Self {
        let text = match uri.path_and_query() {
            Some(sent) if sent.path() == path => Text::AsSent(sent.clone()),
            _ => Text::Decoded(path.into()),
        };
        Self {
            text,
            spans: found.spans,
            parameters: Some(Arc::clone(&found.route().parameters)),
        }
    }

    /// The text of the parameter of this name; `None` if the rule has no such parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter()
            .find_map(|(own, text)| (own == name).then_some(text))
    }

    /// The parameter's text as a value; `None` if there is no such parameter, or its text is no such value.
    ///
    /// An `int` has as many digits as the client likes, so that it may be too large for a `u64`.
    pub fn parse<T: FromStr>(&self, name: &str) -> Option<T> {
        self.get(name)?.parse().ok()
    }

    /// The names and texts, in the order of the pattern.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self
            .parameters
            .iter()
            .flat_map(|all| all.iter())
            .enumerate();
        names.filter_map(|(index, parameter)| {
            Some((
                parameter.name(),
                self.spans.text(index, self.text.as_str())?,
            ))
        })
    }
}

impl Text {
    fn as_str(&self) -> &str {
        match self {
            Self::AsSent(sent) => sent.path(),
            Self::Decoded(text) => text,
            Self::Nothing => "",
        }
    }
}

impl fmt::Debug for Params {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}
