use plywood_core::{
    Failure,
    sheet::{Act, Described, Sheet},
};
use plywood_session_core::Session;
use tower_layer::Layer;

use crate::{Csrf, Token};

/// Lets a request that may change something in only with the [`Token`] of its session.
#[derive(Clone, Debug)]
pub struct CsrfLayer {
    pub(crate) field: &'static str,
    pub(crate) max_form: usize,
}

impl CsrfLayer {
    /// The most bytes of an urlencoded form unless another limit is chosen: 1 MiB.
    pub const MAX_FORM: usize = 1024 * 1024;

    /// Looks for the token in `x-csrf-token`, and in the field `csrf_token` of a form.
    pub const fn new() -> Self {
        Self {
            field: Token::FIELD,
            max_form: Self::MAX_FORM,
        }
    }

    /// The field of a form that bears the token. Default: [`Token::FIELD`].
    ///
    /// For pages that were written for another framework; [`Token::field`] writes the default one.
    #[must_use]
    pub const fn field(mut self, name: &'static str) -> Self {
        self.field = name;
        self
    }

    /// The most bytes of an urlencoded form, which is held in memory. Default: [`MAX_FORM`](Self::MAX_FORM). A longer one is a `413`.
    ///
    /// A `multipart/form-data` has no limit here: it is not held.
    #[must_use]
    pub const fn max_form(mut self, bytes: usize) -> Self {
        self.max_form = bytes;
        self
    }
}

impl Default for CsrfLayer {
    fn default() -> Self {
        Self::new()
    }
}

impl Described for CsrfLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .needs::<Session>("plywood_session::SessionLayer")
            .tells::<Failure>()
            .acts(Act::Refuses)
    }
}

impl<S> Layer<S> for CsrfLayer {
    type Service = Csrf<S>;

    fn layer(&self, inner: S) -> Csrf<S> {
        Csrf {
            inner,
            layer: self.clone(),
        }
    }
}
