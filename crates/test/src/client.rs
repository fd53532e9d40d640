use std::{
    fmt,
    net::{Ipv4Addr, SocketAddr},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

use http::{Extensions, HeaderMap, Method, Request, Response, Uri, uri::Authority};
use plywood_core::{Body, BoxError, HttpBody, HttpService};
use plywood_lint::{LintLayer, rule};
use tower::{Layer, ServiceExt, util::BoxCloneService};

use crate::{Clock, Cookie, RequestBuilder, jar::Jar, request_builder::field};

type Boxed = BoxCloneService<Request<Body>, Response<Body>, BoxError>;

/// The service behind a lock, because few services are `Sync` and a reply, which holds it, should be.
type Shared = Arc<Mutex<Boxed>>;

/// A visitor of a service, in process.
///
/// A lint stands between the two, and panics when one of them breaks the service contract: what is sent is checked, and what is answered.
/// [`lint`](Self::lint) puts another one there, and [`unlinted`](Self::unlinted) none.
///
/// A clone is the same visitor: it shares the cookies. [`stranger`](Self::stranger) gives another one.
#[derive(Clone)]
pub struct Client {
    /// With the lint around it.
    service: Shared,
    /// Without.
    bare: Shared,
    /// Is there a server's connection between the two?
    is_over_a_wire: bool,
    pub(crate) jar: Arc<Mutex<Jar>>,
    pub(crate) base: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) extensions: Extensions,
    pub(crate) redirects: usize,
    clock: Option<Clock>,
}

impl Client {
    /// A visitor of `service`, at `http://localhost`, without cookies. Between the two stands a [`LintLayer::new`].
    pub fn new<S>(service: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let service = service
            .map_response(|response: Response<_>| response.map(Body::new))
            .map_err(Into::into);
        let mut extensions = Extensions::new();
        let peer = SocketAddr::from((Ipv4Addr::LOCALHOST, 49_152));
        extensions.insert(plywood_core::Client::tcp(peer));
        let bare = shared(service);
        let client = Self {
            service: Arc::clone(&bare),
            bare,
            is_over_a_wire: false,
            jar: Arc::default(),
            base: Uri::from_static("http://localhost/"),
            headers: HeaderMap::new(),
            extensions,
            redirects: 0,
            clock: None,
        };
        client.lint(LintLayer::new())
    }

    /// The lint that stands between the visitor and the service: one that lacks a rule, is strict, or warns only.
    ///
    /// It takes the place of the one that was there. Do not put your own around the service instead, because that would be checked by both. It is
    /// told that it stands [`behind_gateway`](LintLayer::behind_gateway), because the client leaves what gateways leave.
    ///
    /// ```
    /// # use http::{Request, Response};
    /// # use plywood_core::Body;
    /// use plywood_lint::{LintLayer, rule};
    /// use plywood_test::Client;
    ///
    /// # async fn app(_: Request<Body>) -> Result<Response<Body>, std::convert::Infallible> {
    /// #     Ok(Response::builder().status(401).body(Body::empty()).unwrap())
    /// # }
    /// # #[tokio::main(flavor = "current_thread")] async fn main() {
    /// let lint = LintLayer::new().without(rule::CHALLENGE, "the mobile app knows how to sign in");
    /// let client = Client::new(tower::service_fn(app)).lint(lint);
    /// client.get("/orders").await.expect_status(401);
    /// # }
    /// ```
    #[must_use]
    pub fn lint(mut self, lint: LintLayer) -> Self {
        let mut lint = lint.behind_gateway();
        if self.is_over_a_wire {
            lint = lint.without(rule::HOP_BY_HOP, "on a wire the server says them");
        }
        let linted = lint.layer(clone_of(&self.bare));
        self.service = shared(linted.map_response(|response| response.map(Body::new)));
        self
    }

    /// Takes the lint away: for a service that is wrong on purpose, or a request that is.
    #[must_use]
    pub fn unlinted(mut self) -> Self {
        self.service = Arc::clone(&self.bare);
        self
    }

    /// Says that a server's connection is between the two: the fields that are the server's stand in the answers.
    #[cfg(feature = "url")]
    pub(crate) fn over_a_wire(mut self) -> Self {
        self.is_over_a_wire = true;
        self.lint(LintLayer::new())
    }

    /// Where the service is said to stand: scheme and host, as in `https://shop.example`. `http://localhost` by default.
    ///
    /// # Panics
    ///
    /// If it is not an absolute URL, or has a path.
    #[must_use]
    #[track_caller]
    pub fn base(mut self, url: &str) -> Self {
        // A closure would hide who called.
        match url.parse().ok().filter(is_base) {
            Some(base) => self.base = base,
            None => panic!("a base is a scheme and a host, as in `https://shop.example`: {url:?}"),
        }
        self
    }

    /// A field of every request, unless the request has its own.
    ///
    /// # Panics
    ///
    /// If the name or the value cannot be sent.
    #[must_use]
    #[track_caller]
    pub fn header(mut self, name: impl AsRef<str>, value: impl AsRef<[u8]>) -> Self {
        let (name, value) = field(name.as_ref(), value.as_ref());
        self.headers.append(name, value);
        self
    }

    /// An extension of every request, unless the request has its own: what a gateway or an outer layer would have left.
    ///
    /// By default there are a [`Client`](plywood_core::Client) at 127.0.0.1 and the [`Scheme`](plywood_core::Scheme) of the URL.
    #[must_use]
    pub fn extension<T: Clone + Send + Sync + 'static>(mut self, value: T) -> Self {
        self.extensions.insert(value);
        self
    }

    /// Follows up to `most` redirects of each request. None by default.
    #[must_use]
    pub const fn follow_redirects(mut self, most: usize) -> Self {
        self.redirects = most;
        self
    }

    /// The clock by which cookies end. By default it is the system's.
    #[must_use]
    pub fn clock(mut self, clock: &Clock) -> Self {
        self.clock = Some(clock.clone());
        self
    }

    /// Another visitor of the same service, with the same defaults and no cookies.
    #[must_use]
    pub fn stranger(&self) -> Self {
        Self {
            jar: Arc::default(),
            ..self.clone()
        }
    }

    /// Begins a request. `target` is a path with a query, or a whole URL; it is sent as it is written.
    ///
    /// # Panics
    ///
    /// If the target cannot be sent.
    #[track_caller]
    pub fn request(&self, method: Method, target: &str) -> RequestBuilder {
        RequestBuilder::new(self.clone(), method, target)
    }

    /// Begins a GET.
    #[track_caller]
    pub fn get(&self, target: &str) -> RequestBuilder {
        self.request(Method::GET, target)
    }

    /// Begins a HEAD.
    #[track_caller]
    pub fn head(&self, target: &str) -> RequestBuilder {
        self.request(Method::HEAD, target)
    }

    /// Begins a POST.
    #[track_caller]
    pub fn post(&self, target: &str) -> RequestBuilder {
        self.request(Method::POST, target)
    }

    /// Begins a PUT.
    #[track_caller]
    pub fn put(&self, target: &str) -> RequestBuilder {
        self.request(Method::PUT, target)
    }

    /// Begins a PATCH.
    #[track_caller]
    pub fn patch(&self, target: &str) -> RequestBuilder {
        self.request(Method::PATCH, target)
    }

    /// Begins a DELETE.
    #[track_caller]
    pub fn delete(&self, target: &str) -> RequestBuilder {
        self.request(Method::DELETE, target)
    }

    /// Begins an OPTIONS; its target may be `*`.
    #[track_caller]
    pub fn options(&self, target: &str) -> RequestBuilder {
        self.request(Method::OPTIONS, target)
    }

    /// The cookie of that name, if the visitor has one; the oldest of several.
    pub fn cookie(&self, name: &str) -> Option<Cookie> {
        let jar = self.jar();
        let mut cookies = jar.cookies(self.now());
        cookies.find(|cookie| cookie.name() == name).cloned()
    }

    /// All cookies of the visitor, the oldest first.
    pub fn cookies(&self) -> Vec<Cookie> {
        self.jar().cookies(self.now()).cloned().collect()
    }

    /// Gives the visitor a cookie, as if the base's page `/` had set it: `theme=dark; Path=/`.
    ///
    /// # Panics
    ///
    /// If a browser would not take it.
    #[track_caller]
    pub fn store_cookie(&self, set_cookie: &str) {
        let taken = self.jar().store(set_cookie, &self.base, self.now());
        assert!(
            taken,
            "a browser does not take this cookie from {}: {set_cookie:?}",
            self.base
        );
    }

    /// Takes every cookie of that name away.
    pub fn remove_cookie(&self, name: &str) {
        self.jar().remove(name);
    }

    /// Takes all cookies away.
    pub fn clear_cookies(&self) {
        self.jar().clear();
    }

    pub(crate) fn now(&self) -> SystemTime {
        self.clock.as_ref().map_or_else(SystemTime::now, Clock::now)
    }

    pub(crate) fn jar(&self) -> MutexGuard<'_, Jar> {
        self.jar.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A clone of the service, as every connection to a server has one.
    pub(crate) fn service(&self) -> Boxed {
        clone_of(&self.service)
    }

    /// The absolute URL of a target.
    pub(crate) fn url(&self, target: &str) -> Result<Uri, http::Error> {
        if target.starts_with("http://") || target.starts_with("https://") {
            return Ok(target.parse()?);
        }
        let mut parts = self.base.clone().into_parts();
        parts.path_and_query = Some(target.parse()?);
        Ok(Uri::from_parts(parts)?)
    }
}

fn shared<S>(service: S) -> Shared
where
    S: HttpService<Body, ResBody = Body, Error = BoxError>,
{
    Arc::new(Mutex::new(BoxCloneService::new(service)))
}

fn clone_of(service: &Shared) -> Boxed {
    let service = service.lock();
    service.unwrap_or_else(PoisonError::into_inner).clone()
}

fn is_base(url: &Uri) -> bool {
    let scheme = matches!(url.scheme_str(), Some("http" | "https"));
    scheme && url.path() == "/" && url.query().is_none()
}

/// The host of an absolute URL, with its port.
pub(crate) fn authority(url: &Uri) -> &str {
    url.authority().map_or("", Authority::as_str)
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("base", &self.base)
            .field("headers", &self.headers)
            .field("redirects", &self.redirects)
            .finish_non_exhaustive()
    }
}
