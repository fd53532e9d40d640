use std::{
    fmt,
    io::{self, Write},
    panic,
    sync::Arc,
    thread,
    time::Duration,
};

use super::{
    LogFile, Overflow, Trouble,
    drain::drain,
    lines::{Handle, Lines},
    queue::Queue,
    target::{Stream, Target},
    trouble::{Report, by_event},
};

/// How long lines wait for company, so that one write serves many. An operator who watches the log does not notice.
const GATHERING: Duration = Duration::from_millis(50);

/// How many bytes of lines may wait.
pub(super) const CAPACITY: usize = 1 << 20;

/// So long a panic waits for the log.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// How [`Lines`] are written.
#[derive(Clone)]
pub struct LineOptions {
    capacity: usize,
    gathering: Duration,
    overflow: Overflow,
    flush_on_panic: bool,
    report: Report,
}

impl Default for LineOptions {
    fn default() -> Self {
        Self {
            capacity: CAPACITY,
            gathering: GATHERING,
            overflow: Overflow::default(),
            flush_on_panic: false,
            report: Arc::new(by_event),
        }
    }
}

impl LineOptions {
    /// How many bytes of lines may wait. 1 MiB by default: some thousand lines.
    #[must_use]
    pub const fn capacity(mut self, bytes: usize) -> Self {
        self.capacity = bytes;
        self
    }

    /// How long lines wait for company. 50 ms by default.
    #[must_use]
    pub const fn gathering(mut self, time: Duration) -> Self {
        self.gathering = time;
        self
    }

    /// What happens to a line when too many wait. [`Overflow::Drop`] by default.
    #[must_use]
    pub const fn overflow(mut self, overflow: Overflow) -> Self {
        self.overflow = overflow;
        self
    }

    /// Has what waits written when a thread panics, and holds the panic for that as long as a second: for programs in which a panic is the end,
    /// by `panic = "abort"` or in the main thread. By default a panic is no concern of the log: its last handle has the rest written.
    #[must_use]
    pub const fn flush_on_panic(mut self) -> Self {
        self.flush_on_panic = true;
        self
    }

    /// Whom to tell of trouble. By default it is an event of `tracing`, of level `ERROR`.
    ///
    /// It is called on the thread that writes.
    #[must_use]
    pub fn report(mut self, report: impl Fn(&Trouble) + Send + Sync + 'static) -> Self {
        self.report = Arc::new(report);
        self
    }

    /// Lines to `writer`, which needs no buffer of its own.
    ///
    /// # Panics
    ///
    /// When the system cannot start a thread.
    pub fn writer(self, writer: impl Write + Send + 'static) -> Lines {
        self.start(Box::new(Stream::new(writer)))
    }

    /// Lines at the end of a file that is put away as it says.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened for writing: what the system says, with the path in front of it.
    ///
    /// # Panics
    ///
    /// When the system cannot start a thread.
    pub fn file(self, file: LogFile) -> io::Result<Lines> {
        file.open().map(|file| self.start(Box::new(file)))
    }

    fn start(self, target: Box<dyn Target>) -> Lines {
        let queue = Arc::new(Queue::new(self.capacity, self.gathering, self.overflow));
        let shared = Arc::clone(&queue);
        let report = self.report;
        let thread = thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || drain(&shared, target, report))
            .expect("the system can start a thread");
        if self.flush_on_panic {
            let queue = Arc::downgrade(&queue);
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                if let Some(queue) = queue.upgrade() {
                    queue.flush(Some(LAST_WORDS));
                }
                before(info);
            }));
        }
        Lines(Arc::new(Handle {
            queue,
            thread: Some(thread),
        }))
    }
}

impl fmt::Debug for LineOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LineOptions")
            .field("capacity", &self.capacity)
            .field("gathering", &self.gathering)
            .field("overflow", &self.overflow)
            .field("flush_on_panic", &self.flush_on_panic)
            .finish_non_exhaustive()
    }
}
