use http::{Request, Response};
use plywood_core::{Body, BoxFuture, internal};
use tower_service::Service;

use super::{RecursionError, RecursionErrorKind, passage::Passage, service};

/// Asks this site for another target, and gives its answer: status, fields and body.
///
/// It is asked by GET, as this visitor: with the fields of `request`, but for those of its body, of conditions, ranges and codings. It starts below the
/// nearest [`RecursiveLayer`](crate::RecursiveLayer) outside, and the target is written as in [`forward`](crate::forward). The log is not told of the
/// rule that matched.
///
/// # Errors
///
/// There is no such layer, the target is none, or it is a loop; or the service that was asked failed.
pub fn include<B>(
    request: &Request<B>,
    target: &str,
) -> BoxFuture<Result<Response<Body>, RecursionError>> {
    let target = target.to_owned();
    let Some(passage) = Passage::of(request) else {
        let error = RecursionError::new(RecursionErrorKind::NoLayer, target);
        return Box::pin(async { Err(error) });
    };
    let mut included = internal::request(request);
    let passage = match passage.go_on(&target, &mut included) {
        Ok(passage) => passage,
        Err(error) => return Box::pin(async { Err(error) }),
    };
    let mut service = passage.service();
    let answer = service.call(included);
    let answer = service::follow(answer, service, passage);
    Box::pin(async move {
        let answer = answer.await;
        answer.map_err(|error| RecursionError::failed(target, error))
    })
}
