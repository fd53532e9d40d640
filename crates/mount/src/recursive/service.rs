use std::task::{Context, Poll};

use http::{HeaderValue, Request, Response, header::SET_COOKIE};
use plywood_core::{
    AnyService, Body, BoxError, BoxFuture, HttpBody, HttpService, future::Oneshot, take_ready,
};
use tower_service::Service;

use super::{forward::Forward, passage::Passage};

/// The service that [`RecursiveLayer`](crate::RecursiveLayer) makes.
#[derive(Clone, Debug)]
pub struct Recursive<S> {
    pub(super) inner: S,
    /// The same, for includes.
    pub(super) shared: AnyService<BoxError>,
    pub(super) depth: usize,
}

impl<S, ReqBody> Service<Request<ReqBody>> for Recursive<S>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Send>,
    ReqBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = BoxFuture<Result<Response<Body>, S::Error>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mut request = request.map(Body::new);
        let passage = Passage::begin(&request, self.shared.clone(), self.depth);
        request.extensions_mut().insert(passage.clone());
        let mut inner = take_ready(&mut self.inner);
        let answer = inner.call(request);
        follow(answer, inner, passage)
    }
}

/// Waits for the answer, and goes on for as long as it is a forward.
pub(super) fn follow<S>(
    answer: S::Future,
    inner: S,
    passage: Passage,
) -> BoxFuture<Result<Response<Body>, S::Error>>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Send>,
{
    Box::pin(follow_through(answer, inner, passage))
}

async fn follow_through<S>(
    answer: S::Future,
    inner: S,
    mut passage: Passage,
) -> Result<Response<Body>, S::Error>
where
    S: HttpService<Body, ResBody: HttpBody>,
{
    let mut response = answer.await?;
    let mut cookies = Vec::new();
    while let Some((forward, mut request)) = Forward::take(&mut response) {
        cookies.extend(response.headers().get_all(SET_COOKIE).iter().cloned());
        passage = match passage.go_on(&forward.target, &mut request) {
            Ok(passage) => passage,
            Err(error) => return Ok(with_cookies(error.into_response(), cookies)),
        };
        response = Oneshot::new(inner.clone(), request).await?;
    }
    Ok(with_cookies(response.map(Body::new), cookies))
}

/// What was set on the way is set, and what was set last is set last.
fn with_cookies(mut response: Response<Body>, mut cookies: Vec<HeaderValue>) -> Response<Body> {
    if !cookies.is_empty() {
        let headers = response.headers_mut();
        cookies.extend(headers.get_all(SET_COOKIE).iter().cloned());
        headers.remove(SET_COOKIE);
        for cookie in cookies {
            headers.append(SET_COOKIE, cookie);
        }
    }
    response
}
