//! A stack of layers in any order, whatever their types are.

use std::{
    any::Any,
    panic::AssertUnwindSafe,
    path::Path,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use futures_util::FutureExt;
use http::{HeaderMap, response::Parts};
use http_body_util::BodyExt;
use plywood::{mount::RegexRoutes, prelude::*};
use plywood_lint::LintLayer;
use tower::{Service, util::BoxCloneSyncService};

use crate::{question::Question, site::site};

/// A layer of Plywood's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sheet {
    AccessLog,
    ErrorPages,
    Compression,
    Session,
    BasicAuth,
    FormLogin,
    Files,
    Require,
    Mounts,
    RegexRoutes,
}

impl Sheet {
    pub(crate) const ALL: [Self; 10] = [
        Self::AccessLog,
        Self::ErrorPages,
        Self::Compression,
        Self::Session,
        Self::BasicAuth,
        Self::FormLogin,
        Self::Files,
        Self::Require,
        Self::Mounts,
        Self::RegexRoutes,
    ];

    /// Where all that is inside stands once more.
    pub(crate) const fn place(self) -> Option<&'static str> {
        match self {
            Self::Mounts => Some("/mounted"),
            Self::RegexRoutes => Some("/delegated"),
            _ => None,
        }
    }
}

/// What a layer that nobody should write does to an answer.
pub(crate) type Lie = fn(Response<Body>) -> Response<Body>;

type Erased = BoxCloneSyncService<Request<Body>, Response<Body>, BoxError>;

/// Layers around the site, the outermost first, between two lints.
pub(crate) struct Stack {
    pub(crate) sheets: Vec<Sheet>,
    service: Erased,
    /// What the access logs among them have seen and written.
    logs: Vec<Log>,
}

#[derive(Clone, Default)]
struct Log {
    calls: Arc<AtomicUsize>,
    lines: Arc<Mutex<Vec<String>>>,
}

/// What became of a request.
pub(crate) enum Outcome {
    Answered(Box<Answer>),
    Failed(BoxError),
    Panicked(String),
}

pub(crate) struct Answer {
    pub(crate) head: Parts,
    pub(crate) bytes: Bytes,
    pub(crate) trailers: HeaderMap,
}

pub(crate) fn check(name: &str, password: &str) -> Option<Identity> {
    (name == "ada" && password == "plywood").then(|| Identity::new(name))
}

impl Stack {
    pub(crate) fn new(sheets: &[Sheet], files: &Path) -> Self {
        let mut stack = Self {
            sheets: sheets.to_vec(),
            service: erase(LintLayer::new().layer(site(files))),
            logs: Vec::new(),
        };
        let store = MemoryStore::new();
        for sheet in sheets.iter().rev() {
            stack.wrap(*sheet, &store, files);
        }
        stack.service = erase(LintLayer::new().layer(stack.service));
        stack
    }

    fn wrap(&mut self, sheet: Sheet, store: &MemoryStore, files: &Path) {
        let inner = self.service.clone();
        self.service = match sheet {
            Sheet::AccessLog => {
                let log = Log::default();
                self.logs.push(log.clone());
                let sink = Arc::clone(&log.lines);
                let layer = AccessLogLayer::new(move |line: &[u8]| {
                    let line = String::from_utf8(line.to_vec()).unwrap();
                    sink.lock().unwrap().push(line);
                });
                let logged = layer.layer(inner);
                erase(logged.map_request(move |request| {
                    log.calls.fetch_add(1, Ordering::Relaxed);
                    request
                }))
            }
            Sheet::ErrorPages => erase(ErrorPagesLayer::new().layer(inner)),
            Sheet::Compression => erase(CompressionLayer::new().layer(inner)),
            Sheet::Session => erase(SessionLayer::new(store.clone()).layer(inner)),
            Sheet::BasicAuth => erase(BasicAuthLayer::new(check).below("/members").layer(inner)),
            Sheet::FormLogin => {
                let layer = FormLoginLayer::new(check).below("/account").open("/open");
                erase(layer.layer(inner))
            }
            Sheet::Files => erase(Files::new(files).unwrap().layer().layer(inner)),
            Sheet::Require => erase(RequireLayer::signed_in().below("/vault").layer(inner)),
            Sheet::Mounts => {
                let mounts = Mounts::<BoxError>::new();
                mounts.mount("/mounted", inner.clone()).unwrap();
                erase(mounts.layer().layer(inner))
            }
            Sheet::RegexRoutes => {
                let routes = RegexRoutes::<BoxError>::new();
                let routes = routes.delegate("/delegated", inner.clone()).unwrap();
                erase(routes.route("(?s).*", inner).unwrap())
            }
        };
    }

    /// The same with a liar around it, outside the lint.
    pub(crate) fn lying(mut self, lie: Lie) -> Self {
        self.service = erase(self.service.map_response(lie));
        self
    }

    pub(crate) fn has(&self, sheet: Sheet) -> bool {
        self.sheets.contains(&sheet)
    }

    /// Does `sheet` stand inside of the first one that has all inside of it at `place` once more?
    pub(crate) fn has_below(&self, sheet: Sheet, place: &str) -> bool {
        let mut inside = self.sheets.iter();
        inside.any(|one| one.place() == Some(place)) && inside.any(|one| *one == sheet)
    }

    /// Does a login form stand where no session is?
    pub(crate) fn lacks_session(&self) -> bool {
        let first = |wanted| self.sheets.iter().position(|sheet| *sheet == wanted);
        match (first(Sheet::FormLogin), first(Sheet::Session)) {
            (Some(form), Some(session)) => form < session,
            (form, None) => form.is_some(),
            (None, _) => false,
        }
    }

    pub(crate) async fn ask(&self, question: &Question) -> Outcome {
        for log in &self.logs {
            log.calls.store(0, Ordering::Relaxed);
            log.lines.lock().unwrap().clear();
        }
        let mut service = self.service.clone();
        let exchange = async move {
            let response = service.ready().await?.call(question.request()).await?;
            let (head, body) = response.into_parts();
            let collected = body.collect().await?;
            let trailers = collected.trailers().cloned().unwrap_or_default();
            let bytes = collected.to_bytes();
            Ok(Answer {
                head,
                bytes,
                trailers,
            })
        };
        match AssertUnwindSafe(exchange).catch_unwind().await {
            Ok(Ok(answer)) => Outcome::Answered(Box::new(answer)),
            Ok(Err(error)) => Outcome::Failed(error),
            Err(payload) => Outcome::Panicked(text_of(&*payload)),
        }
    }

    /// The lines of the outermost log, if that is the outermost layer. Each log must have one line for each request that it saw.
    pub(crate) fn last_line(&self) -> Result<Option<String>, String> {
        for log in &self.logs {
            let (calls, lines) = (
                log.calls.load(Ordering::Relaxed),
                log.lines.lock().unwrap().len(),
            );
            if calls != lines {
                return Err(format!("{lines} lines in the log for {calls} requests"));
            }
        }
        let is_outermost = self.sheets.first() == Some(&Sheet::AccessLog);
        let outermost = self.logs.last().filter(|_| is_outermost);
        Ok(outermost.map(|log| log.lines.lock().unwrap()[0].clone()))
    }
}

fn text_of(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned());
    text.or_else(|| payload.downcast_ref().cloned()).unwrap()
}

fn erase<S>(service: S) -> Erased
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>> + Sync,
{
    BoxCloneSyncService::new(
        service
            .map_response(|response| response.map(Body::new))
            .map_err(Into::into),
    )
}
