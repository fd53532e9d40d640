//! A layer that wraps bodies.

// ANCHOR: decision
use std::{
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use base64::{Engine, engine::general_purpose::STANDARD};
use bytes::Bytes;
use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, header,
};
use http_body::{Body, Frame, SizeHint};
use pin_project_lite::pin_project;
use plywood_core::{
    HttpBody,
    future::{Edit, Edited},
    sheet::{Act, Described, Sheet},
};
use sha2::{Digest, Sha256};
use tower_layer::Layer;
use tower_service::Service;

const CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// Does the client take trailers, and will there be a body to sum up?
fn is_wanted(method: &Method, request: &HeaderMap) -> bool {
    let told = request.get_all(header::TE).iter();
    let mut words = told
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(','));
    method != Method::HEAD
        && words.any(|word| word.trim().eq_ignore_ascii_case("trailers"))
}

/// Can this answer have a trailer, and has nobody said its digest already?
fn is_open(status: StatusCode, answer: &HeaderMap) -> bool {
    let is_empty = status.is_informational()
        || matches!(
            status,
            StatusCode::NO_CONTENT
                | StatusCode::RESET_CONTENT
                | StatusCode::NOT_MODIFIED
        );
    !is_empty && !answer.contains_key(CONTENT_DIGEST)
}

/// What stands in the trailer (RFC 9530).
fn field(sum: Sha256) -> HeaderValue {
    let text = format!("sha-256=:{}:", STANDARD.encode(sum.finalize()));
    HeaderValue::try_from(text).expect("base64 is a value")
}
// ANCHOR_END: decision

// ANCHOR: body
pin_project! {
    /// A body that says its digest at its end.
    struct Summed<B> {
        #[pin]
        inner: B,
        sum: Sum,
    }
}

enum Sum {
    /// The body passes as it is.
    Off,
    Running(Sha256),
    /// Nothing comes any more.
    Over,
}

impl<B: HttpBody> Body for Summed<B> {
    type Data = Bytes;
    type Error = B::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, B::Error>>> {
        let this = self.project();
        if matches!(this.sum, Sum::Over) {
            return Poll::Ready(None);
        }
        let frame = ready!(this.inner.poll_frame(cx));
        let Sum::Running(sum) = this.sum else {
            return Poll::Ready(frame);
        };
        let trailers = match frame {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(data) => {
                    sum.update(&data);
                    return Poll::Ready(Some(Ok(Frame::data(data))));
                }
                Err(other) => other.into_trailers().unwrap_or_default(),
            },
            Some(Err(error)) => {
                *this.sum = Sum::Over;
                return Poll::Ready(Some(Err(error)));
            }
            None => HeaderMap::new(),
        };
        Poll::Ready(Some(Ok(Frame::trailers(close(this.sum, trailers)))))
    }

    fn is_end_stream(&self) -> bool {
        match self.sum {
            Sum::Off => self.inner.is_end_stream(),
            Sum::Running(_) => false,
            Sum::Over => true,
        }
    }

    fn size_hint(&self) -> SizeHint {
        let inner = self.inner.size_hint();
        let Sum::Running(_) = self.sum else {
            return inner;
        };
        // Of an exact size a server makes a Content-Length, and then HTTP/1.1 has no
        // room for trailers.
        let mut least = SizeHint::new();
        least.set_lower(inner.lower());
        least
    }
}

/// The service's own trailers, and ours among them.
fn close(sum: &mut Sum, mut trailers: HeaderMap) -> HeaderMap {
    if let Sum::Running(sum) = mem::replace(sum, Sum::Over) {
        trailers.insert(CONTENT_DIGEST, field(sum));
    }
    trailers
}
// ANCHOR_END: body

// ANCHOR: glue
/// Says at the end of each body what its SHA-256 is, to who takes trailers.
#[derive(Clone, Debug)]
struct DigestLayer;

impl<S> Layer<S> for DigestLayer {
    type Service = Digested<S>;

    fn layer(&self, inner: S) -> Digested<S> {
        Digested { inner }
    }
}

/// What the doctor is told: nothing may change the bytes further out.
impl Described for DigestLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().acts(Act::HashesBytes)
    }
}

/// The service that [`DigestLayer`] makes.
#[derive(Clone, Debug)]
struct Digested<S> {
    inner: S,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Digested<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ResBody: HttpBody,
{
    type Response = Response<Summed<ResBody>>;
    type Error = S::Error;
    type Future = Edited<S::Future, Seal>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let wanted = is_wanted(request.method(), request.headers());
        Edited::new(self.inner.call(request), Seal { wanted })
    }
}

/// What is done to the answer.
struct Seal {
    wanted: bool,
}

impl<B: HttpBody> Edit<B> for Seal {
    type Body = Summed<B>;

    fn edit(self, mut response: Response<B>) -> Response<Summed<B>> {
        let mut sum = Sum::Off;
        let status = response.status();
        let fields = response.headers_mut();
        if self.wanted && is_open(status, fields) {
            sum = Sum::Running(Sha256::new());
            fields.remove(header::CONTENT_LENGTH);
            fields.append(header::TRAILER, CONTENT_DIGEST.into());
        }
        response.map(|inner| Summed { inner, sum })
    }
}
// ANCHOR_END: glue

// ANCHOR: main
#[tokio::main]
async fn main() -> Result<(), plywood_core::BoxError> {
    use plywood::prelude::*;

    let app = plywood::app(
        ServiceBuilder::new()
            .layer(ErrorPagesLayer::new())
            .layer(DigestLayer)
            .layer(CompressionLayer::new())
            .service(Files::new("public")?),
    );
    let listener = Listener::bind("127.0.0.1:8000").await?;
    let server = Server::new(listener).ready(|at| println!("Serving on {at}"));
    Ok(server.serve(app).await?)
}
// ANCHOR_END: main

// ANCHOR: test
#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;
    use http_body::Body as _;
    use http_body_util::{BodyExt, StreamBody};
    use plywood_core::{Body, BoxError};
    use plywood_lint::LintLayer;
    use plywood_test::Client;
    use tower::{ServiceBuilder, ServiceExt, service_fn};

    use super::*;

    /// Between two lints: the client brings the outer one.
    fn client(frames: fn() -> Vec<Result<Frame<Bytes>, BoxError>>) -> Client {
        let page = move |_: Request<Body>| async move {
            let body = Body::new(StreamBody::new(stream::iter(frames())));
            let answer = Response::builder().header("content-type", "text/plain");
            Ok::<_, Infallible>(answer.body(body).expect("the field is valid"))
        };
        Client::new(
            ServiceBuilder::new()
                .layer(DigestLayer)
                .layer(LintLayer::new())
                .service(service_fn(page)),
        )
    }

    fn hello() -> Vec<Result<Frame<Bytes>, BoxError>> {
        let pieces = ["hel", "", "lo"].map(|piece| Ok(Frame::data(piece.into())));
        pieces.into()
    }

    const HELLO: &str = "sha-256=:LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=:";

    #[tokio::test]
    async fn a_stream_ends_with_its_digest() {
        let asked = client(hello).get("/").header("te", "trailers");
        let reply = asked.await.expect_text("hello");
        let reply = reply.expect_header("trailer", "content-digest");
        assert_eq!(reply.trailers()[CONTENT_DIGEST], HELLO);
    }

    #[tokio::test]
    async fn who_takes_no_trailers_gets_the_body_as_it_is() {
        let reply = client(hello).get("/").await.expect_text("hello");
        assert!(reply.expect_no_header("trailer").trailers().is_empty());
    }

    #[tokio::test]
    async fn trailers_of_the_service_inside_stay() {
        let frames = || {
            let mut ours = HeaderMap::new();
            ours.insert("x-rows", HeaderValue::from_static("2"));
            let mut frames = hello();
            frames.push(Ok(Frame::trailers(ours)));
            frames
        };
        let reply = client(frames).get("/").header("te", "trailers").await;
        assert_eq!(reply.trailers()["x-rows"], "2");
        assert_eq!(reply.trailers()[CONTENT_DIGEST], HELLO);
    }

    #[tokio::test]
    async fn a_body_that_breaks_has_no_digest() {
        let page = service_fn(|_: Request<Body>| async {
            let mut frames = hello();
            frames.push(Err("the disk is gone".into()));
            let body = StreamBody::new(stream::iter(frames));
            Ok::<_, Infallible>(Response::new(Body::new(body)))
        });
        let app = LintLayer::new().layer(DigestLayer.layer(page));
        let request = Request::get("/").header("te", "trailers");
        let request = request.body(Body::empty()).unwrap();
        let mut body = app.oneshot(request).await.unwrap().into_body();
        for _ in hello() {
            assert!(body.frame().await.unwrap().unwrap().is_data());
        }
        assert!(body.frame().await.unwrap().is_err());
        assert!(body.is_end_stream());
    }

    #[tokio::test]
    async fn an_answer_at_hand_tells_no_size_and_one_without_content_nothing() {
        let answer = |status: u16, body: &'static str| {
            let page = service_fn(move |_: Request<Body>| async move {
                let answer = Response::builder()
                    .status(status)
                    .header("content-length", body.len());
                answer.body(Body::from(body)).map_err(BoxError::from)
            });
            let request = Request::get("/").header("te", "trailers");
            let request = request.body(Body::empty()).unwrap();
            LintLayer::new().layer(DigestLayer.layer(page)).oneshot(request)
        };
        let whole = answer(200, "hello").await.unwrap();
        assert!(!whole.headers().contains_key("content-length"));
        assert_eq!(whole.body().size_hint().exact(), None);
        assert_eq!(whole.body().size_hint().lower(), 5);
        let trailers = whole.into_body().collect().await.unwrap();
        assert_eq!(trailers.trailers().unwrap()[CONTENT_DIGEST], HELLO);

        let empty = answer(205, "").await.unwrap();
        assert!(!empty.headers().contains_key("trailer"));
        assert!(empty.into_body().collect().await.unwrap().trailers().is_none());
    }
}
// ANCHOR_END: test
