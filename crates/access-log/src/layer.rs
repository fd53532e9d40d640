use std::{
    fmt,
    sync::{Arc, Once},
};

use http::{HeaderName, StatusCode};
use jiff::tz::TimeZone;
use plywood_core::{
    Client, Connection, Identity, MatchedRoute, Mount, RequestId, Scheme, ServedFile,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{
    AccessLog, Format, Record, RequestHead, Sink, choice::Choice, dress::Out, redact::Redaction,
    time::Zone,
};

/// So many bytes of one value from outside are written, before they are escaped.
const FIELD_LIMIT: usize = 16 * 1024;

/// What nginx writes for a client that left before there was an answer.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// Writes one line about every request, in the Combined Log Format unless told otherwise.
#[derive(Clone, Debug)]
pub struct AccessLogLayer {
    pub(crate) settings: Arc<Settings>,
}

#[derive(Clone)]
pub(crate) struct Settings {
    sink: Arc<dyn Sink>,
    /// The sink has seen what stands at the top of the log.
    opened: Arc<Once>,
    pub(crate) format: Format,
    pub(crate) zone: Arc<Zone>,
    pub(crate) redaction: Redaction,
    pub(crate) choice: Choice,
    pub(crate) dropped_status: u16,
    field_limit: usize,
    server_name: Option<Box<str>>,
}

impl AccessLogLayer {
    /// Lines go to `sink`: [`Lines`](crate::Lines) for a file or a stream, or a closure.
    ///
    /// The system's time zone is read here, once.
    pub fn new(sink: impl Sink) -> Self {
        let layer = Self {
            settings: Arc::new(Settings {
                sink: Arc::new(sink),
                opened: Arc::new(Once::new()),
                format: Format::combined(),
                zone: Arc::new(Zone::new(TimeZone::system())),
                redaction: Redaction::default(),
                choice: Choice::default(),
                dropped_status: CLIENT_CLOSED_REQUEST,
                field_limit: FIELD_LIMIT,
                server_name: None,
            }),
        };
        layer.edited(|_| {})
    }

    /// What a line says. [`Format::combined`] by default.
    #[must_use]
    pub fn format(self, format: Format) -> Self {
        self.edited(|settings| {
            settings.format = format;
            settings.opened = Arc::new(Once::new());
        })
    }

    /// The same as [`format`](Self::format) with [`Format::common`]: no referer and no user agent.
    #[must_use]
    pub fn common(self) -> Self {
        self.format(Format::common())
    }

    /// The same as [`format`](Self::format) with [`Format::combined`], which is the default.
    #[must_use]
    pub fn combined(self) -> Self {
        self.format(Format::combined())
    }

    /// Times are in UTC. By default they are in the system's time zone, as Apache writes them; either way the offset stands beside.
    #[must_use]
    pub fn utc(self) -> Self {
        self.edited(|settings| settings.zone = Arc::new(Zone::new(TimeZone::UTC)))
    }

    /// The server's name in formats that say it (`%v`, `$server_name`). By default it is the host that the client asked for, which is
    /// whatever the client says.
    #[must_use]
    pub fn server_name(self, name: impl Into<Box<str>>) -> Self {
        self.edited(|settings| settings.server_name = Some(name.into()))
    }

    /// So many bytes of one value from outside are written; where more came, `...` follows. 16 KiB by default: more than browsers send, and
    /// little enough that a line cannot fill the queue.
    #[must_use]
    pub fn field_limit(self, bytes: usize) -> Self {
        self.edited(|settings| settings.field_limit = bytes)
    }

    /// The status in the line of a request that was dropped before there was an answer, for the client left. 499 by default, as in nginx.
    #[must_use]
    pub fn dropped_status(self, status: StatusCode) -> Self {
        self.edited(|settings| settings.dropped_status = status.as_u16())
    }

    /// Parameters whose values are not written, beside those of the default list (passwords, tokens, keys, codes, signatures, session ids).
    ///
    /// It holds for the query of the request, of its referer, and of other fields with a URL in them, and for the parameters of a path's
    /// segments (`/cart;jsessionid=..`). The case does not matter, and a word of the parameter's name is enough: `token` stands for
    /// `reset_token`, `accessToken` and `user[token]` too.
    #[must_use]
    pub fn redact(self, names: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.edited(|settings| settings.redaction.add(names))
    }

    /// Header fields whose values are not written, beside `Authorization`, `Proxy-Authorization`, `Cookie`, `Set-Cookie`, and those with the
    /// word of a secret in their name, such as `X-Api-Key`.
    #[must_use]
    pub fn redact_fields(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.edited(|settings| settings.redaction.hide_fields(names))
    }

    /// Cookies whose values may be written by a format that names them. By default none is.
    #[must_use]
    pub fn cookies(self, names: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        self.edited(|settings| settings.redaction.show_cookies(names))
    }

    /// Writes URLs whole, with the passwords and tokens in their queries and segments. Names that are given to [`redact`](Self::redact)
    /// afterwards are still left out.
    #[must_use]
    pub fn insecure_queries(self) -> Self {
        self.edited(|settings| settings.redaction.show_parameters())
    }

    /// Writes these header fields as they came, if the format names them, though they are credentials.
    #[must_use]
    pub fn insecure_fields(self, names: impl IntoIterator<Item = HeaderName>) -> Self {
        self.edited(|settings| settings.redaction.show_fields(names))
    }

    /// Which requests are logged, by their head. What it leaves out costs nothing more. All by default.
    #[must_use]
    pub fn requests(
        self,
        takes: impl Fn(&RequestHead<'_>) -> bool + Send + Sync + 'static,
    ) -> Self {
        self.edited(|settings| settings.choice.requests = Some(Arc::new(takes)))
    }

    /// Which requests are logged, by what became of them. All by default.
    #[must_use]
    pub fn records(self, takes: impl Fn(&Record<'_>) -> bool + Send + Sync + 'static) -> Self {
        self.edited(|settings| settings.choice.records = Some(Arc::new(takes)))
    }

    /// Writes one line of so many, by what became of the request: 1 for all, 100 for one in a hundred, 0 for none. All by default.
    #[must_use]
    pub fn sample(self, one_of: impl Fn(&Record<'_>) -> u32 + Send + Sync + 'static) -> Self {
        self.edited(|settings| settings.choice.share = Some(Arc::new(one_of)))
    }

    /// Shows the record of each logged request to `observer`, when all is over, before its line is written, and whether or not it is part of the
    /// [sample](Self::sample). It must not block.
    #[must_use]
    pub fn observer(self, observer: impl Fn(&Record<'_>) + Send + Sync + 'static) -> Self {
        self.edited(|settings| settings.choice.observer = Some(Arc::new(observer)))
    }

    /// Leaves out the requests for these paths, as long as they are answered well. A check that fails is logged.
    #[must_use]
    pub fn health_checks(self, paths: impl IntoIterator<Item = impl Into<Box<str>>>) -> Self {
        let paths = paths.into_iter().map(Into::into).collect();
        self.edited(|settings| settings.choice.health_checks = paths)
    }

    fn edited(mut self, edit: impl FnOnce(&mut Settings)) -> Self {
        let settings = Arc::make_mut(&mut self.settings);
        edit(settings);
        settings
            .format
            .plan
            .settle(&settings.redaction, settings.server_name.as_deref());
        self
    }
}

impl Settings {
    /// Where a value of the line goes.
    pub(crate) fn out<'l>(&'l self, line: &'l mut Vec<u8>, name: &'l [u8]) -> Out<'l> {
        Out {
            line,
            dress: self.format.plan.dress,
            name,
            redaction: &self.redaction,
            limit: self.field_limit,
        }
    }

    /// Hands a line on to the sink.
    pub(crate) fn write(&self, line: &[u8]) {
        if let Some(preamble) = &self.format.preamble {
            self.opened.call_once(|| self.sink.preamble(preamble));
        }
        self.sink.write(line);
    }
}

impl Described for AccessLogLayer {
    fn sheet(&self) -> Sheet {
        let sheet = Sheet::of::<Self>()
            .reads::<Client>()
            .reads::<Connection>()
            .reads::<Mount>()
            .reads::<Scheme>()
            .reads::<RequestId>()
            .reads::<Identity>()
            .hears::<Identity>()
            .hears::<MatchedRoute>()
            .acts(Act::CountsBytes);
        if self.settings.format.plan.needs.file {
            return sheet.hears::<ServedFile>();
        }
        sheet
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
            .field("choice", &self.choice)
            .finish_non_exhaustive()
    }
}
