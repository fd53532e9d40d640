use std::{error::Error, fmt, sync::Arc, time::SystemTime};

use http::{Method, StatusCode, uri::PathAndQuery};
use jiff::Timestamp;
use plywood_core::{Carrier, MatchedRoute, RequestId};
use serde_json::{Map, Value, json};

use crate::{
    Fingerprint, IncidentId, Panicked, Place, Trace, bounded, fingerprint::Print, link, target,
};

/// Something went wrong on the server's side, once: what, where, and at which request.
///
/// It is made where an error ends ([`new`](Self::new)), left in the response for whoever stands further out, and told to the operator. It is cheap to
/// clone, and within bounds whatever a client sent: its message ends after 4 KiB, its causes after as much together, and a chain after 16 links.
///
/// ```
/// use http::{Method, StatusCode};
/// use plywood_error::{Incident, IncidentKind};
///
/// let error = std::io::Error::other("the disk is full");
/// let incident = Incident::new(IncidentKind::Failed, &error)
///     .status(StatusCode::INTERNAL_SERVER_ERROR)
///     .request(&Method::GET, Some(&"/users/7?token=secret".parse().unwrap()));
/// assert_eq!(incident.message(), "the disk is full");
/// assert_eq!(incident.target(), "/users/7?token=…");
/// assert_eq!(incident.id().to_string().len(), 14);
/// ```
#[derive(Clone)]
pub struct Incident(Arc<Facts>);

#[derive(Clone)]
struct Facts {
    id: IncidentId,
    time: SystemTime,
    kind: IncidentKind,
    message: String,
    sources: Vec<String>,
    types: Vec<Option<String>>,
    place: Option<Place>,
    /// The words of a panic that do not vary.
    said: Print,
    trace: Option<Arc<dyn Trace>>,
    status: Option<StatusCode>,
    method: Option<Method>,
    target: String,
    route: Option<MatchedRoute>,
    request: Option<RequestId>,
}

/// What became of the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum IncidentKind {
    /// The service failed: it gave an `Err`.
    Failed,
    /// The service answered with a status from 500 on, and left the reason.
    Refused,
    /// The service panicked.
    Panicked,
    /// The service did not become ready.
    Unready,
    /// The answer was broken off: its body failed or panicked after the head was sent.
    BrokenOff,
}

impl Incident {
    /// It happened now, and this is why. The place is the innermost that an error of the chain knows; the calls are those of a
    /// panic.
    pub fn new(kind: IncidentKind, reason: &(dyn Error + 'static)) -> Self {
        let panicked = link::chain(reason).find_map(|link| link.downcast_ref::<Panicked>());
        Self(Arc::new(Facts {
            id: IncidentId::new(),
            time: SystemTime::now(),
            kind,
            message: bounded::text(bounded::MAX_TEXT, reason),
            sources: sources(reason),
            types: link::chain(reason).map(link::type_name).collect(),
            place: link::chain(reason).filter_map(link::place).last(),
            said: panicked.map_or(Print::new(), |panicked| {
                Print::new().wording(&bounded::text(bounded::MAX_TEXT, panicked.message()))
            }),
            trace: panicked.and_then(Panicked::shared_trace),
            status: None,
            method: None,
            target: String::new(),
            route: None,
            request: None,
        }))
    }

    /// The status that the visitor got.
    #[must_use]
    pub fn status(mut self, status: StatusCode) -> Self {
        self.facts().status = Some(status);
        self
    }

    /// What was asked. Of the query the names are kept, and no value.
    #[must_use]
    pub fn request(mut self, method: &Method, target: Option<&PathAndQuery>) -> Self {
        let facts = self.facts();
        facts.method = Some(method.clone());
        facts.target = target.map_or_else(String::new, target::redacted);
        self
    }

    /// The rule that the request matched.
    #[must_use]
    pub fn route(mut self, route: Option<MatchedRoute>) -> Self {
        self.facts().route = route;
        self
    }

    /// The request's id.
    #[must_use]
    pub fn request_id(mut self, id: Option<RequestId>) -> Self {
        self.facts().request = id;
        self
    }

    /// Its name, which the visitor may be shown.
    pub fn id(&self) -> IncidentId {
        self.0.id
    }

    /// What it has in common with others of the same cause: what became of the request, the types of the errors, the file and the column of the place, and
    /// the wording of a panic, without numbers and without what is quoted. Where no place is known, it is the route and the wording of the message and
    /// of its sources instead.
    ///
    /// The line is not in it, because every edit further up would change it, and with it what somebody has noted or filtered by. So a program's next
    /// version has the same fingerprint for the same cause, unless that very statement was changed, or its file renamed. Two statements that begin
    /// at one column of one file share one, if they panic in the same words or make errors of the same types; their places tell them apart, and
    /// [`Reports`](crate::Reports) do.
    pub fn fingerprint(&self) -> Fingerprint {
        let facts = &*self.0;
        let print = if let Some(place) = &facts.place {
            self.kinship()
                .word(place.stable_file())
                .word(&place.column().to_string())
                .print(facts.said)
        } else {
            let route = facts.route.as_ref().map_or("", MatchedRoute::pattern);
            let print = self.kinship().word(route).wording(&facts.message);
            let sources = facts.sources.iter();
            sources.fold(print, |print, source| print.wording(source))
        };
        print.taken()
    }

    /// What is reported together while the program runs: whatever has one place; where no place is known, whatever has one fingerprint. A panic may
    /// repeat in its words what visitors have sent, who could make as many groups of it as they like.
    pub(crate) fn group(&self) -> Fingerprint {
        match &self.0.place {
            Some(place) => self.kinship().word(&place.to_string()).taken(),
            None => self.fingerprint(),
        }
    }

    fn kinship(&self) -> Print {
        let types = self.0.types.iter().flatten();
        types.fold(Print::new().word(self.0.kind.name()), |print, name| {
            print.word(name)
        })
    }

    /// What became of the request.
    pub fn kind(&self) -> IncidentKind {
        self.0.kind
    }

    /// When it happened.
    pub fn time(&self) -> SystemTime {
        self.0.time
    }

    /// What the outermost error says. It may hold line breaks, and anything else that a client has sent.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// What its causes say, from the outside in.
    pub fn sources(&self) -> impl Iterator<Item = &str> {
        self.0.sources.iter().map(String::as_str)
    }

    /// Where it happened, if that is known: of panics and of an [`HttpError`](crate::HttpError) it is.
    pub fn place(&self) -> Option<&Place> {
        self.0.place.as_ref()
    }

    /// The calls that led there.
    pub fn trace(&self) -> Option<&dyn Trace> {
        self.0.trace.as_deref()
    }

    /// The status that the visitor got; none where the answer had begun.
    pub fn answered(&self) -> Option<StatusCode> {
        self.0.status
    }

    /// The method of the request.
    pub fn method(&self) -> Option<&Method> {
        self.0.method.as_ref()
    }

    /// The path that was asked for, with the names of the query's values; empty if there was none.
    pub fn target(&self) -> &str {
        &self.0.target
    }

    /// The pattern of the rule that the request matched.
    pub fn pattern(&self) -> Option<&str> {
        self.0.route.as_ref().map(MatchedRoute::pattern)
    }

    /// The incident that somebody further in has made of this answer, and that is to be told by whoever tells first.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }

    /// All of it as a JSON object, without what is not known. Nothing in it is for the visitor.
    pub fn json(&self) -> Map<String, Value> {
        let facts = &*self.0;
        let mut map = Map::new();
        let mut put = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                map.insert(name.to_owned(), value);
            }
        };
        put("time", Some(time(facts.time).into()));
        put("id", Some(facts.id.to_string().into()));
        put("fingerprint", Some(self.fingerprint().to_string().into()));
        put("kind", Some(facts.kind.name().into()));
        put("message", Some(facts.message.as_str().into()));
        let sources = (!facts.sources.is_empty()).then(|| json!(facts.sources));
        put("sources", sources);
        let types: Vec<_> = facts.types.iter().flatten().collect();
        put("types", (!types.is_empty()).then(|| json!(types)));
        put(
            "place",
            facts.place.as_ref().map(|place| place.to_string().into()),
        );
        put("status", facts.status.map(|status| status.as_u16().into()));
        put(
            "method",
            facts.method.as_ref().map(|method| method.as_str().into()),
        );
        put(
            "target",
            (!facts.target.is_empty()).then(|| facts.target.as_str().into()),
        );
        put("route", self.pattern().map(Into::into));
        put(
            "request_id",
            facts
                .request
                .as_ref()
                .and_then(RequestId::as_str)
                .map(Into::into),
        );
        put(
            "trace",
            facts
                .trace
                .as_ref()
                .map(|trace| bounded::text(4 * bounded::MAX_TEXT, trace).into()),
        );
        map
    }

    fn facts(&mut self) -> &mut Facts {
        Arc::make_mut(&mut self.0)
    }
}

/// What the causes say, within the room for all of them.
fn sources(reason: &(dyn Error + 'static)) -> Vec<String> {
    let mut room = bounded::MAX_TEXT;
    let causes = link::chain(reason).skip(1).map_while(|cause| {
        let text = (room > 0).then(|| bounded::text(room, cause))?;
        room = room.saturating_sub(text.len());
        Some(text)
    });
    causes.collect()
}

/// A time as [RFC 3339](https://www.rfc-editor.org/rfc/rfc3339) writes it, in UTC and with milliseconds.
pub(crate) fn time(time: SystemTime) -> String {
    Timestamp::try_from(time).map_or_else(|_| String::new(), |time| format!("{time:.3}"))
}

impl IncidentKind {
    /// In a word or two: `panicked`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Failed => "failed",
            Self::Refused => "refused",
            Self::Panicked => "panicked",
            Self::Unready => "unready",
            Self::BrokenOff => "broken off",
        }
    }
}

impl fmt::Debug for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Incident")
            .field("id", &self.id())
            .field("kind", &self.kind())
            .field("message", &self.message())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
