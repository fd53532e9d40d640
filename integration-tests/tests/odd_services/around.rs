//! Each layer alone, and all of them in two orders, around any service.

use std::sync::{Arc, Mutex};

use plywood::prelude::*;
use tower::util::BoxCloneService;

/// A service of any kind behind one type. It cannot be shared between threads, and no layer may ask for that.
pub(crate) type Erased = BoxCloneService<Request<Body>, Response<Body>, BoxError>;

/// Layers around a service.
pub(crate) struct Around {
    pub(crate) name: &'static str,
    pub(crate) service: Erased,
    pub(crate) log: Log,
    /// Do error pages stand among them, so that errors and panics end there?
    pub(crate) has_pages: bool,
    /// Does a log stand among them?
    pub(crate) has_log: bool,
}

/// What an access log has written.
#[derive(Clone, Default)]
pub(crate) struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    fn layer(&self) -> AccessLogLayer {
        let lines = Arc::clone(&self.0);
        AccessLogLayer::new(move |line: &[u8]| {
            let line = String::from_utf8(line.to_vec()).unwrap();
            lines.lock().unwrap().push(line);
        })
    }

    /// Takes what was written: the status and the bytes of each line.
    pub(crate) fn take(&self) -> Vec<String> {
        let lines = std::mem::take(&mut *self.0.lock().unwrap());
        let ends = lines.iter().map(|line| {
            let mut words = line.split("\" ").nth(1).unwrap().split(' ');
            format!("{} {}", words.next().unwrap(), words.next().unwrap())
        });
        ends.collect()
    }
}

/// Each layer alone around `service`, and all of them, in the order that they are made for and in the reverse.
pub(crate) fn each<S>(service: &S, session: &SessionLayer) -> Vec<Around>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let check = |name: &str, _: &str| (name == "ada").then(|| Identity::new(name));
    let form = || FormLoginLayer::new(check).below("/account").open("/");
    let basic = || BasicAuthLayer::new(check).below("/members");
    let require = || RequireLayer::signed_in().below("/vault");
    let files = Files::new(tempfile::tempdir().unwrap().path())
        .unwrap()
        .layer();
    let mut each = Vec::new();
    let mut add = |name, log: &Log, service| {
        each.push(Around {
            name,
            service,
            log: log.clone(),
            has_log: ["access log", "all", "all, inside out"].contains(&name),
            has_pages: ["error pages", "all", "all, inside out"].contains(&name),
        });
    };
    macro_rules! alone {
        ($($name:literal: $layer:expr;)*) => {$(
            let log = Log::default();
            let layered = Layer::layer(&$layer(&log), service.clone());
            add($name, &log, erase(layered));
        )*};
    }
    alone! {
        "access log": |log: &Log| log.layer();
        "error pages": |_: &Log| ErrorPagesLayer::new();
        "compression": |_: &Log| CompressionLayer::new();
        "session": |_: &Log| session.clone();
        "basic": |_: &Log| basic();
        "require": |_: &Log| require();
        "files": |_: &Log| files.clone();
        "all": |log: &Log| ServiceBuilder::new()
            .layer(log.layer())
            .layer(ErrorPagesLayer::new())
            .layer(CompressionLayer::new())
            .layer(session.clone())
            .layer(basic())
            .layer(form())
            .layer(require())
            .layer(files.clone());
        "all, inside out": |log: &Log| ServiceBuilder::new()
            .layer(files.clone())
            .layer(require())
            .layer(basic())
            .layer(session.clone())
            .layer(form())
            .layer(CompressionLayer::new())
            .layer(ErrorPagesLayer::new())
            .layer(log.layer());
    }
    each
}

fn erase<S>(service: S) -> Erased
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    BoxCloneService::new(
        service
            .map_response(|response| response.map(Body::new))
            .map_err(Into::into),
    )
}
