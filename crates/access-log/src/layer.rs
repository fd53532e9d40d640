use std::{fmt, sync::Arc};

use jiff::tz::TimeZone;
use plywood_core::{
    Client, Identity, Mount,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{AccessLog, Sink, draft::Format, redact::Redaction, time::Zone};

/// Writes one line about every request, in the Combined Log Format unless told otherwise.
#[derive(Clone, Debug)]
pub struct AccessLogLayer {
    pub(crate) settings: Arc<Settings>,
}

#[derive(Clone)]
pub(crate) struct Settings {
    pub(crate) sink: Arc<dyn Sink>,
    pub(crate) format: Format,
    pub(crate) zone: Arc<Zone>,
    pub(crate) redaction: Redaction,
}

impl AccessLogLayer {
    /// Lines go to `sink`: [`Lines`](crate::Lines) for a file or a stream, or a closure.
    ///
    /// The system's time zone is read here, once.
    pub fn new(sink: impl Sink) -> Self {
        Self {
            settings: Arc::new(Settings {
                sink: Arc::new(sink),
                format: Format::default(),
                zone: Arc::new(Zone::new(TimeZone::system())),
                redaction: Redaction::default(),
            }),
        }
    }

    /// The [Common Log Format](https://httpd.apache.org/docs/2.4/logs.html#common): no referer and no user agent.
    #[must_use]
    pub fn common(self) -> Self {
        self.edited(|settings| settings.format = Format::Common)
    }

    /// The [Combined Log Format](https://httpd.apache.org/docs/2.4/logs.html#combined). The default, because every tool reads it.
    #[must_use]
    pub fn combined(self) -> Self {
        self.edited(|settings| settings.format = Format::Combined)
    }

    /// Times are in UTC. By default they are in the system's time zone, as Apache writes them; either way the offset stands beside.
    #[must_use]
    pub fn utc(self) -> Self {
        self.edited(|settings| settings.zone = Arc::new(Zone::new(TimeZone::UTC)))
    }

    /// Parameters whose values are not written, beside those of the default list (passwords, tokens, keys, codes, signatures, session ids).
    ///
    /// It holds for the query of the request and of its referer. The case does not matter, and a word of the parameter's name is enough:
    /// `token` stands for `reset_token`, `accessToken` and `user[token]` too.
    #[must_use]
    pub fn redact(self, names: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.edited(|settings| settings.redaction.add(names))
    }

    /// Writes queries whole, with the passwords and tokens in them. Names that are given to [`redact`](Self::redact) afterwards are still
    /// left out.
    #[must_use]
    pub fn insecure_queries(self) -> Self {
        self.edited(|settings| settings.redaction = Redaction::none())
    }

    fn edited(mut self, edit: impl FnOnce(&mut Settings)) -> Self {
        edit(Arc::make_mut(&mut self.settings));
        self
    }
}

impl Described for AccessLogLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Client>()
            .reads::<Mount>()
            .reads::<Identity>()
            .hears::<Identity>()
            .acts(Act::CountsBytes)
    }
}

impl<S> Layer<S> for AccessLogLayer {
    type Service = AccessLog<S>;

    fn layer(&self, inner: S) -> AccessLog<S> {
        AccessLog {
            inner,
            layer: self.clone(),
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("format", &self.format)
            .field("zone", &self.zone)
            .field("redaction", &self.redaction)
            .finish_non_exhaustive()
    }
}
