use std::{convert::Infallible, io::IsTerminal, time::Duration};

use http::{
    HeaderName, HeaderValue,
    header::{REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS},
};
use plywood_access_log::{AccessLogLayer, Format, Lines};
use plywood_compression::CompressionLayer;
use plywood_core::{
    AnyService, Body, BoxError, HttpBody, HttpService, Scheme,
    sheet::{Described, Onion, Sheet},
};
use plywood_csp::{CspLayer, Policy};
use plywood_csrf::CsrfLayer;
use plywood_debug::DebugLayer;
use plywood_error_pages::ErrorPagesLayer;
use plywood_session::{MemoryStore, SessionLayer};
use plywood_when::when;
use tower_http::{
    csrf::CsrfLayer as CrossOriginLayer, limit::RequestBodyLimitLayer,
    set_header::SetResponseHeaderLayer,
};
use tower_layer::Layer;

use crate::{App, Stack, app, doctor};

/// A stack that is ready made: each field is a layer, in the order in which they stand. Read it, change it, take out what you do not want.
///
/// ```
/// use plywood::{Stack, prelude::*};
///
/// async fn hello(_: Request<Body>) -> Result<Response<Body>, BoxError> {
///     Ok(Response::new("hello".into()))
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), BoxError> {
/// let mut site = Stack::site();
/// site.session = Some(SessionLayer::new(MemoryStore::new()).persistent_cookies());
/// site.log = None;
/// println!("{}", site.onion());
///
/// let client = plywood_test::Client::new(site.service(service_fn(hello)));
/// let reply = client.get("/").await.expect_text("hello");
/// assert_eq!(reply.header("x-content-type-options"), "nosniff");
/// # Ok(())
/// # }
/// ```
///
/// Layers that may be absent are boxed: each that is there costs one allocation more than in a [`Stack`] of the same layers.
#[derive(Clone, Debug)]
#[must_use = "a preset does nothing until it is built around a service"]
#[non_exhaustive]
pub struct Preset {
    /// What was asked and answered, to its last byte.
    pub log: Option<AccessLogLayer>,
    /// Fields of every answer that has none of the name, by tower-http's `SetResponseHeaderLayer`.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// `Strict-Transport-Security` of answers over TLS: browsers come over TLS alone from then on, for so long.
    /// [RFC 6797](https://www.rfc-editor.org/rfc/rfc6797)
    pub transport_security: Option<Duration>,
    /// Where scripts, styles and frames may come from.
    pub csp: Option<CspLayer>,
    /// Every error is answered.
    pub error_pages: ErrorPagesLayer,
    /// The developer's page for what panicked or failed.
    pub debug: Option<DebugLayer>,
    /// Bodies that are worth it.
    pub compression: Option<CompressionLayer>,
    /// Refuses what another site's page sends, by tower-http's `CsrfLayer`.
    pub cross_origin: Option<CrossOriginLayer>,
    /// The most bytes of a request's body, by tower-http's `RequestBodyLimitLayer`.
    pub max_body: Option<usize>,
    /// Who comes again.
    pub session: Option<SessionLayer>,
    /// Tokens in forms: the second line behind `cross_origin`, for browsers that tell nothing.
    pub csrf: Option<CsrfLayer>,
}

impl Stack {
    /// A site for people with browsers: all of it but the developer's page and the tokens in forms, which each form must write.
    ///
    /// Sessions are in memory and end with the process: choose a store. Bodies of requests have 2 MiB at most, and the policy lets a page load
    /// what the site itself has, and no script or style that stands in the page.
    pub fn site() -> Preset {
        Preset {
            log: Some(AccessLogLayer::new(Lines::stdout())),
            error_pages: ErrorPagesLayer::new(),
            debug: None,
            headers: vec![
                nosniff(),
                (
                    REFERRER_POLICY,
                    HeaderValue::from_static("strict-origin-when-cross-origin"),
                ),
                (
                    HeaderName::from_static("cross-origin-opener-policy"),
                    HeaderValue::from_static("same-origin"),
                ),
            ],
            transport_security: Some(YEAR),
            csp: Some(CspLayer::default()),
            compression: Some(CompressionLayer::new()),
            cross_origin: Some(CrossOriginLayer::new()),
            max_body: Some(MAX_BODY),
            session: Some(SessionLayer::new(MemoryStore::new())),
            csrf: None,
        }
    }

    /// A service for programs: a log in JSON, no session, and a policy that lets nothing of it be shown as a page.
    ///
    /// Nothing checks who asks: put a guard of `plywood_auth` around the service.
    pub fn api() -> Preset {
        let nothing = "default-src 'none'; frame-ancestors 'none'";
        Preset {
            log: Some(AccessLogLayer::new(Lines::stdout()).format(Format::json())),
            headers: vec![nosniff()],
            csp: Some(CspLayer::new(
                nothing.parse::<Policy>().expect("it is a policy"),
            )),
            cross_origin: None,
            session: None,
            ..Self::site()
        }
    }

    /// The [site](Self::site) on the developer's machine: with the developer's page and log, cookies without TLS, and no `Strict-Transport-Security`.
    pub fn development() -> Preset {
        let format = Format::development(std::io::stdout().is_terminal());
        let site = Self::site();
        Preset {
            log: Some(AccessLogLayer::new(Lines::stdout()).format(format)),
            debug: Some(DebugLayer::new(true)),
            transport_security: None,
            session: site.session.clone().map(SessionLayer::cookies_by_scheme),
            ..site
        }
    }
}

const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

const MAX_BODY: usize = 2 << 20;

fn nosniff() -> (HeaderName, HeaderValue) {
    (X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"))
}

impl Preset {
    /// What stands in it, outermost first, with what is wrong with the order.
    pub fn onion(&self) -> Onion {
        let sheets = self.sheets();
        Onion::of(&sheets.iter().map(|sheet| sheet as _).collect::<Vec<_>>())
    }

    /// Puts all layers around `service`, and warns of an order that cannot work: see [`doctor`](crate::doctor()).
    pub fn service<S>(self, service: S) -> App
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>> + Sync,
    {
        let sheets = self.sheets();
        doctor(&sheets.iter().map(|sheet| sheet as _).collect::<Vec<_>>());
        let mut inner = AnyService::<BoxError>::new(service);
        if let Some(csrf) = self.csrf {
            inner = AnyService::new(csrf.layer(inner));
        }
        if let Some(session) = self.session {
            inner = AnyService::new(session.layer(inner));
        }
        if let Some(bytes) = self.max_body {
            inner = AnyService::new(RequestBodyLimitLayer::new(bytes).layer(inner));
        }
        if let Some(cross_origin) = self.cross_origin {
            inner = AnyService::new(cross_origin.layer(inner));
        }
        if let Some(compression) = self.compression {
            inner = AnyService::new(compression.layer(inner));
        }
        if let Some(debug) = self.debug {
            inner = AnyService::new(debug.layer(inner));
        }
        let mut outer = AnyService::<Infallible>::new(self.error_pages.layer(inner));
        if let Some(csp) = self.csp {
            outer = AnyService::new(csp.layer(outer));
        }
        if let Some(time) = self.transport_security {
            outer = AnyService::new(when(over_tls, transport_security(time)).layer(outer));
        }
        for (name, value) in self.headers {
            outer =
                AnyService::new(SetResponseHeaderLayer::if_not_present(name, value).layer(outer));
        }
        match self.log {
            Some(log) => app(log.layer(outer)),
            None => app(outer),
        }
    }

    fn sheets(&self) -> Vec<Sheet> {
        let set = |is_there: bool| is_there.then(doctor::tower_http::set_response_header);
        let sheets = [
            self.log.as_ref().map(Described::sheet),
            set(!self.headers.is_empty()),
            set(self.transport_security.is_some()),
            self.csp.as_ref().map(Described::sheet),
            Some(self.error_pages.sheet()),
            self.debug.as_ref().map(Described::sheet),
            self.compression.as_ref().map(Described::sheet),
            self.cross_origin
                .as_ref()
                .map(|_| doctor::tower_http::csrf()),
            self.max_body
                .map(|_| doctor::tower_http::request_body_limit()),
            self.session.as_ref().map(Described::sheet),
            self.csrf.as_ref().map(Described::sheet),
        ];
        sheets.into_iter().flatten().collect()
    }
}

fn over_tls(head: &http::request::Parts) -> bool {
    Scheme::of(head) == Some(Scheme::Https)
}

fn transport_security(time: Duration) -> SetResponseHeaderLayer<HeaderValue> {
    let value = format!("max-age={}", time.as_secs());
    let value = HeaderValue::try_from(value).expect("a number is visible ASCII");
    SetResponseHeaderLayer::if_not_present(STRICT_TRANSPORT_SECURITY, value)
}
