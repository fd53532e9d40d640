use std::{
    fmt,
    fs::File,
    io::{self, Write},
    mem,
    path::Path,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread::{self, JoinHandle},
    time::Duration,
};

use super::{
    Sink,
    whole::{Whole, count},
};

/// How long lines wait for company, so that one write serves many. An operator who watches the log does not notice.
const GATHERING: Duration = Duration::from_millis(50);

/// How many bytes of lines may wait.
const CAPACITY: usize = 1 << 20;

/// Lines to any writer, by a thread of its own: a request waits for no disk.
///
/// Lines are gathered for 50 ms and written together, each whole. When more than 1 MiB of them waits, because the writer is slow or the
/// disk is full, new ones are dropped and counted: [`dropped`](Self::dropped).
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

#[derive(Default)]
struct Queue {
    waiting: Mutex<Waiting>,
    /// There is something to do for the thread.
    arrived: Condvar,
    /// The thread has done something.
    written: Condvar,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    dropped: u64,
    /// How many batches were taken, and how many of them are done with.
    taken: u64,
    done: u64,
    /// Somebody waits: do not gather.
    urgent: bool,
    /// No more lines will come.
    closing: bool,
    /// The thread is gone, for its writer panicked.
    gone: bool,
}

impl Lines {
    /// Lines to `writer`, which needs no buffer of its own.
    ///
    /// # Panics
    ///
    /// When the system cannot start a thread.
    pub fn new(writer: impl Write + Send + 'static) -> Self {
        let queue = Arc::new(Queue::default());
        let shared = Arc::clone(&queue);
        let thread = thread::Builder::new()
            .name("access-log".to_owned())
            .spawn(move || drain(&shared, Whole::new(writer)))
            .expect("the system can start a thread");
        Self(Arc::new(Handle {
            queue,
            thread: Some(thread),
        }))
    }

    /// Lines at the end of the file at `path`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When the file cannot be opened for writing: what the system says, with the path in front of it.
    pub fn file(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = File::options().append(true).create(true).open(path);
        file.map(Self::new).map_err(|error| {
            let text = format!("cannot write the log {}: {error}", path.display());
            io::Error::new(error.kind(), text)
        })
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
        let mut waiting = self.0.queue.lock();
        let batches = waiting.taken + u64::from(!waiting.lines.is_empty());
        waiting.urgent = true;
        self.0.queue.arrived.notify_one();
        while waiting.done < batches && !waiting.gone {
            waiting = wait(&self.0.queue.written, waiting);
        }
    }

    /// How many lines were dropped, because too many waited or the writer failed.
    pub fn dropped(&self) -> u64 {
        self.0.queue.lock().dropped
    }
}

impl Sink for Lines {
    fn write(&self, line: &[u8]) {
        let mut waiting = self.0.queue.lock();
        let before = waiting.lines.len();
        let after = before + line.len() + 1;
        if after > CAPACITY || waiting.gone {
            waiting.dropped += 1;
            return;
        }
        waiting.lines.extend_from_slice(line);
        waiting.lines.push(b'\n');
        drop(waiting);
        let half = CAPACITY / 2;
        if before == 0 || (before < half && after >= half) {
            self.0.queue.arrived.notify_one();
        }
    }
}

impl Queue {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while it holds the lock, and a count is no worse for it.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next lines to write, swapped into `batch`; false when there are none and will be none.
    fn take(&self, batch: &mut Vec<u8>) -> bool {
        let mut waiting = self.lock();
        while waiting.lines.is_empty() && !waiting.closing {
            waiting = wait(&self.arrived, waiting);
        }
        let gathering = |waiting: &mut Waiting| {
            !waiting.urgent && !waiting.closing && waiting.lines.len() < CAPACITY / 2
        };
        (waiting, _) = self
            .arrived
            .wait_timeout_while(waiting, GATHERING, gathering)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.urgent = false;
        if waiting.lines.is_empty() {
            return false;
        }
        mem::swap(&mut waiting.lines, batch);
        waiting.taken += 1;
        true
    }
}

fn wait<'a>(condition: &Condvar, waiting: MutexGuard<'a, Waiting>) -> MutexGuard<'a, Waiting> {
    condition
        .wait(waiting)
        .unwrap_or_else(PoisonError::into_inner)
}

/// What the thread does.
fn drain<W: Write>(queue: &Queue, mut writer: Whole<W>) {
    let gone = Gone(queue);
    let mut batch = Vec::new();
    while queue.take(&mut batch) {
        let lost = writer.write(&batch);
        batch.clear();
        let mut waiting = queue.lock();
        waiting.dropped += lost;
        waiting.done += 1;
        drop(waiting);
        queue.written.notify_all();
    }
    drop(gone);
}

/// Tells those who wait that nobody writes any more, on a panic too.
struct Gone<'a>(&'a Queue);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        let mut waiting = self.0.lock();
        waiting.gone = true;
        waiting.dropped += count(&waiting.lines);
        drop(waiting);
        self.0.written.notify_all();
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.queue.lock().closing = true;
        self.queue.arrived.notify_one();
        if let Some(thread) = self.thread.take() {
            // It panicked only if the writer did, which has been said already.
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Lines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let waiting = self.0.queue.lock();
        f.debug_struct("Lines")
            .field("waiting", &waiting.lines.len())
            .field("dropped", &waiting.dropped)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

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

    #[test]
    fn a_writer_that_hangs_stops_nobody_and_what_it_costs_is_counted() {
        let (go, leave) = mpsc::channel();
        let written = Arc::<Mutex<Vec<u8>>>::default();
        let lines = Lines::new(Slow {
            leave,
            written: Arc::clone(&written),
        });
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
    fn a_writer_that_panics_ends_nothing_but_the_log() {
        struct Broken;

        impl Write for Broken {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                panic!("broken")
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }

        let lines = Lines::new(Broken);
        lines.write(b"lost");
        lines.flush();
        lines.write(b"dropped");
        lines.flush();
        assert_eq!(lines.dropped(), 1);
    }
}
