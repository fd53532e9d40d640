use std::sync::Arc;

use crate::{Files, digests::Digests};

impl Files {
    /// Makes the `ETag` of the bytes (SHA-256), not of the length and the date.
    ///
    /// For files whose dates say nothing: container images, Nix and reproducible archives give every file the same date, so that two states of a
    /// file can have the same tag; a copy to another machine gives the same bytes another one. Think of
    /// [`last_modified(false)`](Self::last_modified) too.
    ///
    /// A file up to 256 KiB is hashed before its answer, a larger one on a thread that may wait: until that is done its tag is weak and always new,
    /// which costs a client nothing but what it has kept. What was hashed is known as long as the file stays the same, of the last 4096
    /// files. Where the system gives files no number (outside Unix) larger files keep the weak tag.
    ///
    /// ```
    /// use plywood_static::Files;
    ///
    /// # let directory = tempfile::tempdir()?;
    /// # let root = directory.path();
    /// let files = Files::new(root)?.content_tags().last_modified(false);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn content_tags(mut self) -> Self {
        self.options_mut().digests = Some(Arc::new(Digests::default()));
        self
    }

    /// Whether `Last-Modified` is sent, and dates in a request's preconditions are compared. True by default.
    ///
    /// Turn it off where the dates of files are not those of their contents: a browser that has yesterday's page under the date of 1970 would be
    /// told that it has not changed. [RFC 9110 §8.8.2](https://www.rfc-editor.org/rfc/rfc9110#section-8.8.2)
    #[must_use]
    pub fn last_modified(mut self, is_sent: bool) -> Self {
        self.options_mut().is_undated = !is_sent;
        self
    }
}
