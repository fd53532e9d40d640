//! A browser, as far as sessions need one.

use std::{future::Future, sync::Mutex};

use http::{
    HeaderValue, Method, Request, Response,
    header::{CONTENT_TYPE, COOKIE, SET_COOKIE},
};
use http_body_util::BodyExt;
use plywood_core::{Body, BoxError, Scheme};
use plywood_lint::LintLayer;
use plywood_session::SessionLayer;
use plywood_session_core::Id;
use tower::{ServiceBuilder, ServiceExt, util::BoxCloneSyncService};

pub(crate) type App = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// The layer over a handler, between two lints.
pub(crate) fn app<H, F>(layer: SessionLayer, handler: H) -> App
where
    H: FnMut(Request<Body>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Response<Body>, BoxError>> + Send + 'static,
{
    let service = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(layer)
        .layer(LintLayer::new())
        .map_request(|request: Request<_>| request.map(Body::new))
        .service_fn(handler);
    BoxCloneSyncService::new(service)
}

/// One request, without a browser around it.
pub(crate) async fn sealed(app: &App, request: Request<Body>) -> Result<Response<Body>, BoxError> {
    app.clone().oneshot(request).await
}

pub(crate) fn answer(text: &str) -> Response<Body> {
    let mut response = Response::new(Body::from(text.to_owned()));
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

pub(crate) async fn text(response: Response<Body>) -> String {
    let bytes = response.into_body().collect().await.unwrap().to_bytes();
    String::from_utf8(bytes.to_vec()).unwrap()
}

pub(crate) struct Visitor {
    app: App,
    /// The name and value of the one cookie that it keeps.
    cookie: Mutex<Option<(String, String)>>,
    scheme: Option<Scheme>,
    header: Option<(&'static str, &'static str)>,
}

impl Visitor {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            cookie: Mutex::default(),
            scheme: None,
            header: None,
        }
    }

    pub(crate) fn with_id(app: &App, id: Id) -> Self {
        let cookie = Mutex::new(Some(("__Host-session".to_owned(), id.as_str().to_owned())));
        Self {
            cookie,
            ..Self::new(app)
        }
    }

    /// With the cookie of another visitor, as `name=value`.
    pub(crate) fn with_pair(app: &App, pair: &str) -> Self {
        let (name, value) = pair.split_once('=').unwrap();
        let cookie = Mutex::new(Some((name.to_owned(), value.to_owned())));
        Self {
            cookie,
            ..Self::new(app)
        }
    }

    /// The cookie that it keeps, as `name=value`.
    pub(crate) fn pair(&self) -> String {
        let cookie = self.cookie.lock().unwrap();
        let (name, value) = cookie.as_ref().unwrap();
        format!("{name}={value}")
    }

    pub(crate) fn by(mut self, scheme: Scheme) -> Self {
        self.scheme = Some(scheme);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &'static str) -> Self {
        self.header = Some((name, value));
        self
    }

    pub(crate) fn id(&self) -> Option<Id> {
        let cookie = self.cookie.lock().unwrap();
        cookie.as_ref().map(|(_, value)| Id::parse(value).unwrap())
    }

    pub(crate) async fn get(&self, path: &str) -> Response<Body> {
        self.send(Method::GET, path).await
    }

    pub(crate) async fn text(&self, path: &str) -> String {
        text(self.get(path).await).await
    }

    pub(crate) async fn send(&self, method: Method, path: &str) -> Response<Body> {
        let mut request = Request::new(Body::empty());
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().unwrap();
        if let Some(scheme) = self.scheme {
            request.extensions_mut().insert(scheme);
        }
        if let Some((name, value)) = self.header {
            request
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        }
        if let Some((name, value)) = &*self.cookie.lock().unwrap() {
            let pair = format!("theme=dark; {name}={value}").parse().unwrap();
            request.headers_mut().insert(COOKIE, pair);
        }
        let response = sealed(&self.app, request).await.unwrap();
        self.keep(&response);
        response
    }

    fn keep(&self, response: &Response<Body>) {
        let Some(set) = response.headers().get(SET_COOKIE) else {
            return;
        };
        let set = set.to_str().unwrap();
        let (name, value) = set.split(';').next().unwrap().split_once('=').unwrap();
        let cookie = (!set.contains("Max-Age=0")).then(|| (name.to_owned(), value.to_owned()));
        *self.cookie.lock().unwrap() = cookie;
    }
}
