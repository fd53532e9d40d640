use std::task::{Context, Poll};

use http::{Request, Response, header::Entry};
use plywood_core::future::{Edit, Edited};
use tower_service::Service;

use crate::{TemplateLayer, field};

/// The service that [`TemplateLayer`] makes.
#[derive(Clone, Debug)]
pub struct Template<S> {
    pub(crate) inner: S,
    pub(crate) layer: TemplateLayer,
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for Template<S>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>>,
{
    type Response = Response<ResBody>;
    type Error = S::Error;
    type Future = Edited<S::Future, Mark>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let mark = Mark {
            layer: self.layer.clone(),
        };
        Edited::new(self.inner.call(request), mark)
    }
}

/// Marks the answer to one request.
#[derive(Debug)]
pub struct Mark {
    layer: TemplateLayer,
}

impl<B> Edit<B> for Mark {
    type Body = B;

    fn edit(self, mut response: Response<B>) -> Response<B> {
        if let Some(value) = field::value(response.status(), self.layer.marks_errors())
            && let Entry::Vacant(field) = response.headers_mut().entry(field::NAME)
        {
            field.insert(value);
        }
        response
    }
}
