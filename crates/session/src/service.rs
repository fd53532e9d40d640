use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{
    Extensions, HeaderValue, Method, Request, Response, StatusCode,
    header::{CONTENT_TYPE, SET_COOKIE},
};
use http_body::Body as _;
use plywood_core::{
    Body, Failure, HttpBody, Scheme,
    future::{Follow, Followed, Next},
};
use plywood_session_core::{Change, Finished, Session, SessionError, SessionErrorKind, Use};
use tower_service::Service;

use crate::{SessionLayer, body::LateBody, caching, layer::Keeper, sender::Cookies};

/// The service that [`SessionLayer`] makes.
#[derive(Clone, Debug)]
pub struct Sessions<S> {
    pub(crate) inner: S,
    pub(crate) layer: SessionLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Sessions<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Followed<S::Future, Save, Body>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let save = Save(Visit::begin(&self.layer.keeper, &mut request));
        Followed::new(self.inner.call(request), save)
    }
}

/// Saves what the request changed, before the head of its response goes out.
#[derive(Debug)]
pub struct Save(Option<Visit>);

/// One request with a session of ours.
#[derive(Debug)]
struct Visit {
    session: Session,
    is_head: bool,
}

impl Visit {
    /// Leaves a session in the request, unless one is there: then another layer stands outside and will save it.
    fn begin<B>(keeper: &Arc<Keeper>, request: &mut Request<B>) -> Option<Self> {
        if Session::of(request).is_ok() {
            return None;
        }
        let secure = keeper.cookie.is_secure(|| Scheme::of(request));
        let cookies = Cookies::of(request.headers(), Arc::clone(keeper), secure);
        let session = Session::sent_by(cookies);
        request.extensions_mut().insert(session.clone());
        Some(Self {
            session,
            is_head: request.method() == Method::HEAD,
        })
    }

    #[expect(
        clippy::manual_async_fn,
        reason = "it would have a second place for each of its arguments"
    )]
    fn end(self, response: Response<Body>) -> impl Future<Output = Response<Body>> {
        async move {
            // A body that has ended already has no time for late changes.
            let finished = if response.body().is_end_stream() {
                self.session.finish().await
            } else {
                self.session.finish_head().await
            };
            match finished {
                Ok(finished) => self.send(finished, response),
                Err(error) => self.refuse(error, response.into_parts().0.extensions),
            }
        }
    }

    fn send(self, finished: Finished, response: Response<Body>) -> Response<Body> {
        let response = self.tell(finished, response);
        if self.session.is_open() {
            return response.map(|body| Body::new(LateBody::new(body, self.session)));
        }
        response
    }

    fn tell(&self, finished: Finished, mut response: Response<Body>) -> Response<Body> {
        let cookies = self.session.sender::<Cookies>();
        let Cookies { keeper, secure, .. } = cookies.expect("the session was made of it");
        let policy = &keeper.cookie;
        let cookie = match policy.value(&finished.change) {
            Some((value, lifetime)) => {
                let issued = policy.issue(&value, lifetime, *secure);
                Some(
                    issued
                        .expect("its length was checked, and it is made of what a cookie may hold"),
                )
            }
            None if finished.change == Change::Remove => Some(policy.remove(*secure)),
            None => None,
        };
        caching::mark(response.headers_mut(), Use::Unsaved, cookie.is_some());
        if let Some(cookie) = cookie {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        if let Err(error) = finished.slid {
            response.extensions_mut().insert(Failure::new(error));
        }
        response
    }

    /// Answers instead of the inner service, because its answer tells of changes that were not made.
    fn refuse(&self, error: SessionError, extensions: Extensions) -> Response<Body> {
        let (status, text) = match error.kind() {
            SessionErrorKind::TooLarge | SessionErrorKind::Value => (
                StatusCode::INTERNAL_SERVER_ERROR,
                "The session could not be saved.\n",
            ),
            _ => (
                StatusCode::SERVICE_UNAVAILABLE,
                "The session could not be saved. Please try again.\n",
            ),
        };
        let body = if self.is_head { "" } else { text };
        let mut response = Response::new(Body::from(body));
        *response.status_mut() = status;
        *response.extensions_mut() = extensions;
        response.extensions_mut().insert(Failure::new(error));
        let plain = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers_mut().insert(CONTENT_TYPE, plain);
        caching::mark(response.headers_mut(), Use::Unsaved, false);
        response
    }
}

impl<B: HttpBody> Follow<B> for Save {
    type Body = Body;

    fn follow(self, response: Response<B>) -> Next<Response<Body>> {
        let mut response = response.map(Body::new);
        let Some(visit) = self.0 else {
            return Next::Now(response);
        };
        match visit.session.close() {
            Use::Unsaved => Next::Later(Box::pin(visit.end(response))),
            used => {
                caching::mark(response.headers_mut(), used, false);
                Next::Now(response)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_beside_the_inner_future_stays_small() {
        type Inner = std::future::Ready<Result<Response<Body>, ()>>;
        let added = size_of::<Followed<Inner, Save, Body>>() - size_of::<Inner>();
        assert!(added <= 32, "{added}");
    }

    #[test]
    fn what_saves_stays_so_small_that_its_place_is_at_hand() {
        let layer = SessionLayer::new(crate::MemoryStore::new());
        let mut request = Request::new(());
        let visit = Visit::begin(&layer.keeper, &mut request).expect("no other layer is there");
        let saves = size_of_val(&visit.end(Response::new(Body::empty())));
        // Allocators keep what is larger less near: glibc from 1032 bytes on.
        assert!(saves <= 1024, "{saves}");
    }
}
