use tower_layer::Layer;

use crate::Lint;

/// Checks both sides of wherever it stands.
#[derive(Clone, Debug, Default)]
pub struct LintLayer {}

impl LintLayer {
    /// A lint that panics with the number of the rule that was broken: for tests.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S> Layer<S> for LintLayer {
    type Service = Lint<S>;

    fn layer(&self, inner: S) -> Lint<S> {
        Lint {
            inner,
            _layer: self.clone(),
        }
    }
}
