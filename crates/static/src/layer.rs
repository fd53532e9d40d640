use plywood_core::{
    Failure, Mount,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{Files, FilesFirst};

/// Puts files in front of another service: what is not there, the other service answers.
///
/// Only GET and HEAD look for a file. A file that is there hides what the inner service has under the same path; everything else goes
/// in untouched: other methods, missing files, names that are not served, paths that cannot be read.
///
/// Made by [`Files::layer`].
#[derive(Clone, Debug)]
pub struct FilesLayer {
    files: Files,
}

impl FilesLayer {
    /// Looks among `files` first.
    pub const fn new(files: Files) -> Self {
        Self { files }
    }
}

impl Described for FilesLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .tells::<Failure>()
            .acts(Act::Refuses)
    }
}

impl<S> Layer<S> for FilesLayer {
    type Service = FilesFirst<S>;

    fn layer(&self, inner: S) -> FilesFirst<S> {
        FilesFirst {
            inner,
            files: self.files.clone(),
        }
    }
}
