use std::{fmt, ops::Range, str::FromStr, sync::Arc};

use http::{Request, Uri, uri::PathAndQuery};

use super::{Carrier, MatchedRoute, course::Course};
use crate::Path;

/// What the path holds for the parameters of the rule that matched, decoded.
///
/// Left by dispatch together with its [`MatchedRoute`]. A dispatcher further in leaves its own instead.
///
/// ```
/// use http::Request;
/// use plywood_core::{Body, Params};
///
/// fn user(request: &Request<Body>) -> Option<u64> {
///     Params::of(request).parse("id")
/// }
/// # assert_eq!(user(&Request::new(Body::empty())), None);
/// ```
#[derive(Clone)]
pub struct Params {
    route: Option<MatchedRoute>,
    text: Text,
    /// Those of the host come first.
    spans: [(u16, u16); Self::MAX],
    len: u8,
    host: Option<Arc<Host>>,
}

/// The host that the first spans are of.
struct Host {
    text: Box<str>,
    len: u8,
}

/// The path that the spans are of.
#[derive(Clone)]
enum Text {
    /// It reads as it was sent: the request's own bytes are shared.
    AsSent(PathAndQuery),
    Decoded(Arc<str>),
    Nothing,
}

static NONE: Params = Params::of_route(None);

impl Params {
    /// The most parameters that a rule may have.
    pub const MAX: usize = 16;

    const fn of_route(route: Option<MatchedRoute>) -> Self {
        Self {
            route,
            text: Text::Nothing,
            spans: [(0, 0); Self::MAX],
            len: 0,
            host: None,
        }
    }

    /// The texts that stand at `spans` of a path, one for each of the route's [parameters](MatchedRoute::parameter_names), in their order.
    ///
    /// `path` is what [`Path`] reads in `uri`. What stands beyond its first 65,535 bytes is no text of a parameter, and `http::Uri` holds
    /// none; spans beyond the [sixteenth](Self::MAX) are not kept.
    pub fn new(
        route: MatchedRoute,
        path: &Path<'_>,
        uri: &Uri,
        spans: impl IntoIterator<Item = Range<usize>>,
    ) -> Self {
        let mut params = Self::of_route(Some(route));
        let short = |n| u16::try_from(n).unwrap_or(u16::MAX);
        for (room, span) in params.spans.iter_mut().zip(spans) {
            *room = (short(span.start), short(span.end));
            params.len += 1;
        }
        if params.len > 0 {
            params.text = match uri.path_and_query() {
                Some(sent) if sent.path() == path.as_str() => Text::AsSent(sent.clone()),
                _ => Text::Decoded(path.as_str().into()),
            };
        }
        params
    }

    /// Says that the first `count` of the spans are of the host, and not of the path.
    #[must_use]
    pub fn with_host(mut self, host: &str, count: usize) -> Self {
        let text = host.into();
        let len = u8::try_from(count).unwrap_or(u8::MAX);
        self.host = Some(Arc::new(Host { text, len }));
        self
    }

    /// Leaves them and their route in the request, in place of any before, and tells the [`Witness`](super::Witness) of the route.
    pub fn leave<B>(self, request: &mut Request<B>) {
        let course = Course::of_mut(request);
        if let (Some(witness), Some(route)) = (&course.witness, &self.route) {
            witness.hear_of_route(route.clone());
        }
        course.params = self;
    }

    /// The parameters that dispatch left; none, if it left none.
    pub fn of(carrier: &impl Carrier) -> &Self {
        Course::of(carrier.extensions()).map_or(&NONE, |course| &course.params)
    }

    pub(super) const fn route(&self) -> Option<&MatchedRoute> {
        self.route.as_ref()
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

    /// The names and texts: those of the host, those of the path, in the order of the patterns; then those that the rule itself gives.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let names = self.route.iter().flat_map(MatchedRoute::parameter_names);
        let spans = self.spans[..usize::from(self.len)].iter().enumerate();
        let path = self.text.as_str();
        let (host, in_host) = match &self.host {
            Some(host) => (&*host.text, usize::from(host.len)),
            None => ("", 0),
        };
        let read = names
            .zip(spans)
            .filter_map(move |(name, (index, &(start, end)))| {
                let text = if index < in_host { host } else { path };
                Some((name, text.get(usize::from(start)..usize::from(end))?))
            });
        let given = self.route.iter().flat_map(MatchedRoute::default_texts);
        read.chain(given)
    }
}

impl Default for Params {
    /// None, of no route.
    fn default() -> Self {
        Self::of_route(None)
    }
}

impl From<MatchedRoute> for Params {
    /// None, of this route.
    fn from(route: MatchedRoute) -> Self {
        Self::of_route(Some(route))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn params(target: &str, spans: &[Range<usize>]) -> Params {
        let uri: Uri = target.parse().unwrap();
        let path = Path::read(&uri).unwrap();
        let route = MatchedRoute::new("/<a>/<b>").parameters(["a", "b"]);
        Params::new(route, &path, &uri, spans.iter().cloned())
    }

    #[test]
    fn a_parameter_is_the_text_at_its_span_of_the_decoded_path() {
        for (target, expected) in [
            ("/1/23?q", [("a", "1"), ("b", "23")]),
            ("/%31/%32%33", [("a", "1"), ("b", "23")]),
        ] {
            let params = params(target, &[1..2, 3..5]);
            assert!(params.iter().eq(expected), "{target}: {params:?}");
            assert_eq!(params.parse("b"), Some(23));
            assert_eq!(params.get("c"), None);
        }
    }

    #[test]
    fn a_span_that_is_none_is_no_text() {
        assert_eq!(params("/é/x", &[2..3, 4..5]).get("a"), None);
        assert_eq!(params("/1/2", &[1..2, 3..70_000]).get("b"), None);
        let many: Vec<_> = (0..20).map(|_| 1..2).collect();
        assert_eq!(params("/1/2", &many[..1]).get("b"), None);
        assert_eq!(params("/1/2", &many).iter().count(), 2);
    }

    #[test]
    fn a_host_and_the_rule_itself_have_parameters_too() {
        let uri: Uri = "/x".parse().unwrap();
        let path = Path::read(&uri).unwrap();
        let route = MatchedRoute::new("/<b>")
            .parameters(["a", "b"])
            .defaults([("c", "1")]);
        let params = Params::new(route, &path, &uri, [0..3, 1..2]).with_host("bob.example.com", 1);
        assert!(
            params.iter().eq([("a", "bob"), ("b", "x"), ("c", "1")]),
            "{params:?}"
        );
    }

    #[test]
    fn a_dispatcher_further_in_leaves_its_own_instead() {
        let mut request = Request::new(());
        params("/1/2", &[1..2, 3..4]).leave(&mut request);
        assert_eq!(Params::of(&request).get("a"), Some("1"));
        MatchedRoute::new("/x").leave(&mut request);
        assert_eq!(Params::of(&request).get("a"), None);
        let route = MatchedRoute::of(&request).map(MatchedRoute::pattern);
        assert_eq!(route, Some("/x"));
    }
}
