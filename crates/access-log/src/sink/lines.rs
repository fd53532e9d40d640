use std::{
    fmt,
    io::{self, Write},
    panic,
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{
    LogFile, Overflow, Sink, Trouble,
    drain::drain,
    queue::Queue,
    target::{Stream, Target},
    trouble::{Report, by_event},
};

/// How long lines wait for company, so that one write serves many. An operator who watches the log does not notice.
const GATHERING: Duration = Duration::from_millis(50);

/// How many bytes of lines may wait.
const CAPACITY: usize = 1 << 20;

/// So long a panic waits for the log.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// Lines to any writer, by a thread of its own: a request waits for no disk.
///
/// Lines are gathered for 50 ms and written together, each whole. When more than 1 MiB of them waits, because the writer is slow, new ones are
/// dropped and counted: [`dropped`](Self::dropped). So are those that the writer refuses, because the disk is full or whoever listens has
/// gone: the next ones are tried all the same. Either way a `tracing` event says how many, at most every 10 s. All of this can be told otherwise,
/// by [`options`](Self::options).
///
/// A clone is another handle of the same log. The last one that goes (the layer and its services hold some) has the rest written first,
/// and waits for it. A process that ends without dropping it, by `std::process::exit`, loses what was gathered: [`flush`](Self::flush) first.
///
/// ```
/// use plywood_access_log::{Lines, Sink};
///
/// let directory = tempfile::tempdir()?;
/// let path = directory.path().join("access.log");
/// let log = Lines::file(&path)?;
/// log.write(b"a line");
/// log.flush();
/// assert_eq!(std::fs::read_to_string(path)?, "a line\n");
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
pub struct Lines(Arc<Handle>);

struct Handle {
    queue: Arc<Queue>,
    thread: Option<JoinHandle<()>>,
}

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

impl Lines {
    /// The ways in which they can be written otherwise.
    pub fn options() -> LineOptions {
        LineOptions::default()
    }

    /// Lines to `writer`, which needs no buffer of its own.
    ///
    /// # Panics
    ///
    /// When the system cannot start a thread.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        Self::options().writer(writer)
    }

    /// Lines at the end of the file at `path`, which is made if it is not there. [`LogFile`] says what else a file may be told.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened for writing: what the system says, with the path in front of it.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        Self::options().file(LogFile::at(path.as_ref()))
    }

    /// Lines to the standard output.
    pub fn stdout() -> Self {
        Self::new(io::stdout())
    }

    /// Lines to the standard error.
    pub fn stderr() -> Self {
        Self::new(io::stderr())
    }

    /// Waits until all lines so far are written, or lost to an error of the writer. It blocks: not for the request's path.
    pub fn flush(&self) {
        self.0.queue.flush(None);
    }

    /// Opens the file anew, because somebody has moved it. What goes to a stream stays as it is.
    ///
    /// A file that was moved or removed is opened anew within a second or so without being told, so that `logrotate` needs no signal.
    pub fn reopen(&self) {
        self.0.queue.reopen();
    }

    /// How many lines were dropped, because too many waited or the writer failed.
    pub fn dropped(&self) -> u64 {
        self.0.queue.dropped()
    }
}

impl Sink for Lines {
    fn write(&self, line: &[u8]) {
        self.0.queue.push(line);
    }

    fn preamble(&self, text: &str) {
        self.0.queue.preamble(text);
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            // The thread may itself be the one that drops it, in a report.
            if thread.thread().id() != thread::current().id() {
                // It panicked only if a report did, which has been said already.
                let _ = thread.join();
            }
        }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lines")
            .field("waiting", &self.0.queue.bytes_waiting())
            .field("dropped", &self.dropped())
            .finish()
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

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use super::*;

    /// A writer that waits for leave before each write.
    struct Slow {
        leave: mpsc::Receiver<()>,
        written: Arc<Mutex<Vec<u8>>>,
    }

    impl Write for Slow {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            let _ = self.leave.recv();
            self.written.lock().unwrap().extend_from_slice(text);
            Ok(text.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn slow() -> (mpsc::Sender<()>, Slow, Arc<Mutex<Vec<u8>>>) {
        let (go, leave) = mpsc::channel();
        let written = Arc::<Mutex<Vec<u8>>>::default();
        let writer = Slow {
            leave,
            written: Arc::clone(&written),
        };
        (go, writer, written)
    }

    /// What a log reports, as text.
    fn told() -> (LineOptions, Arc<Mutex<Vec<String>>>) {
        let told = Arc::<Mutex<Vec<String>>>::default();
        let sink = Arc::clone(&told);
        let options =
            Lines::options().report(move |trouble| sink.lock().unwrap().push(trouble.to_string()));
        (options, told)
    }

    #[test]
    fn a_writer_that_hangs_stops_nobody_and_what_it_costs_is_counted_and_told() {
        let (go, writer, written) = slow();
        let (options, told) = told();
        let lines = options.writer(writer);
        let line = [b'x'; 1023];
        let sent = 4 * CAPACITY / 1024;
        for _ in 0..sent {
            lines.write(&line);
        }
        let dropped = usize::try_from(lines.dropped()).unwrap();
        assert!(
            dropped >= sent / 2,
            "one batch is with the writer, one waits"
        );
        drop(go);
        lines.flush();
        assert_eq!(written.lock().unwrap().len(), (sent - dropped) * 1024);
        drop(lines);
        let told = told.lock().unwrap().concat();
        let count = format!("{dropped} lines of the access log found no room");
        assert!(told.contains(&count), "{told}");
    }

    #[test]
    fn whoever_may_not_lose_a_line_waits_for_room() {
        const SENT: usize = 200;
        let (go, writer, written) = slow();
        let lines = Lines::options()
            .capacity(64)
            .overflow(Overflow::Block)
            .writer(writer);
        let (done, over) = mpsc::channel();
        let log = lines.clone();
        thread::spawn(move || {
            for number in 0..SENT {
                log.write(format!("line {number:03}").as_bytes());
            }
            done.send(()).unwrap();
        });
        assert!(
            over.recv_timeout(Duration::from_millis(100)).is_err(),
            "no room"
        );
        drop(go);
        over.recv().unwrap();
        lines.write(&[b'x'; 64]);
        lines.flush();
        let expected: Vec<String> = (0..SENT)
            .map(|number| format!("line {number:03}\n"))
            .collect();
        assert_eq!(*written.lock().unwrap(), expected.concat().into_bytes());
        assert_eq!(lines.dropped(), 1, "what never has room is dropped");
    }

    #[test]
    fn the_last_handle_has_the_rest_written() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("access.log");
        for name in ["one", "two"] {
            let lines = Lines::file(&path).unwrap();
            let other = lines.clone();
            drop(lines);
            other.write(name.as_bytes());
            drop(other);
        }
        assert_eq!(std::fs::read_to_string(path).unwrap(), "one\ntwo\n");
    }

    #[test]
    fn a_writer_that_panics_costs_its_lines_and_is_asked_again() {
        struct Broken(u32, Arc<Mutex<Vec<u8>>>);

        impl Write for Broken {
            fn write(&mut self, text: &[u8]) -> io::Result<usize> {
                self.0 += 1;
                assert!(self.0 > 2, "as intended");
                self.1.lock().unwrap().extend_from_slice(text);
                Ok(text.len())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let (options, told) = told();
        let written = Arc::<Mutex<Vec<u8>>>::default();
        let lines = options.writer(Broken(0, Arc::clone(&written)));
        for line in [b"lost", b"gone", b"kept"] {
            lines.write(line);
            lines.flush();
        }
        assert_eq!(
            (lines.dropped(), &*written.lock().unwrap()),
            (2, &b"kept\n".to_vec())
        );
        drop(lines);
        let told = told.lock().unwrap();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(
            told.iter()
                .all(|told| told.ends_with("the writer panicked"))
        );
    }

    #[test]
    fn what_stands_at_the_top_comes_first() {
        let (go, writer, written) = slow();
        drop(go);
        let lines = Lines::new(writer);
        lines.preamble("#top\n");
        lines.write(b"line");
        lines.flush();
        assert_eq!(*written.lock().unwrap(), b"#top\nline\n");
    }
}
