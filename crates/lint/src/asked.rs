use std::any::type_name;

use http::{HeaderValue, Method, Request, header};

use crate::memory::Question;

/// What a response is judged by: the little of its request that has to be remembered.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) method: Method,
    /// Is the answer as the client will have it, as far as this lint can know?
    pub(crate) is_final: bool,
    /// Is there an `If-None-Match` or an `If-Modified-Since`?
    pub(crate) is_conditional: bool,
    /// Is there a `Range`?
    pub(crate) has_range: bool,
    pub(crate) if_range: Option<HeaderValue>,
    /// What the memory knows it by, if it asks for a representation.
    pub(crate) question: Option<Question>,
}

/// Left in the request by a lint for those inside it.
#[derive(Clone, Copy)]
struct UnderLint;

impl Asked {
    /// Reads `request`, for a lint around a service of type `S`.
    pub(crate) fn read<S, B>(request: &mut Request<B>) -> Self {
        let is_inner = request.extensions_mut().insert(UnderLint).is_some();
        let (method, headers) = (request.method(), request.headers());
        Self {
            method: method.clone(),
            is_final: !is_inner && !is_finished_by_axum::<S>(),
            is_conditional: headers.contains_key(header::IF_NONE_MATCH)
                || headers.contains_key(header::IF_MODIFIED_SINCE),
            has_range: headers.contains_key(header::RANGE),
            if_range: headers.get(header::IF_RANGE).cloned(),
            question: Question::read(request),
        }
    }
}

/// Does an axum Router stand outside, as it does around every layer of `Router::layer`? It adds `Allow` to a 405 on the way out.
fn is_finished_by_axum<S>() -> bool {
    type_name::<S>().contains("axum::routing::route::Route")
}
