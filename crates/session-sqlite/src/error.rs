use std::{
    error::Error,
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A session file that cannot be opened.
#[derive(Debug)]
pub struct OpenError {
    kind: OpenErrorKind,
    path: PathBuf,
    source: Option<Box<dyn Error + Send + Sync>>,
}

/// Why a session file cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OpenErrorKind {
    /// The system does not let us read and write it, or there is no such directory.
    Io,
    /// SQLite cannot work with it: it is damaged, is locked by somebody, or lies where SQLite cannot share memory.
    Sqlite,
    /// It is a database of something else.
    Foreign,
    /// A later version of this crate has written it.
    Newer,
}

impl OpenError {
    /// Why.
    pub const fn kind(&self) -> OpenErrorKind {
        self.kind
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(crate) fn new(kind: OpenErrorKind, path: &Path) -> Self {
        Self {
            kind,
            path: path.to_owned(),
            source: None,
        }
    }

    pub(crate) fn io(path: &Path, source: io::Error) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(OpenErrorKind::Io, path)
        }
    }

    pub(crate) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        Self {
            source: Some(source.into()),
            ..Self::new(OpenErrorKind::Sqlite, path)
        }
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot open the session file {}", self.path.display())?;
        f.write_str(match (self.kind, &self.source) {
            (OpenErrorKind::Foreign, _) => {
                ": it holds something else; sessions need a file of their own"
            }
            (OpenErrorKind::Newer, _) => ": a later version has written it",
            (OpenErrorKind::Io, _) => {
                ": it should be a file that this process can read and write, in a directory that is there"
            }
            (OpenErrorKind::Sqlite, Some(_)) => {
                ": it should be a whole SQLite database that nobody else keeps locked"
            }
            (OpenErrorKind::Sqlite, None) => ": SQLite cannot keep a write-ahead log beside it",
        })
    }
}

impl Error for OpenError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

/// A session file that does not work. All who wait for one transaction get the same.
#[derive(Clone, Debug)]
pub(crate) struct FileError {
    path: Arc<Path>,
    cause: Cause,
}

#[derive(Clone, Debug)]
enum Cause {
    Sqlite(Arc<rusqlite::Error>),
    Data(Arc<serde_json::Error>),
    Stopped,
}

impl FileError {
    pub(crate) fn sqlite(path: &Arc<Path>, error: rusqlite::Error) -> Self {
        Self::new(path, Cause::Sqlite(Arc::new(error)))
    }

    pub(crate) fn data(path: &Arc<Path>, error: serde_json::Error) -> Self {
        Self::new(path, Cause::Data(Arc::new(error)))
    }

    pub(crate) fn stopped(path: &Arc<Path>) -> Self {
        Self::new(path, Cause::Stopped)
    }

    fn new(path: &Arc<Path>, cause: Cause) -> Self {
        Self {
            path: Arc::clone(path),
            cause,
        }
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session file {}: ", self.path.display())?;
        match &self.cause {
            Cause::Sqlite(error) => error.fmt(f),
            Cause::Data(error) => write!(f, "a record is damaged: {error}"),
            Cause::Stopped => f.write_str("its thread has stopped"),
        }
    }
}

impl Error for FileError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match &self.cause {
            Cause::Sqlite(error) => Some(&**error),
            Cause::Data(error) => Some(&**error),
            Cause::Stopped => None,
        }
    }
}
