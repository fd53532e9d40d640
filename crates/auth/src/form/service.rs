use std::task::{Context, Poll};

use http::{Method, Request, Response, StatusCode};
use plywood_core::{Body, HttpBody, Identity, future::Gated, take_ready};
use plywood_session_core::{NoSession, Session};
use tower_service::Service;

use super::{FormLoginLayer, challenge::Door, signing, site::Zone};
use crate::refusal::Refusal;

/// The service that [`FormLoginLayer`] makes.
#[derive(Clone, Debug)]
pub struct FormLogin<S> {
    pub(super) inner: S,
    pub(super) layer: FormLoginLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for FormLogin<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    ReqBody: HttpBody,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let zone = match self.layer.site().zone(request.uri()) {
            Ok(zone) => zone,
            Err(malformed) => return shut(malformed.into(), &request),
        };
        let known_already = Identity::of(&request).is_some();
        if zone == Zone::Open || (known_already && matches!(zone, Zone::Guarded | Zone::Free)) {
            return Gated::open(self.inner.call(request));
        }
        let session = match Session::of(&request) {
            Ok(session) => session.clone(),
            Err(missing) => return shut(no_session(missing), &request),
        };
        match zone {
            Zone::Login => log_in(&self.layer, session, request),
            Zone::Logout => log_out(&self.layer, session, request),
            _ if session.is_known() => {
                let (layer, inner) = (self.layer.clone(), take_ready(&mut self.inner));
                Gated::later(Box::pin(decide(layer, inner, session, zone, request)))
            }
            _ => admit_stranger(&self.layer, &mut self.inner, zone, request),
        }
    }
}

/// Asks the session who this is, and lets in who may.
async fn decide<S, ReqBody>(
    layer: FormLoginLayer,
    mut inner: S,
    session: Session,
    zone: Zone,
    mut request: Request<ReqBody>,
) -> Gated<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    match signing::remembered(&session).await {
        Ok(Some(record)) => {
            Identity::from(record).leave(&mut request);
            Gated::open(inner.call(request))
        }
        Ok(None) => admit_stranger(&layer, &mut inner, zone, request),
        Err(refusal) => shut(refusal, &request),
    }
}

/// Lets a stranger in where everybody may, with word of where the door is; else shows the door.
fn admit_stranger<S, ReqBody>(
    layer: &FormLoginLayer,
    inner: &mut S,
    zone: Zone,
    mut request: Request<ReqBody>,
) -> Gated<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    let door = Door::new(layer, &request);
    if zone == Zone::Free {
        request.extensions_mut().insert(door);
        Gated::open(inner.call(request))
    } else {
        Gated::shut(door.challenge(&request))
    }
}

fn log_in<F: 'static, ReqBody: HttpBody>(
    layer: &FormLoginLayer,
    session: Session,
    request: Request<ReqBody>,
) -> Gated<F> {
    match *request.method() {
        Method::GET | Method::HEAD => Gated::shut(layer.show(&request.into_parts().0)),
        Method::POST => answer_later(layer.clone().sign_in(session, request)),
        _ => Gated::shut(signing::only("GET, HEAD, POST", &request.into_parts().0)),
    }
}

fn log_out<F: 'static, ReqBody>(
    layer: &FormLoginLayer,
    session: Session,
    request: Request<ReqBody>,
) -> Gated<F> {
    let (head, _) = request.into_parts();
    match head.method {
        Method::POST => answer_later(layer.clone().sign_out(session, head)),
        // A GET can be made by a picture on any page, and must therefore change nothing.
        _ => Gated::shut(signing::only("POST", &head)),
    }
}

fn answer_later<F: 'static>(
    answer: impl Future<Output = Response<Body>> + Send + 'static,
) -> Gated<F> {
    async fn decide<F>(answer: impl Future<Output = Response<Body>>) -> Gated<F> {
        Gated::shut(answer.await)
    }
    Gated::later(Box::pin(decide(answer)))
}

fn shut<F, ReqBody>(refusal: Refusal, request: &Request<ReqBody>) -> Gated<F> {
    Gated::shut(refusal.answer(request.method(), request.headers()))
}

fn no_session(missing: NoSession) -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        format!(
            "`FormLoginLayer` of `plywood-auth` keeps who is signed in in a session: {missing}"
        ),
    )
}
