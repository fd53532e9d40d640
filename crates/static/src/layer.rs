use std::sync::Arc;

use plywood_core::{
    Failure, Mount, ServedFile,
    sheet::{Act, Described, Sheet},
};
use tower_layer::Layer;

use crate::{Files, FilesFirst, FilesLast};

/// Puts files in front of another service: what is not there, the other service answers.
///
/// Only GET and HEAD look for a file. A file that is there hides what the inner service has under the same path; everything else goes
/// in untouched: other methods, missing files, names that are not served, paths that cannot be read.
///
/// Made by [`Files::layer`].
#[derive(Clone, Debug)]
pub struct FilesLayer {
    files: Files,
    prefix: Arc<str>,
}

impl FilesLayer {
    /// Looks among `files` first.
    pub fn new(files: Files) -> Self {
        Self {
            files,
            prefix: "".into(),
        }
    }

    /// Looks only where the request's path is at or below `prefix`, such as `/assets`, which is decoded text. Everywhere by default.
    ///
    /// The rest of the path leads to the file, and redirects keep the prefix. A single file ([`Files::file`]) is found at the prefix
    /// itself. Several such layers, one around the other, are several mounts.
    ///
    /// ```
    /// use plywood_static::Files;
    /// use tower::ServiceBuilder;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// # std::fs::create_dir(root.join("docs"))?;
    /// # std::fs::write(root.join("favicon.ico"), "")?;
    /// let layers = ServiceBuilder::new()
    ///     .layer(Files::new(root.join("docs"))?.layer().at("/docs"))
    ///     .layer(Files::file(root.join("favicon.ico"))?.layer().at("/favicon.ico"));
    /// # let _ = layers;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn at(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }
}

/// Puts files behind another service: where it answers 404, a file of that path is sent, if there is one.
///
/// The inner service hears of every request, and nothing that it has is hidden. Only GET and HEAD look for a file. The 404 is lost with
/// all its fields when a file takes its place, and stays as it is when none does.
///
/// Made by [`Files::last`].
#[derive(Clone, Debug)]
pub struct FilesLastLayer {
    files: Files,
    prefix: Arc<str>,
}

impl FilesLastLayer {
    /// Looks among `files` last.
    pub fn new(files: Files) -> Self {
        Self {
            files,
            prefix: "".into(),
        }
    }

    /// Looks only where the request's path is at or below `prefix`: as [`FilesLayer::at`]. Everywhere by default.
    #[must_use]
    pub fn at(mut self, prefix: impl Into<Arc<str>>) -> Self {
        self.prefix = prefix.into();
        self
    }
}

impl Described for FilesLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .tells::<Failure>()
            .tells::<ServedFile>()
            .acts(Act::Refuses)
    }
}

impl Described for FilesLastLayer {
    fn sheet(&self) -> Sheet {
        Sheet::of::<Self>()
            .reads::<Mount>()
            .tells::<Failure>()
            .tells::<ServedFile>()
    }
}

impl<S> Layer<S> for FilesLayer {
    type Service = FilesFirst<S>;

    fn layer(&self, inner: S) -> FilesFirst<S> {
        FilesFirst {
            inner,
            files: self.files.clone(),
            prefix: Arc::clone(&self.prefix),
        }
    }
}

impl<S> Layer<S> for FilesLastLayer {
    type Service = FilesLast<S>;

    fn layer(&self, inner: S) -> FilesLast<S> {
        FilesLast {
            inner,
            files: self.files.clone(),
            prefix: Arc::clone(&self.prefix),
        }
    }
}
