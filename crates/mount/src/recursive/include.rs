use http::{HeaderMap, HeaderName, Method, Request, Response, header};
use plywood_core::{Body, BoxFuture, Witness};
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
    let mut included = Request::new(Body::empty());
    *included.method_mut() = Method::GET;
    *included.version_mut() = request.version();
    *included.uri_mut() = request.uri().clone();
    *included.headers_mut() = fields(request.headers());
    *included.extensions_mut() = request.extensions().clone();
    Witness::dismiss(&mut included);
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

/// What is said of the visitor, and not of the body, the copy or the piece that he asked for.
fn fields(headers: &HeaderMap) -> HeaderMap {
    let fields = headers.iter().filter(|(name, _)| !is_of_the_exchange(name));
    fields
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn is_of_the_exchange(name: &HeaderName) -> bool {
    const NAMES: [HeaderName; 9] = [
        header::ACCEPT_ENCODING,
        header::CONNECTION,
        header::EXPECT,
        header::RANGE,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        header::HeaderName::from_static("keep-alive"),
    ];
    let name_text = name.as_str();
    name_text.starts_with("content-") || name_text.starts_with("if-") || NAMES.contains(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_visitor_stays_and_his_exchange_goes() {
        let mut headers = HeaderMap::new();
        for name in ["cookie", "accept-language", "host", "authorization"] {
            headers.insert(name, "x".parse().unwrap());
        }
        let kept = headers.clone();
        for name in [
            "content-length",
            "content-type",
            "if-none-match",
            "range",
            "expect",
        ] {
            headers.insert(name, "x".parse().unwrap());
        }
        assert_eq!(fields(&headers), kept);
    }
}
