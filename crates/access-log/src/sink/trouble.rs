use std::{
    error, fmt, io,
    sync::Arc,
    time::{Duration, Instant},
};

/// What went wrong with a log, for whoever watches over it.
#[derive(Debug)]
#[non_exhaustive]
pub enum Trouble {
    /// So many lines found no room, because the writer is too slow.
    Dropped {
        /// How many since it was said last.
        lines: u64,
    },
    /// So many lines could not be written: the disk is full, or whoever listens has gone.
    Lost {
        /// How many since it was said last.
        lines: u64,
        /// What the system said of the last of them.
        error: io::Error,
    },
    /// A file could not be put away, packed or removed. Lines are written all the same.
    Rotation {
        /// What the system said.
        error: io::Error,
    },
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dropped { lines } => {
                write!(
                    f,
                    "{lines} lines of the access log found no room in its queue"
                )
            }
            Self::Lost { lines, error } => {
                write!(
                    f,
                    "{lines} lines of the access log could not be written: {error}"
                )
            }
            Self::Rotation { error } => write!(f, "the access log was not rotated: {error}"),
        }
    }
}

impl error::Error for Trouble {}

/// Whom to tell.
pub(super) type Report = Arc<dyn Fn(&Trouble) + Send + Sync>;

/// The same thing is said again no sooner than this: a full disk is no reason to fill another log.
const AGAIN: Duration = Duration::from_secs(10);

/// Counts what went wrong until it is time to tell.
pub(super) struct Reporter {
    report: Report,
    dropped: u64,
    lost: u64,
    error: Option<io::Error>,
    told: Option<Instant>,
}

impl Reporter {
    pub(super) const fn new(report: Report) -> Self {
        Self {
            report,
            dropped: 0,
            lost: 0,
            error: None,
            told: None,
        }
    }

    pub(super) const fn dropped(&mut self, lines: u64) {
        self.dropped += lines;
    }

    pub(super) fn lost(&mut self, lines: u64, error: Option<io::Error>) {
        self.lost += lines;
        self.error = error.or(self.error.take());
    }

    pub(super) fn rotation(&self, error: io::Error) {
        (self.report)(&Trouble::Rotation { error });
    }

    /// Tells, unless it has just told.
    pub(super) fn tell(&mut self) {
        let is_due = self.told.is_none_or(|told| told.elapsed() >= AGAIN);
        if is_due && (self.dropped > 0 || self.lost > 0) {
            self.told = Some(Instant::now());
            self.tell_all();
        }
    }

    /// Tells what it has not told.
    pub(super) fn tell_all(&mut self) {
        let (dropped, lost) = (self.dropped, self.lost);
        (self.dropped, self.lost) = (0, 0);
        if dropped > 0 {
            (self.report)(&Trouble::Dropped { lines: dropped });
        }
        if lost > 0 {
            let error = self.error.take();
            let error = error.unwrap_or_else(|| io::ErrorKind::Other.into());
            (self.report)(&Trouble::Lost { lines: lost, error });
        }
    }
}

/// By a `tracing` event, unless told otherwise.
pub(super) fn by_event(trouble: &Trouble) {
    tracing::error!("{trouble}");
}
