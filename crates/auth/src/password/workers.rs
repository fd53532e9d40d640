use std::{
    collections::VecDeque,
    error, fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::Duration,
};

use tokio::sync::oneshot;

/// Threads for work that keeps a processor busy, such as hashing a password: so many at once, and so many that wait.
///
/// A check of a password takes tens of milliseconds, by design. On an async thread it would stop every other request of that thread; on as many
/// threads as there are requests it would stop the machine. Here it waits for its turn, and where too many wait already it is
/// [`Busy`] at once, which the layers answer by `503` with `Retry-After`. What nobody waits for any more (the client has gone) is left out.
///
/// There is one set of workers for the whole process, [`Workers::shared`], unless one is made. Its threads begin with the first work and end with
/// the last handle. It needs no runtime.
#[derive(Clone)]
pub struct Workers(Arc<Handle>);

struct Handle {
    line: Arc<Line>,
    threads: usize,
    queue: usize,
}

/// What the threads wait at.
struct Line {
    state: Mutex<State>,
    work_or_end: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    threads: usize,
    running: usize,
    is_over: bool,
}

type Job = Box<dyn FnOnce() + Send>;

impl Workers {
    /// Half of the processors, rounded up, so that the other half is for everybody else; 64 wait for each.
    pub fn shared() -> Self {
        static SHARED: OnceLock<Workers> = OnceLock::new();
        let new = || {
            let processors = thread::available_parallelism().map_or(1, usize::from);
            Self::new(processors.div_ceil(2))
        };
        SHARED.get_or_init(new).clone()
    }

    /// So many threads; 64 pieces of work wait for each.
    ///
    /// # Panics
    ///
    /// When there is no thread.
    pub fn new(threads: usize) -> Self {
        assert!(threads > 0, "work must have a thread");
        Self::of(threads, threads.saturating_mul(WAITING))
    }

    fn of(threads: usize, queue: usize) -> Self {
        let line = Line {
            state: Mutex::default(),
            work_or_end: Condvar::new(),
        };
        Self(Arc::new(Handle {
            line: Arc::new(line),
            threads,
            queue,
        }))
    }

    /// How many pieces of work may wait. Default: 64 for each thread, which at 30 ms a password is a wait of two seconds.
    ///
    /// These are workers of their own, which share no thread with those before.
    #[must_use]
    pub fn queue(self, most: usize) -> Self {
        Self::of(self.0.threads, most)
    }

    /// Does the work on one of the threads, in its turn.
    ///
    /// # Errors
    ///
    /// [`Busy`] if too many wait already, or the work has panicked.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, Busy> {
        let (outcome, waiting) = oneshot::channel();
        self.add(Box::new(move || {
            // Who has gone away needs no answer.
            if !outcome.is_closed() {
                let _ = outcome.send(work());
            }
        }))?;
        waiting.await.map_err(|_| Busy { panicked: true })
    }

    fn add(&self, job: Job) -> Result<(), Busy> {
        let line = &self.0.line;
        let mut state = line.lock();
        let under_way = state.running + state.jobs.len();
        if under_way >= self.0.threads.saturating_add(self.0.queue) {
            return Err(Busy { panicked: false });
        }
        if under_way >= state.threads && state.threads < self.0.threads {
            let line = Arc::clone(line);
            let thread = thread::Builder::new().name("plywood-password".into());
            // One that the system does not give is no loss as long as there is another.
            if thread.spawn(move || work_at(&line)).is_ok() {
                state.threads += 1;
            } else if state.threads == 0 {
                return Err(Busy { panicked: false });
            }
        }
        state.jobs.push_back(job);
        drop(state);
        line.work_or_end.notify_one();
        Ok(())
    }
}

const WAITING: usize = 64;

fn work_at(line: &Line) {
    let mut state = line.lock();
    loop {
        if let Some(job) = state.jobs.pop_front() {
            state.running += 1;
            drop(state);
            // A panic is for whoever waits: their channel closes.
            let _ = catch_unwind(AssertUnwindSafe(job));
            state = line.lock();
            state.running -= 1;
        } else if state.is_over {
            return;
        } else {
            let woken = line.work_or_end.wait(state);
            state = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Line {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.line.lock().is_over = true;
        self.line.work_or_end.notify_all();
    }
}

impl fmt::Debug for Workers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Workers")
            .field("threads", &self.0.threads)
            .field("queue", &self.0.queue)
            .finish()
    }
}

/// There was no room for another piece of work, or it was lost by a panic. The layers answer it by `503` with `Retry-After`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Busy {
    panicked: bool,
}

impl Busy {
    /// When to try again: in a second.
    pub const RETRY_AFTER: Duration = Duration::from_secs(1);
}

impl fmt::Display for Busy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.panicked {
            "the check of a password has panicked"
        } else {
            "too many passwords wait to be checked"
        })
    }
}

impl error::Error for Busy {}

#[cfg(test)]
mod tests {
    use std::{
        pin::pin,
        sync::mpsc,
        task::{Context, Poll, Waker},
    };

    use super::*;

    #[tokio::test]
    async fn work_is_done_and_its_panic_is_told() {
        let workers = Workers::new(1);
        assert_eq!(workers.run(|| 6 * 7).await, Ok(42));
        let lost = workers.run(|| panic!("of the work")).await;
        assert_eq!(lost, Err::<(), _>(Busy { panicked: true }));
        assert_eq!(workers.run(|| 6 * 7).await, Ok(42));
    }

    #[tokio::test]
    async fn what_finds_no_room_is_told_so_at_once() {
        let workers = Workers::new(2).queue(1);
        let (end, ended) = mpsc::channel::<()>();
        let ended = Arc::new(Mutex::new(ended));
        let work = || {
            let ended = Arc::clone(&ended);
            workers.run(move || ended.lock().unwrap().recv().is_err())
        };
        let mut cx = Context::from_waker(Waker::noop());
        let (mut one, mut two, mut waiting) = (pin!(work()), pin!(work()), pin!(work()));
        assert!(one.as_mut().poll(&mut cx).is_pending());
        assert!(two.as_mut().poll(&mut cx).is_pending());
        assert!(waiting.as_mut().poll(&mut cx).is_pending());
        let refused = pin!(work()).poll(&mut cx);
        assert_eq!(refused, Poll::Ready(Err(Busy { panicked: false })));
        drop(end);
        assert_eq!(
            (one.await, two.await, waiting.await),
            (Ok(true), Ok(true), Ok(true))
        );
        assert_eq!(workers.run(|| ()).await, Ok(()));
    }

    #[tokio::test]
    async fn what_nobody_waits_for_is_left_out() {
        let workers = Workers::new(1);
        let (signal, signalled) = mpsc::channel::<()>();
        let mut cx = Context::from_waker(Waker::noop());
        let mut first = Box::pin(workers.run(move || signalled.recv().is_ok()));
        assert!(first.as_mut().poll(&mut cx).is_pending());
        let (done, outcomes) = mpsc::channel();
        let mut gone = Box::pin(workers.run(move || done.send(())));
        assert!(gone.as_mut().poll(&mut cx).is_pending());
        drop(gone);
        signal.send(()).unwrap();
        assert_eq!(first.await, Ok(true));
        assert_eq!(workers.run(|| ()).await, Ok(()));
        assert!(outcomes.recv().is_err());
    }

    #[tokio::test]
    async fn the_threads_end_with_the_last_handle() {
        let workers = Workers::new(1);
        let line = Arc::downgrade(&workers.0.line);
        assert_eq!(workers.clone().run(|| ()).await, Ok(()));
        assert!(line.upgrade().is_some());
        drop(workers);
        while line.upgrade().is_some() {
            thread::yield_now();
        }
    }
}
