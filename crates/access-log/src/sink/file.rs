use std::{
    path::{Path, PathBuf},
    time::Duration,
};

/// A file for [`Lines`](crate::Lines), and when it is put away.
///
/// Told nothing else, the file grows. It may be put away by its size, by time, or both: it is then renamed, `access.log` to
/// `access.log.20261121-235959` (the local time at which that was), and a new one begun; between two lines, always. What was put away may be
/// packed, and removed when there is too much of it. A file that is left from before belongs to the time of its last line.
///
/// A file that was moved or removed by somebody else (`logrotate`) is opened anew within a second or so of the next line; at once by
/// [`Lines::reopen`](crate::Lines::reopen), and, with the feature `signal`, by `SIGHUP`.
///
/// A new one has the permissions of the one before (on Unix), and so has what was packed; the first one has those that the process gives.
///
/// The beginning of a line that a crash has left behind is ended when the file is opened, so that the next one does not stick to it. Nothing
/// is ever cut off: another process may write to the same file.
///
/// ```
/// use std::time::Duration;
///
/// use plywood_access_log::{Lines, LogFile, Period};
///
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("access.log");
/// let file = LogFile::at(&path)
///     .max_size(100 << 20)
///     .every(Period::Day)
///     .keep(30)
///     .keep_for(Duration::from_secs(90 * 24 * 60 * 60));
/// let log = Lines::options().file(file)?;
/// # let _ = log;
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct LogFile {
    pub(super) path: PathBuf,
    pub(super) max_size: Option<u64>,
    pub(super) every: Option<Period>,
    pub(super) keep: Option<usize>,
    pub(super) keep_for: Option<Duration>,
    pub(super) gzip: bool,
    #[cfg(feature = "signal")]
    pub(super) on_hangup: bool,
}

/// How often a file is put away: at the full hour, at midnight, at midnight before Monday, before the first of the month; in local time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Period {
    /// At the full hour.
    Hour,
    /// At midnight.
    Day,
    /// At midnight before Monday.
    Week,
    /// At midnight before the first of the month.
    Month,
}

impl LogFile {
    /// The file at `path`, which is made if it is not there.
    pub fn at(path: impl AsRef<Path>) -> Self {
        Self {
            path: path.as_ref().to_owned(),
            max_size: None,
            every: None,
            keep: None,
            keep_for: None,
            gzip: false,
            #[cfg(feature = "signal")]
            on_hangup: false,
        }
    }

    /// It is put away before it grows beyond so many bytes; a single line that is longer has a file of its own. Unbounded by default.
    #[must_use]
    pub const fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = Some(bytes);
        self
    }

    /// It is put away that often. Never by default.
    #[must_use]
    pub const fn every(mut self, period: Period) -> Self {
        self.every = Some(period);
        self
    }

    /// So many of those that were put away are kept, the latest. All by default.
    #[must_use]
    pub const fn keep(mut self, files: usize) -> Self {
        self.keep = Some(files);
        self
    }

    /// Those that were put away longer ago are removed, when the next one is put away. Never by default.
    #[must_use]
    pub const fn keep_for(mut self, time: Duration) -> Self {
        self.keep_for = Some(time);
        self
    }

    /// What was put away is packed (`.gz`), by a thread of its own.
    #[cfg(feature = "gzip")]
    #[must_use]
    pub const fn gzip(mut self) -> Self {
        self.gzip = true;
        self
    }

    /// It is opened anew with the next line after a `SIGHUP`, by which `logrotate` and operators ask for it. The signal then no longer ends
    /// the process.
    #[cfg(feature = "signal")]
    #[must_use]
    pub const fn reopen_on_hangup(mut self) -> Self {
        self.on_hangup = true;
        self
    }
}
