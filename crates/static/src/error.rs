use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
};

/// A directory of files, an archive, a manifest, or a file that is served alone could not be opened.
#[derive(Debug)]
pub struct OpenError {
    path: PathBuf,
    expected: &'static str,
    source: io::Error,
}

impl OpenError {
    pub(crate) fn directory(path: &Path, source: io::Error) -> Self {
        Self::new(path, "directory", source)
    }

    pub(crate) fn file(path: &Path, source: io::Error) -> Self {
        Self::new(path, "file", source)
    }

    #[cfg(feature = "zip")]
    pub(crate) fn archive(path: &Path, source: io::Error) -> Self {
        Self::new(path, "zip archive", source)
    }

    #[cfg(feature = "assets")]
    pub(crate) fn manifest(path: &Path, source: io::Error) -> Self {
        Self::new(path, "manifest of Vite", source)
    }

    fn new(path: &Path, expected: &'static str, source: io::Error) -> Self {
        Self {
            path: path.to_owned(),
            expected,
            source,
        }
    }

    /// What went wrong: [`NotFound`](io::ErrorKind::NotFound), [`NotADirectory`](io::ErrorKind::NotADirectory),
    /// [`PermissionDenied`](io::ErrorKind::PermissionDenied) ...
    pub fn kind(&self) -> io::ErrorKind {
        self.source.kind()
    }

    /// The path as it was given.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Where a relative path leads depends on where the program was started.
        let path = std::path::absolute(&self.path);
        let path = path.as_ref().unwrap_or(&self.path).display();
        write!(
            f,
            "cannot serve \"{path}\": it should be a {} that this process can read",
            self.expected
        )
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
