//! Tokens for forms, between two lints. The real sessions are in the integration tests; here is a stand-in that keeps them in memory.

#![allow(clippy::unwrap_used, reason = "a failed test says where by itself")]

mod forms;
mod gate;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use http::{Request, Response, header};
use plywood_core::{Body, BoxError, Failure};
use plywood_csrf::{CsrfLayer, Reason, Refused, Token};
use plywood_header::cookie;
use plywood_lint::LintLayer;
use plywood_session_core::{Change, Record, Seal, Session, Vault};
use plywood_test::{Client, Reply};
use tower::{ServiceBuilder, ServiceExt, service_fn};

const FORM: &str = "application/x-www-form-urlencoded";

/// The records, by the text that stands in their cookie.
#[derive(Default)]
struct Shelf(Mutex<Vec<Record>>);

impl Seal for Shelf {
    fn seal(&self, record: &Record) -> Result<Option<String>, BoxError> {
        let mut records = self.0.lock().unwrap();
        records.push(record.clone());
        Ok(Some((records.len() - 1).to_string()))
    }

    fn open(&self, text: &str) -> Option<Record> {
        let place: usize = text.parse().ok()?;
        self.0.lock().unwrap().get(place).cloned()
    }

    fn capacity(&self) -> usize {
        4096
    }
}

/// A page with a form; a POST answers with what was sent, and to `/in` with a renewed session.
async fn page(request: Request<Body>) -> Result<Response<Body>, BoxError> {
    let session = Session::of(&request)?;
    if request.method().is_safe() {
        let token = Token::of(session).await?;
        let html = format!(
            "<!doctype html><form method=post action=/>{}<input name=note></form>",
            token.field()
        );
        return Ok(Response::builder()
            .header("content-type", "text/html; charset=utf-8")
            .body(html.into())?);
    }
    match request.uri().path() {
        "/in" => session.renew(),
        "/spoil" => session.insert(Session::CSRF_KEY, 7)?,
        _ => {}
    }
    Ok(Response::builder()
        .header("content-type", "application/octet-stream")
        .body(request.into_body())?)
}

/// A visitor of the page, and how often the page was asked.
struct Visitor {
    client: Client,
    asked: Arc<AtomicUsize>,
}

impl Visitor {
    fn new(layer: CsrfLayer) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&asked);
        let guarded = ServiceBuilder::new()
            .layer(LintLayer::new())
            .layer(layer)
            .layer(LintLayer::new())
            .service_fn(move |request| {
                counter.fetch_add(1, Ordering::Relaxed);
                page(request)
            });
        let vault = Vault::sealed(Shelf::default());
        let site = service_fn(move |mut request: Request<Body>| {
            let (vault, guarded) = (vault.clone(), guarded.clone());
            async move {
                let sent = cookie::find_all(request.headers(), "session");
                let session = vault.session_of_texts(sent);
                request.extensions_mut().insert(session.clone());
                let mut response = guarded.oneshot(request).await?;
                session.close();
                if let Change::Carry { text, .. } = session.finish().await?.change {
                    let cookie = format!("session={text}; Path=/; HttpOnly; SameSite=Lax");
                    let headers = response.headers_mut();
                    headers.append(header::SET_COOKIE, cookie.try_into()?);
                    headers.insert(header::CACHE_CONTROL, "no-store".try_into()?);
                }
                Ok::<_, BoxError>(response)
            }
        });
        let client = Client::new(site);
        Self { client, asked }
    }

    /// The token in the form of the page.
    async fn token(&self) -> String {
        let page = self.client.get("/").await.expect_status(200);
        let form = page.form();
        let value = form.value("csrf_token").expect("the form has a token");
        value.to_owned()
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

fn why(reply: &Reply) -> Reason {
    let failure = reply.extensions().get::<Failure>();
    let failure = failure.expect("a refusal says why");
    failure.reason().downcast_ref::<Refused>().unwrap().reason()
}
