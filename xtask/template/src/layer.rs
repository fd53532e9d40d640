use std::sync::Arc;

use plywood_core::sheet::{Act, Described, Sheet};
use tower_layer::Layer;

use crate::Template;

/// Sets `X-Template` on answers that have none.
#[derive(Clone, Debug)]
pub struct TemplateLayer {
    config: Arc<Config>,
}

#[derive(Clone, Debug)]
struct Config {
    errors: bool,
}

impl TemplateLayer {
    /// Marks every answer below 400.
    pub fn new() -> Self {
        Self {
            config: Arc::new(Config { errors: false }),
        }
    }

    /// Whether answers from 400 on are marked, too. Default: no, because nobody is helped by it.
    #[must_use]
    pub fn errors(mut self, errors: bool) -> Self {
        Arc::make_mut(&mut self.config).errors = errors;
        self
    }

    pub(crate) fn marks_errors(&self) -> bool {
        self.config.errors
    }
}

impl Default for TemplateLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for TemplateLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>().acts(Act::MarksEveryAnswer)
    }
}

impl<S> Layer<S> for TemplateLayer {
    type Service = Template<S>;

    fn layer(&self, inner: S) -> Template<S> {
        Template {
            inner,
            layer: self.clone(),
        }
    }
}
