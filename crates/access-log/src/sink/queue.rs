//! Lines on their way to the thread that writes them.

use std::{
    mem,
    sync::{Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread::{self, ThreadId},
    time::{Duration, Instant},
};

use super::whole::count;

/// What happens to a line when too many wait.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Overflow {
    /// It is dropped and counted. The default: a slow disk is no reason to be slow.
    #[default]
    Drop,
    /// The request's thread waits for room. For a log that must be whole; a writer that hangs stops the service.
    Block,
}

#[derive(Debug)]
pub(super) struct Queue {
    capacity: usize,
    gathering: Duration,
    overflow: Overflow,
    waiting: Mutex<Waiting>,
    /// There is something to do for the thread.
    arrived: Condvar,
    /// The thread has done something.
    written: Condvar,
    writer: OnceLock<ThreadId>,
}

#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is told by somebody else"
)]
struct Waiting {
    lines: Vec<u8>,
    preamble: String,
    dropped: u64,
    /// Of those, how many were never told of.
    untold: u64,
    /// How many batches were taken, and how many of them are done with.
    taken: u64,
    done: u64,
    /// Somebody waits: do not gather.
    urgent: bool,
    /// The file was moved.
    reopen: bool,
    /// No more lines will come.
    closing: bool,
    /// The thread is gone.
    gone: bool,
}

/// What the thread has to do.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) lines: Vec<u8>,
    pub(super) preamble: String,
    pub(super) dropped: u64,
    pub(super) reopen: bool,
}

impl Queue {
    pub(super) fn new(capacity: usize, gathering: Duration, overflow: Overflow) -> Self {
        Self {
            capacity,
            gathering,
            overflow,
            waiting: Mutex::default(),
            arrived: Condvar::new(),
            written: Condvar::new(),
            writer: OnceLock::new(),
        }
    }

    pub(super) fn push(&self, line: &[u8]) {
        let length = line.len() + 1;
        let mut waiting = self.lock();
        if self.overflow == Overflow::Block && length <= self.capacity && !self.is_writer() {
            while waiting.lines.len() + length > self.capacity && !waiting.gone {
                waiting.urgent = true;
                self.arrived.notify_one();
                waiting = wait(&self.written, waiting);
            }
        }
        let before = waiting.lines.len();
        let after = before + length;
        if after > self.capacity || waiting.gone {
            waiting.dropped += 1;
            waiting.untold += 1;
            return;
        }
        waiting.lines.extend_from_slice(line);
        waiting.lines.push(b'\n');
        drop(waiting);
        let half = self.capacity / 2;
        if before == 0 || (before < half && after >= half) {
            self.arrived.notify_one();
        }
    }

    pub(super) fn preamble(&self, text: &str) {
        self.lock().preamble.push_str(text);
    }

    pub(super) fn reopen(&self) {
        self.lock().reopen = true;
        self.arrived.notify_one();
    }

    /// Waits until all so far is written, or lost, or the time is up.
    pub(super) fn flush(&self, patience: Option<Duration>) {
        if self.is_writer() {
            return;
        }
        let until = patience.map(|patience| Instant::now() + patience);
        let mut waiting = self.lock();
        let batches = waiting.taken + u64::from(!waiting.lines.is_empty());
        waiting.urgent = true;
        self.arrived.notify_one();
        while waiting.done < batches && !waiting.gone {
            let Some(until) = until else {
                waiting = wait(&self.written, waiting);
                continue;
            };
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return;
            }
            (waiting, _) = self
                .written
                .wait_timeout(waiting, left)
                .unwrap_or_else(PoisonError::into_inner);
        }
    }

    pub(super) fn close(&self) {
        self.lock().closing = true;
        self.arrived.notify_one();
    }

    pub(super) fn dropped(&self) -> u64 {
        self.lock().dropped
    }

    pub(super) fn bytes_waiting(&self) -> usize {
        self.lock().lines.len()
    }

    /// This thread is the one that writes.
    pub(super) fn adopt(&self) {
        let _ = self.writer.set(thread::current().id());
    }

    /// The next work, swapped into the last one's room; false when there is none and will be none.
    pub(super) fn take(&self, work: &mut Work) -> bool {
        let mut waiting = self.lock();
        while waiting.lines.is_empty() && !waiting.closing && !waiting.reopen {
            waiting = wait(&self.arrived, waiting);
        }
        let gathering = |waiting: &mut Waiting| {
            !waiting.urgent
                && !waiting.closing
                && !waiting.reopen
                && waiting.lines.len() < self.capacity / 2
        };
        (waiting, _) = self
            .arrived
            .wait_timeout_while(waiting, self.gathering, gathering)
            .unwrap_or_else(PoisonError::into_inner);
        waiting.urgent = false;
        work.preamble = mem::take(&mut waiting.preamble);
        work.dropped = mem::take(&mut waiting.untold);
        work.reopen = mem::take(&mut waiting.reopen);
        if waiting.lines.is_empty() && !work.reopen {
            return false;
        }
        mem::swap(&mut waiting.lines, &mut work.lines);
        waiting.taken += 1;
        drop(waiting);
        // There is room.
        self.written.notify_all();
        true
    }

    /// The work is done, and so many lines were lost in it.
    pub(super) fn done(&self, lost: u64) {
        let mut waiting = self.lock();
        waiting.dropped += lost;
        waiting.done += 1;
        drop(waiting);
        self.written.notify_all();
    }

    /// Nobody writes any more.
    pub(super) fn abandon(&self) {
        let mut waiting = self.lock();
        waiting.gone = true;
        waiting.dropped += count(&waiting.lines);
        drop(waiting);
        self.written.notify_all();
    }

    fn is_writer(&self) -> bool {
        self.writer.get() == Some(&thread::current().id())
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // Nothing panics while it holds the lock, and a count is no worse for it.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn wait<'a>(condition: &Condvar, waiting: MutexGuard<'a, Waiting>) -> MutexGuard<'a, Waiting> {
    condition
        .wait(waiting)
        .unwrap_or_else(PoisonError::into_inner)
}
