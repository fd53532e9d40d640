use std::{
    any::Any,
    future::poll_fn,
    pin::Pin,
    task::{Context, Poll},
};

use http::{Request, Response};
use plywood_core::{Body, BoxError, BoxFuture, Failure, HttpBody, future::Either};
use plywood_error::{HttpError, Incident, IncidentKind, Panicked};
use tower_service::Service;

use crate::{
    DebugLayer,
    asked::{Asked, Within},
    events::Record,
    page,
};

/// The service that [`DebugLayer`] makes.
#[derive(Clone, Debug)]
pub struct Debug<S> {
    inner: S,
    layer: DebugLayer,
}

impl<S> Debug<S> {
    pub(crate) const fn new(inner: S, layer: DebugLayer) -> Self {
        Self { inner, layer }
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Debug<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    S::Future: Send + 'static,
    S::Error: Into<BoxError> + 'static,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Either<S::Future, BoxFuture<Result<Response<Body>, S::Error>>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (head, body) = request.into_parts();
        if let Some(outer) = head.extensions.get::<Within>() {
            outer.note(&head);
            return Either::first(self.inner.call(Request::from_parts(head, body)));
        }
        let admitted = self.layer.admits(&head);
        let mut request = Request::from_parts(head, body);
        if !admitted {
            return Either::first(self.inner.call(request));
        }
        let (asked, record) = (Asked::of(&mut request), Record::default());
        let entered = record.enter();
        let answer = Panicked::catch(|| self.inner.call(request));
        drop(entered);
        let layer = self.layer.clone();
        Either::second(Box::pin(async move {
            let answer = match answer {
                Ok(answer) => watched(answer, &record).await,
                Err(panicked) => Err(panicked),
            };
            settle(&layer, &asked, &record, answer)
        }))
    }
}

/// Waits for an answer; what is told meanwhile belongs to the request.
async fn watched<F: Future>(answer: F, record: &Record) -> Result<F::Output, Panicked> {
    let mut answer = Box::pin(answer);
    poll_fn(|cx| {
        let _entered = record.enter();
        match Panicked::catch(|| Pin::as_mut(&mut answer).poll(cx)) {
            Ok(poll) => poll.map(Ok),
            Err(panicked) => Poll::Ready(Err(panicked)),
        }
    })
    .await
}

/// A page for a panic, for an error, and for a refusal that is the server's fault. Everything else goes on as it came.
fn settle<B, Err>(
    layer: &DebugLayer,
    asked: &Asked,
    record: &Record,
    answer: Result<Result<Response<B>, Err>, Panicked>,
) -> Result<Response<Body>, Err>
where
    B: HttpBody,
    Err: Into<BoxError> + 'static,
{
    let page = |kind, reason: Failure| page::answer(layer, asked, record, kind, &reason);
    match answer {
        Err(panicked) => Ok(page(IncidentKind::Panicked, Failure::new(panicked))),
        Ok(Err(error)) if is_the_clients(&error) => Err(error),
        Ok(Err(error)) => Ok(page(IncidentKind::Failed, Failure::new(error))),
        Ok(Ok(response)) => {
            let is_ours = response.status().is_server_error() && Incident::of(&response).is_none();
            match Failure::of(&response).filter(|_| is_ours).cloned() {
                Some(failure) => Ok(page::instead(layer, asked, record, response, &failure)),
                None => Ok(response.map(Body::new)),
            }
        }
    }
}

/// Is it the client's fault? Whoever stands outside answers it as it says. It is looked at where it is, because what was boxed is not the same
/// error any more.
fn is_the_clients<E: 'static>(error: &E) -> bool {
    let error: &dyn Any = error;
    let boxed = error.downcast_ref::<BoxError>();
    let found = boxed.and_then(|error| HttpError::find(&**error));
    let found = found.or_else(|| error.downcast_ref());
    found.is_some_and(|error| error.status().is_client_error())
}
