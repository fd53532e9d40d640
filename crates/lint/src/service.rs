use std::{
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use http_body::Body;
use plywood_core::future::{Edit, Edited};
use tower_service::Service;

use crate::{
    Linted, asked::Asked, body, memory::Memory, readiness::Readiness, report::Report, request,
    response, rule,
};

/// The service that [`LintLayer`](crate::LintLayer) makes.
#[derive(Clone, Debug)]
pub struct Lint<S> {
    pub(crate) inner: S,
    pub(crate) report: Arc<Report>,
    pub(crate) readiness: Readiness,
    pub(crate) memory: Arc<Memory>,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Lint<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
    ReqBody: 'static,
    ResBody: Body,
{
    type Response = Response<Linted<ResBody>>;
    type Error = S::Error;
    type Future = Edited<S::Future, Check>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        let poll = self.inner.poll_ready(cx);
        self.readiness.polled(&poll);
        poll
    }

    fn call(&mut self, mut request: Request<ReqBody>) -> Self::Future {
        self.readiness.called(&self.report);
        request::check(&request, &self.report);
        let check = Check {
            asked: Asked::read::<S, _>(&mut request),
            is_over: false,
            report: Arc::clone(&self.report),
            memory: Arc::clone(&self.memory),
        };
        let request = body::watch(request, &self.report);
        Edited::new(self.inner.call(request), check)
    }
}

/// Checks the response.
#[derive(Debug)]
pub struct Check {
    asked: Asked,
    /// Has the call ended, well or not?
    is_over: bool,
    report: Arc<Report>,
    memory: Arc<Memory>,
}

impl<B: Body> Edit<B> for Check {
    type Body = Linted<B>;

    const POLLED_AGAIN: &'static str =
        "T1: The future of a call is not polled again after it was ready.";

    fn edit(mut self, response: Response<B>) -> Response<Linted<B>> {
        self.is_over = true;
        let (head, body) = response.into_parts();
        let fields = response::check(&self.asked, &head, &self.report);
        if let Some(question) = &self.asked.question {
            self.memory.check(question, &head, &fields, &self.report);
        }
        let body = Linted::response(
            body,
            &mut self.asked,
            &head,
            &fields,
            &self.memory,
            Arc::clone(&self.report),
        );
        Response::from_parts(head, body)
    }

    fn failed(mut self) {
        self.is_over = true;
    }
}

/// A call that is dropped takes its check along.
impl Drop for Check {
    fn drop(&mut self) {
        let is_over = self.is_over || std::thread::panicking();
        self.report.expect(is_over, rule::AWAITED, || {
            format!("a {} was dropped before it was answered", self.asked.method)
        });
    }
}
