use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt, Collected};
use plywood_core::{Body, BoxError, HttpBody, HttpService};
use tower::ServiceExt;

use super::outcome::Unmet;

/// Asks a service without a socket, and reads the answer to its end.
pub(crate) fn ask<S>(app: S, request: Request<Body>) -> Result<Response<Collected<Bytes>>, Unmet>
where
    S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
{
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime without I/O takes no resources");
    runtime.block_on(async {
        let response = app.oneshot(request).await.map_err(failed)?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(failed)?;
        Ok(Response::from_parts(head, body))
    })
}

fn failed(error: impl Into<BoxError>) -> Unmet {
    Unmet::failed("an answer", error.into())
}
