use std::task::{Context, Poll};

use http::{Request, Response, StatusCode, request};
use plywood_core::{Body, HttpBody, future::Gated, refuse, take_ready};
use plywood_session_core::Session;
use tower_service::Service;

use crate::{
    CsrfLayer, form,
    refusal::{Reason, Refused},
    token,
};

/// The header field that bears a token.
const FIELD: &str = "x-csrf-token";

/// The service that [`CsrfLayer`] makes.
#[derive(Clone, Debug)]
pub struct Csrf<S> {
    pub(crate) inner: S,
    pub(crate) layer: CsrfLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Csrf<S>
where
    S: Service<Request<Body>, Response = Response<ResBody>, Future: Send> + Clone + Send + 'static,
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
        let request = request.map(Body::new);
        if request.method().is_safe() {
            return Gated::open(self.inner.call(request));
        }
        let session = match Session::of(&request) {
            Ok(session) => session.clone(),
            Err(missing) => {
                let reason = format!(
                    "`CsrfLayer` of `plywood-csrf` looks for the token's secret in a session: {missing}"
                );
                return Gated::shut(refuse(StatusCode::INTERNAL_SERVER_ERROR, reason));
            }
        };
        let (layer, inner) = (self.layer.clone(), take_ready(&mut self.inner));
        Gated::later(Box::pin(decide(layer, inner, session, request)))
    }
}

/// Reads the token, and calls the inner service if it is the session's.
async fn decide<S>(
    layer: CsrfLayer,
    mut inner: S,
    session: Session,
    request: Request<Body>,
) -> Gated<S::Future>
where
    S: Service<Request<Body>>,
{
    match layer.check(&session, request).await {
        Ok(request) => Gated::open(inner.call(request)),
        Err(response) => Gated::shut(response),
    }
}

impl CsrfLayer {
    /// The same request, if it bears a token of its session.
    async fn check(
        &self,
        session: &Session,
        request: Request<Body>,
    ) -> Result<Request<Body>, Response<Body>> {
        let refused = |reason| refuse(StatusCode::FORBIDDEN, Refused::new(reason, self.field));
        // Whoever has no session has no token either: nothing is read for strangers.
        if !session.is_known() {
            return Err(refused(Reason::Stranger));
        }
        let (head, body) = request.into_parts();
        let (token, body) = self.token(&head, body).await?;
        let token = token.ok_or_else(|| refused(Reason::Missing))?;
        match session.get::<String>(Session::CSRF_KEY).await {
            Ok(Some(secret)) if token::is_of(&secret, &token) => {
                Ok(Request::from_parts(head, body))
            }
            Ok(_) => Err(refused(Reason::Foreign)),
            Err(error) => Err(refuse(StatusCode::SERVICE_UNAVAILABLE, error)),
        }
    }

    async fn token(
        &self,
        head: &request::Parts,
        body: Body,
    ) -> Result<(Option<Vec<u8>>, Body), Response<Body>> {
        match head.headers.get(FIELD) {
            Some(token) => Ok((Some(token.as_bytes().to_vec()), body)),
            None => form::read(&head.headers, body, self.field, self.max_form).await,
        }
    }
}
