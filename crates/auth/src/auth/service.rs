use std::{
    fmt,
    task::{Context, Poll},
};

use http::{Request, Response};
use plywood_core::{
    Body, BoxFuture, HttpBody, Identity,
    future::{Edit, Edited, Gated, Next},
    take_ready,
};
use tower_service::Service;

use crate::{AuthLayer, Finding, Refusal, challenge, scheme::Fields};

/// The service that [`AuthLayer`] and [`BasicAuthLayer`](crate::BasicAuthLayer) make.
#[derive(Clone, Debug)]
pub struct Auth<S> {
    pub(super) inner: S,
    pub(super) layer: AuthLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Auth<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    ReqBody: Send + 'static,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<Edited<S::Future, Farewell>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        match self.layer.guards(&request) {
            Ok(true) => {}
            Ok(false) => return let_in(&mut self.inner, request, Farewell::default()),
            Err(malformed) => {
                let refusal = Refusal::from(malformed);
                return Gated::shut(self.layer.refuse(refusal, &request));
            }
        }
        if let Some(identity) = Identity::of(&request) {
            if let Err(refusal) = self.layer.suffices(identity) {
                return Gated::shut(self.layer.refuse(refusal, &request));
            }
            let farewell = Farewell::to(&self.layer, &request, None);
            return let_in(&mut self.inner, request, farewell);
        }
        let mut next = 0;
        match self.layer.examine(&request, &mut next) {
            Next::Now(finding) => admit(&self.layer, &mut self.inner, request, finding),
            Next::Later(finding) => {
                let (layer, inner) = (self.layer.clone(), take_ready(&mut self.inner));
                Gated::later(Box::pin(decide(layer, inner, request, finding, next)))
            }
        }
    }
}

/// Waits for what a scheme finds, and goes on with those after it.
async fn decide<S, ReqBody>(
    layer: AuthLayer,
    mut inner: S,
    request: Request<ReqBody>,
    mut finding: BoxFuture<Finding>,
    mut next: usize,
) -> Gated<Edited<S::Future, Farewell>>
where
    S: Service<Request<ReqBody>>,
{
    let found = loop {
        let found = finding.await;
        if !matches!(found, Finding::Nothing) || layer.is_at_the_end(next) {
            break found;
        }
        match layer.examine(&request, &mut next) {
            Next::Now(found) => break found,
            Next::Later(wait) => finding = wait,
        }
    };
    admit(&layer, &mut inner, request, found)
}

/// Calls the inner service for whoever was found, or refuses.
fn admit<S, ReqBody>(
    layer: &AuthLayer,
    inner: &mut S,
    mut request: Request<ReqBody>,
    finding: Finding,
) -> Gated<Edited<S::Future, Farewell>>
where
    S: Service<Request<ReqBody>>,
{
    match finding {
        Finding::Known(known) => {
            let fields = known.leave(&mut request);
            let farewell = Farewell::to(layer, &request, fields);
            let_in(inner, request, farewell)
        }
        Finding::Nothing if layer.lets_strangers_in() => {
            let farewell = Farewell::to(layer, &request, None);
            let_in(inner, request, farewell)
        }
        Finding::Nothing => Gated::shut(layer.refuse_stranger(&request)),
        Finding::Refused(refusal) => Gated::shut(layer.refuse(refusal, &request)),
    }
}

fn let_in<S, ReqBody>(
    inner: &mut S,
    request: Request<ReqBody>,
    farewell: Farewell,
) -> Gated<Edited<S::Future, Farewell>>
where
    S: Service<Request<ReqBody>>,
{
    Gated::open(Edited::new(inner.call(request), farewell))
}

/// What is said in the inner service's answer: the fields of the scheme, and in a 401 the challenges.
#[derive(Default)]
pub struct Farewell {
    layer: Option<AuthLayer>,
    is_script: bool,
    fields: Option<Box<Fields>>,
}

impl Farewell {
    fn to<B>(layer: &AuthLayer, request: &Request<B>, fields: Option<Box<Fields>>) -> Self {
        Self {
            layer: Some(layer.clone()),
            // Elsewhere nothing further in says where a form is.
            is_script: layer.lets_strangers_in() && challenge::is_script(request.headers()),
            fields,
        }
    }
}

impl fmt::Debug for Farewell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Farewell")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}

impl<B> Edit<B> for Farewell {
    type Body = B;

    fn edit(self, mut response: Response<B>) -> Response<B> {
        if let Some(layer) = self.layer {
            layer.challenge(&mut response, self.is_script);
        }
        if let Some(fields) = self.fields {
            fields(response.headers_mut());
        }
        response
    }
}
