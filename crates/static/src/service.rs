use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    task::{Context, Poll},
};

use http::{
    HeaderValue, Method, Request, Response, StatusCode,
    header::{ACCEPT, ALLOW},
};
use plywood_core::{
    Body, HttpBody, Mount, ServedFile,
    future::{Edit, Edited, Gated},
};
use plywood_header::vary;
use tower_service::Service;

use crate::{Files, refusal::Refusal};

impl<ReqBody> Service<Request<ReqBody>> for Files {
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Ready<Result<Response<Body>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        ready(Ok(match *request.method() {
            Method::GET | Method::HEAD => self
                .look_up(&request)
                .unwrap_or_else(Refusal::into_response),
            Method::OPTIONS => allowing(StatusCode::NO_CONTENT),
            _ => allowing(StatusCode::METHOD_NOT_ALLOWED),
        }))
    }
}

fn allowing(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static("GET, HEAD, OPTIONS"));
    response
}

/// The service that [`FilesLayer`](crate::FilesLayer) makes: files first, then the inner service.
#[derive(Clone, Debug)]
pub struct FilesFirst<S> {
    pub(crate) inner: S,
    pub(crate) files: Files,
    pub(crate) prefix: Arc<str>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for FilesFirst<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Gated<Edited<S::Future, Varied>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        let varied = if is_read(request.method()) {
            match self.files.look_up_below(&self.prefix, &mut request) {
                Ok(response) => return Gated::shut(response),
                Err(refusal) if refusal.is_miss() => Varied::after(&refusal),
                Err(refusal) => return Gated::shut(refusal.into_response()),
            }
        } else {
            Varied::default()
        };
        Gated::open(Edited::new(self.inner.call(request), varied))
    }
}

/// What [`FilesFirst`] does to an answer of the inner service: it says `Vary: Accept` where another `Accept` would have got the page of a
/// [single-page app](Files::single_page).
#[derive(Clone, Copy, Debug, Default)]
pub struct Varied(bool);

impl Varied {
    const fn after(refusal: &Refusal) -> Self {
        Self(matches!(refusal, Refusal::NoPage))
    }
}

impl<ResBody> Edit<ResBody> for Varied {
    type Body = ResBody;

    fn edit(self, mut response: Response<ResBody>) -> Response<ResBody> {
        if self.0 {
            vary::append(response.headers_mut(), ACCEPT);
        }
        response
    }
}

/// The service that [`FilesLastLayer`](crate::FilesLastLayer) makes: the inner service first, then files.
#[derive(Clone, Debug)]
pub struct FilesLast<S> {
    pub(crate) inner: S,
    pub(crate) files: Files,
    pub(crate) prefix: Arc<str>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for FilesLast<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Body>;
    type Error = S::Error;
    type Future = Edited<S::Future, Substitute>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let asked = is_read(request.method()).then(|| head_of(&request));
        let substitute = Substitute(asked.map(|request| {
            Box::new(Lookup {
                files: self.files.clone(),
                prefix: Arc::clone(&self.prefix),
                request,
            })
        }));
        Edited::new(self.inner.call(request), substitute)
    }
}

/// What [`FilesLast`] does to an answer: where it is 404, a file takes its place, if there is one.
#[derive(Debug)]
pub struct Substitute(Option<Box<Lookup>>);

#[derive(Debug)]
struct Lookup {
    files: Files,
    prefix: Arc<str>,
    request: Request<()>,
}

impl<ResBody: HttpBody> Edit<ResBody> for Substitute {
    type Body = Body;

    fn edit(self, response: Response<ResBody>) -> Response<Body> {
        let response = response.map(Body::new);
        match self.0 {
            Some(mut lookup) if response.status() == StatusCode::NOT_FOUND => {
                match lookup
                    .files
                    .look_up_below(&lookup.prefix, &mut lookup.request)
                {
                    Ok(found) => found,
                    Err(refusal) if refusal.is_miss() => Varied::after(&refusal).edit(response),
                    Err(refusal) => refusal.into_response(),
                }
            }
            _ => response,
        }
    }
}

const fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

/// What of a request a lookup reads, for when the inner service has taken it.
fn head_of<B>(request: &Request<B>) -> Request<()> {
    let mut head = Request::new(());
    *head.method_mut() = request.method().clone();
    *head.uri_mut() = request.uri().clone();
    *head.headers_mut() = request.headers().clone();
    head.extensions_mut().insert(Mount::of(request));
    ServedFile::want_likewise(request, &mut head);
    head
}
