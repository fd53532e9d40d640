use std::task::{Context, Poll};

use http::{Method, Request, Response, StatusCode};
use plywood_core::{
    Body, HttpBody, Identity,
    future::{Edited, Gated},
    take_ready,
};
use plywood_session_core::{NoSession, Session};
use tower_service::Service;

use super::{
    FormLoginLayer,
    challenge::{Invitation, invite},
    signing,
    site::Zone,
};
use crate::{Head, Refusal};

/// A gate whose inner answer may want a sign-in.
type Door<F> = Gated<Edited<F, Invitation>>;

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
    type Future = Door<S::Future>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let zone = match self.layer.site().zone(request.uri()) {
            Ok(zone) => zone,
            Err(malformed) => return shut(malformed.into(), &request),
        };
        if zone == Zone::Open {
            return let_in(&mut self.inner, request, Invitation::NONE);
        }
        if Identity::of(&request).is_some() && matches!(zone, Zone::Guarded | Zone::Free) {
            return receive(&self.layer, &mut self.inner, request);
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
) -> Door<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    match signing::remembered(&session).await {
        Ok(Some(record)) => {
            Identity::from(record).leave(&mut request);
            receive(&layer, &mut inner, request)
        }
        Ok(None) => admit_stranger(&layer, &mut inner, zone, request),
        Err(refusal) => shut(refusal, &request),
    }
}

/// Lets a stranger in where everybody may; else shows the door.
fn admit_stranger<S, ReqBody>(
    layer: &FormLoginLayer,
    inner: &mut S,
    zone: Zone,
    request: Request<ReqBody>,
) -> Door<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    if zone == Zone::Free {
        receive(layer, inner, request)
    } else {
        Gated::shut(invite(layer, &request))
    }
}

/// Calls the inner service, which may ask for a sign-in by itself.
fn receive<S, ReqBody>(
    layer: &FormLoginLayer,
    inner: &mut S,
    request: Request<ReqBody>,
) -> Door<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    let invitation = Invitation::to(layer, &request);
    let_in(inner, request, invitation)
}

fn let_in<S, ReqBody>(
    inner: &mut S,
    request: Request<ReqBody>,
    invitation: Invitation,
) -> Door<S::Future>
where
    S: Service<Request<ReqBody>>,
{
    Gated::open(Edited::new(inner.call(request), invitation))
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
    Gated::shut(refusal.answer(&Head::of(request)))
}

fn no_session(missing: NoSession) -> Refusal {
    Refusal::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        format!(
            "`FormLoginLayer` of `plywood-auth` keeps who is signed in in a session: {missing}"
        ),
    )
}
