use std::{fmt, sync::Arc};

use http::request;
use plywood_core::sheet::{Described, Sheet};
use tower_layer::Layer;

use crate::When;

/// Whether a request is meant, by its head.
pub(crate) type Predicate = dyn Fn(&request::Parts) -> bool + Send + Sync;

/// Runs a layer for the requests that a predicate is true of. Made by [`when`].
#[derive(Clone)]
pub struct WhenLayer<L> {
    layer: L,
    predicate: Arc<Predicate>,
}

/// Runs `layer` for the requests that `predicate` is true of.
///
/// The predicate sees the head alone, once for each request. It should be quick: nothing else happens meanwhile.
pub fn when<L>(
    predicate: impl Fn(&request::Parts) -> bool + Send + Sync + 'static,
    layer: L,
) -> WhenLayer<L> {
    WhenLayer {
        layer,
        predicate: Arc::new(predicate),
    }
}

/// Its layer's.
impl<L: Described> Described for WhenLayer<L> {
    fn sheet(&self) -> Sheet {
        self.layer.sheet()
    }
}

impl<S: Clone, L: Layer<S>> Layer<S> for WhenLayer<L> {
    type Service = When<S, L::Service>;

    fn layer(&self, inner: S) -> Self::Service {
        When {
            layered: self.layer.layer(inner.clone()),
            inner,
            predicate: Arc::clone(&self.predicate),
        }
    }
}

impl<L: fmt::Debug> fmt::Debug for WhenLayer<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WhenLayer")
            .field("layer", &self.layer)
            .finish_non_exhaustive()
    }
}
