//! A small site behind a login form, its store, and a browser that keeps its cookie.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
};

use http::{HeaderName, Request, Response, StatusCode, header, request::Builder};
use http_body_util::BodyExt;
use plywood_auth::FormLoginLayer;
use plywood_core::{Body, BoxError, Identity, Mount, Witness};
use plywood_lint::LintLayer;
use plywood_session::{MemoryStore, Session, SessionLayer};
use plywood_session_core::{Key, Record, Store, Timestamp, Update};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn, util::BoxCloneSyncService};

pub(crate) type App = BoxCloneSyncService<Request<Body>, Response<Body>, Infallible>;

/// The accounts: `ada` with `plywood`, an admin, and `eve` with `apple`.
pub(crate) fn check(name: &str, password: &str) -> Option<Identity> {
    match (name, password) {
        ("ada", "plywood") => Some(Identity::new(name).roles(["admin"])),
        ("eve", "apple") => Some(Identity::new(name)),
        _ => None,
    }
}

/// Tells who asks; `/put` puts something into the session and `/cart` tells whether it is still there.
pub(crate) async fn pages(request: Request<Body>) -> Result<Response<Body>, Infallible> {
    let session = Session::of(&request).unwrap().clone();
    let name = Identity::of(&request).map_or("nobody", Identity::name);
    Ok(Response::new(match request.uri().path() {
        "/put" => {
            session.insert("cart", "a plane").unwrap();
            "put".into()
        }
        "/cart" => {
            let cart: Option<String> = session.get("cart").await.unwrap();
            cart.unwrap_or_default().into()
        }
        "/garble" => {
            session.insert("plywood.auth", 7).unwrap();
            "garbled".into()
        }
        _ => format!("hello {name}").into(),
    }))
}

/// A store that counts how often it is asked, and can be broken.
#[derive(Default)]
pub(crate) struct Shelf {
    kept: MemoryStore,
    pub(crate) asked: AtomicUsize,
    pub(crate) broken: AtomicBool,
}

impl Shelf {
    pub(crate) fn sessions(&self) -> usize {
        self.kept.len()
    }

    fn ask(&self) -> Result<&MemoryStore, BoxError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.broken.load(Ordering::Relaxed) {
            return Err("the shelf has fallen down".into());
        }
        Ok(&self.kept)
    }
}

impl Store for Shelf {
    async fn create(&self, key: &Key, record: Record) -> Result<bool, BoxError> {
        self.ask()?.create(key, record).await
    }

    async fn load(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.ask()?.load(key).await
    }

    async fn update(&self, key: &Key, expected: u64, record: Record) -> Result<Update, BoxError> {
        self.ask()?.update(key, expected, record).await
    }

    async fn rename(
        &self,
        key: &Key,
        expected: u64,
        new: &Key,
        record: Record,
        tombstone: Record,
    ) -> Result<Update, BoxError> {
        let kept = self.ask()?;
        kept.rename(key, expected, new, record, tombstone).await
    }

    async fn touch(&self, key: &Key, expires: Timestamp) -> Result<bool, BoxError> {
        self.ask()?.touch(key, expires).await
    }

    async fn delete(&self, key: &Key) -> Result<Option<Record>, BoxError> {
        self.ask()?.delete(key).await
    }

    async fn delete_all(&self, owner: &str, except: Option<&Key>) -> Result<u64, BoxError> {
        self.ask()?.delete_all(owner, except).await
    }
}

/// The pages behind `layer`, over sessions, between two lints.
pub(crate) fn site(layer: FormLoginLayer) -> (App, Arc<Shelf>) {
    site_of(layer, service_fn(pages))
}

pub(crate) fn site_of<S>(layer: FormLoginLayer, inner: S) -> (App, Arc<Shelf>)
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S: Clone + Send + Sync + 'static,
    S::Future: Send,
{
    let shelf = Arc::new(Shelf::default());
    let stack = ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(LintLayer::new())
        .layer(SessionLayer::new(Arc::clone(&shelf)))
        .layer(layer)
        .layer(LintLayer::new())
        .service(inner);
    (BoxCloneSyncService::new(stack), shelf)
}

/// The same site below a mount.
pub(crate) fn below(prefix: &'static str, app: App) -> App {
    let enter = move |mut request: Request<Body>| {
        assert!(Mount::enter(&mut request, prefix).unwrap());
        request
    };
    BoxCloneSyncService::new(tower::util::MapRequestLayer::new(enter).layer(app))
}

/// Who a layer outside was told of.
pub(crate) fn told(response: &Response<String>) -> Option<String> {
    let witness = response.extensions().get::<Witness>().unwrap();
    witness
        .identity()
        .map(|identity| identity.name().to_owned())
}

/// Sends what a browser sends, and keeps the session's cookie.
#[derive(Clone)]
pub(crate) struct Browser {
    app: App,
    pub(crate) cookie: Option<String>,
    fields: Vec<(HeaderName, String)>,
}

pub(crate) const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";
pub(crate) const FORM: &str = "application/x-www-form-urlencoded";

impl Browser {
    pub(crate) fn new(app: &App) -> Self {
        Self {
            app: app.clone(),
            cookie: None,
            fields: vec![(header::ACCEPT, HTML.into())],
        }
    }

    /// Sends another value of a field with every request.
    pub(crate) fn sending(mut self, name: HeaderName, value: &str) -> Self {
        self.fields.retain(|(other, _)| *other != name);
        self.fields.push((name, value.into()));
        self
    }

    pub(crate) async fn get(&mut self, target: &str) -> Response<String> {
        self.send(Request::get(target), Body::empty()).await
    }

    pub(crate) async fn post(&mut self, target: &str, form: &str) -> Response<String> {
        let request = Request::post(target).header(header::CONTENT_TYPE, FORM);
        self.send(request, Body::from(form.to_owned())).await
    }

    /// Signs in, and is sure that it went well.
    pub(crate) async fn sign_in(&mut self, form: &str) {
        let response = self.post("/login", form).await;
        assert_eq!(response.status(), StatusCode::SEE_OTHER, "{form}");
    }

    pub(crate) async fn send(&mut self, mut request: Builder, body: Body) -> Response<String> {
        request = request.header(header::HOST, "a.example");
        for (name, value) in &self.fields {
            request = request.header(name, value);
        }
        if let Some(cookie) = &self.cookie {
            request = request.header(header::COOKIE, cookie);
        }
        let mut request = request.body(body).unwrap();
        let witness = Witness::call(&mut request);
        let Ok(response) = self.app.clone().oneshot(request).await;
        let (mut head, body) = response.into_parts();
        if let Some(cookie) = head.headers.get(header::SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let kept = !attributes.contains("Max-Age=0");
            self.cookie = kept.then(|| pair.to_owned());
        }
        head.extensions.insert(witness);
        let bytes = body.collect().await.unwrap().to_bytes();
        Response::from_parts(head, String::from_utf8(bytes.into()).unwrap())
    }
}

pub(crate) fn location(response: &Response<String>) -> &str {
    response.headers()[header::LOCATION].to_str().unwrap()
}
