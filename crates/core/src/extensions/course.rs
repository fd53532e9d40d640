use http::{Extensions, Request};

use super::{Params, Witness};

/// One place in a request for the words that are left on its way in, because each extension is an allocation and an insertion of its own.
#[derive(Clone, Default)]
pub(super) struct Course {
    pub(super) witness: Option<Witness>,
    pub(super) params: Params,
    /// Somebody who has called the witness wants to know which file is served.
    pub(super) wants_file: bool,
}

impl Course {
    pub(super) fn of(extensions: &Extensions) -> Option<&Self> {
        extensions.get()
    }

    pub(super) fn of_mut<B>(request: &mut Request<B>) -> &mut Self {
        request.extensions_mut().get_or_insert_with(Self::default)
    }
}
