//! A service that answers one page through one layer.

use std::{convert::Infallible, pin::pin};

use bytes::Bytes;
use http::{Request, Response, header};
use http_body_util::{BodyExt, Full};
use tokio::runtime::Runtime;
use tower::{Layer, Service, ServiceExt};

/// A layer over a page.
pub(crate) struct Candidate {
    pub(crate) name: String,
    run: Box<dyn Fn(&Runtime, u64) -> usize>,
}

impl Candidate {
    /// Answers of `media_type`, through `layer`, to requests that accept `coding`.
    pub(crate) fn new<L>(name: String, layer: L, page: &Page, coding: &'static str) -> Self
    where
        L: Layer<Bare>,
        L::Service: Service<Request<()>, Error = Infallible> + Clone + 'static,
        L::Service: AnswersBytes,
    {
        let service = layer.layer(Bare(page.clone()));
        let request = Request::get("/")
            .header(header::ACCEPT_ENCODING, coding)
            .header(header::HOST, "example.com")
            .body(())
            .expect("it is well-formed");
        let run = move |runtime: &Runtime, times| {
            runtime.block_on(async {
                let mut length = 0;
                for _ in 0..times {
                    length = service.clone().answer(request.clone()).await;
                }
                length
            })
        };
        Self {
            name,
            run: Box::new(run),
        }
    }

    /// Answers so many times; says how long the last body was.
    pub(crate) fn run(&self, runtime: &Runtime, times: u64) -> usize {
        (self.run)(runtime, times)
    }
}

/// The page, and what it is.
#[derive(Clone)]
pub(crate) struct Page {
    pub(crate) media_type: &'static str,
    pub(crate) body: Bytes,
}

/// The service without a layer.
#[derive(Clone)]
pub(crate) struct Bare(Page);

impl Service<Request<()>> for Bare {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = std::future::Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(
        &mut self,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), Infallible>> {
        std::task::Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        let response = Response::builder().header(header::CONTENT_TYPE, self.0.media_type);
        let response = response.body(Full::new(self.0.body.clone()));
        std::future::ready(Ok(response.expect("it is well-formed")))
    }
}

/// One answer, read to its end: how long it was.
pub(crate) trait AnswersBytes: Sized {
    fn answer(self, request: Request<()>) -> impl Future<Output = usize>;
}

impl<S, B> AnswersBytes for S
where
    S: Service<Request<()>, Response = Response<B>, Error = Infallible>,
    B: http_body_util::BodyExt<Data = Bytes>,
    B::Error: std::fmt::Debug,
{
    async fn answer(self, request: Request<()>) -> usize {
        let Ok(response) = self.oneshot(request).await;
        let mut body = pin!(response.into_body());
        let mut length = 0;
        while let Some(frame) = body.frame().await {
            length += frame.expect("it is whole").data_ref().map_or(0, Bytes::len);
        }
        length
    }
}
