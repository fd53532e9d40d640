use std::{convert::Infallible, fmt, path::Path};

use http::{Request, Response, StatusCode};
use http_body_util::BodyExt;
use plywood_access_log::Format;
use plywood_core::{Body, HttpBody, HttpService};
use plywood_error::HttpError;
use tokio::runtime::Runtime;
use tower::ServiceExt;
use tracing::{Dispatch, dispatcher};

use crate::{answer::answer, peers, request::request, stack};

/// A service to measure, with its request.
pub struct Candidate {
    name: &'static str,
    run: Box<Run>,
}

type Run = dyn Fn(&Runtime, u64);

impl Candidate {
    /// A candidate of this name.
    fn new<S>(name: &'static str, service: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: fmt::Debug>,
    {
        Self::asked(name, request(), service)
    }

    /// A candidate that is asked for this.
    fn asked<S>(name: &'static str, request: Request<()>, service: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: fmt::Debug>,
    {
        Self::answered(name, request, 200, service)
    }

    /// A candidate that is asked for this, and answers with this status.
    fn answered<S>(name: &'static str, request: Request<()>, status: u16, service: S) -> Self
    where
        S: HttpService<Body, ResBody: HttpBody, Error: fmt::Debug>,
    {
        let once = move || {
            let service = service.clone();
            let (parts, ()) = request.clone().into_parts();
            async move {
                let request = Request::from_parts(parts, Body::empty());
                let response = service.oneshot(request).await.expect("it answers");
                assert_eq!(response.status(), status);
                drained(response).await;
            }
        };
        let run = move |runtime: &Runtime, times| {
            runtime.block_on(async {
                for _ in 0..times {
                    once().await;
                }
            });
        };
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// The same candidate, with this subscriber listening to its traces.
    fn heard_by(self, subscriber: Dispatch) -> Self {
        let Self { name, run } = self;
        let run = move |runtime: &Runtime, times| {
            dispatcher::with_default(&subscriber, || run(runtime, times));
        };
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// What it is called.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Answers the request so many times.
    pub fn run(&self, runtime: &Runtime, times: u64) {
        (self.run)(runtime, times);
    }
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Candidate").field(&self.name).finish()
    }
}

/// Everyone, the bare service first, Plywood's stack second, the nearest stack of peers third.
pub fn candidates() -> Vec<Candidate> {
    vec![
        Candidate::new("bare service", tower::service_fn(answer)),
        Candidate::new("plywood, six layers", stack::layers()),
        Candidate::new("peers, ServiceBuilder", peers::layers()),
        Candidate::new("plywood, erased", stack::erased()),
        Candidate::new("peers, axum .layer()", peers::axum_layers()),
    ]
}

/// The stacks that write a line about each request, the peers' by a subscriber that formats. In the order of [`candidates`].
///
/// To have made them slows every trace down a little, as long as they live: measure the others first.
pub fn lines() -> Vec<Candidate> {
    vec![
        Candidate::new("bare service", tower::service_fn(answer)),
        Candidate::new("plywood, six layers", stack::layers()),
        Candidate::new("peers, a line each", peers::layers_with_lines())
            .heard_by(peers::subscriber()),
    ]
}

/// The access log alone, to files in this folder, before the peer that comes nearest. The client is known, as behind a server.
///
/// To have made them slows every trace down a little, as long as they live: measure the others first.
pub fn logs(folder: &Path) -> Vec<Candidate> {
    use tower::Layer;

    let bare = || tower::service_fn(answer);
    let mut asked = request();
    let client = plywood_core::Client::tcp(([192, 0, 2, 7], 40312).into());
    asked.extensions_mut().insert(client);
    let candidate = |name, format| {
        let layer = stack::log_to(&folder.join(name)).format(format);
        Candidate::asked(name, asked.clone(), layer.layer(bare()))
    };
    let trace = peers::trace_with_lines().layer(bare());
    vec![
        Candidate::asked("bare service", asked.clone(), bare()),
        candidate("access-log, Combined", Format::combined()),
        candidate("access-log, JSON", Format::json()),
        Candidate::asked("tower-http trace, fmt", asked, trace)
            .heard_by(peers::subscriber_to(&folder.join("trace"))),
    ]
}

/// Each layer alone over the bare service, Plywood's before the peer that comes nearest.
pub fn layers() -> Vec<Candidate> {
    use tower::Layer;

    let bare = || tower::service_fn(answer);
    vec![
        Candidate::new("bare service", bare()),
        Candidate::new("access-log", stack::log().layer(bare())),
        Candidate::new("tower-http trace", peers::trace().layer(bare())),
        Candidate::new("error-pages", stack::pages().layer(bare())),
        Candidate::new("tower-http catch-panic", peers::catch_panic().layer(bare())),
        Candidate::new("compression", stack::compression().layer(bare())),
        Candidate::new("tower-http compression", peers::compression().layer(bare())),
        Candidate::new("session", stack::session().layer(bare())),
        Candidate::new("tower-sessions", peers::sessions().layer(bare())),
        Candidate::new("auth (Basic)", stack::basic().layer(bare())),
        Candidate::new("dispatch, 130 rules", stack::dispatch()),
        Candidate::new("axum Router, 130 rules", peers::router()),
    ]
}

/// What error pages cost: an answer that passes, and errors that are filled. Those that begin with *bare* answer the same without a page.
pub fn errors() -> Vec<Candidate> {
    use tower::Layer;

    let pages = stack::pages;
    let asking = |accept: &'static str| {
        let mut asked = request();
        let accept = http::HeaderValue::from_static(accept);
        asked.headers_mut().insert("accept", accept);
        asked
    };
    let json = || asking("application/json");
    let empty = || tower::service_fn(nothing);
    vec![
        Candidate::new("bare, 200", tower::service_fn(answer)),
        Candidate::new("passes, 200", pages().layer(tower::service_fn(answer))),
        Candidate::answered("bare, 404", request(), 404, empty()),
        Candidate::answered("filled, HTML", request(), 404, pages().layer(empty())),
        Candidate::answered("filled, problem+json", json(), 404, pages().layer(empty())),
        Candidate::answered("filled, text", asking("*/*"), 404, pages().layer(empty())),
        Candidate::answered(
            "HttpError, problem+json",
            json(),
            409,
            pages().layer(tower::service_fn(refused)),
        ),
    ]
}

async fn nothing(_: Request<Body>) -> Result<Response<Body>, Infallible> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NOT_FOUND;
    Ok(response)
}

async fn refused(_: Request<Body>) -> Result<Response<Body>, HttpError> {
    Err(HttpError::conflict()
        .detail("Sold out.")
        .because("row 7 is locked"))
}

async fn drained<B: HttpBody>(response: Response<B>) {
    let mut body = std::pin::pin!(response.into_body());
    while let Some(frame) = body.frame().await {
        assert!(frame.is_ok());
    }
}
