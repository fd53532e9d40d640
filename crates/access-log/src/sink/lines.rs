use std::{
    fmt,
    io::{self, Write},
    path::Path,
    sync::Arc,
    thread::{self, JoinHandle},
};

use super::{LineOptions, LogFile, Sink, queue::Queue};

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
pub struct Lines(pub(super) Arc<Handle>);

pub(super) struct Handle {
    pub(super) queue: Arc<Queue>,
    pub(super) thread: Option<JoinHandle<()>>,
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

#[cfg(test)]
mod tests {
    use std::{
        sync::{Mutex, mpsc},
        time::Duration,
    };

    use super::{
        super::{Overflow, options::CAPACITY},
        *,
    };

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
