//! A thread that owns a connection, and a queue before it.

use std::{
    path::Path,
    sync::{
        Arc,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::{error::FileError, verbs};

/// One connection with its thread. Dropped, it finishes what is queued and closes the connection.
#[derive(Debug)]
pub(crate) struct Lane {
    path: Arc<Path>,
    // An option, because the thread ends when this is gone.
    queue: Option<Sender<Box<dyn Job>>>,
    thread: Option<JoinHandle<()>>,
}

/// So many jobs share one transaction at most. Under load a commit is what costs.
const BATCH: usize = 64;

/// A writer looks so often for what has expired.
const SWEEP_EVERY: Duration = Duration::from_secs(60);

/// The time for others while there is more to sweep.
const PAUSE: Duration = Duration::from_millis(20);

impl Lane {
    /// A lane whose jobs are carried out in transactions: all who waited share one, and hear when it is committed.
    pub(crate) fn writing(connection: Connection, path: &Arc<Path>) -> Self {
        Self::start("session-writer", path, move |path, queue| {
            write(&connection, path, queue);
        })
    }

    /// A lane whose jobs only look.
    pub(crate) fn reading(connection: Connection, path: &Arc<Path>) -> Self {
        Self::start("session-reader", path, move |path, queue| {
            for mut job in queue {
                let result = job.run(&connection);
                job.answer(result.map_err(|error| FileError::sqlite(path, error)));
            }
        })
    }

    /// Carries `act` out on the lane's connection.
    pub(crate) async fn run<T, F>(&self, act: F) -> Result<T, FileError>
    where
        T: Send + 'static,
        F: FnMut(&Connection) -> rusqlite::Result<T> + Send + 'static,
    {
        let (reply, answer) = oneshot::channel();
        let job = Box::new(Work {
            act,
            done: None,
            reply,
        });
        let queue = self.queue.as_ref().expect("it is there until the drop");
        let stopped = || FileError::stopped(&self.path);
        queue.send(job).map_err(|_| stopped())?;
        answer.await.map_err(|_| stopped())?
    }

    fn start(
        name: &str,
        path: &Arc<Path>,
        work: impl FnOnce(&Arc<Path>, &Receiver<Box<dyn Job>>) + Send + 'static,
    ) -> Self {
        let (queue, jobs) = mpsc::channel();
        let its_path = Arc::clone(path);
        let thread = thread::Builder::new().name(name.to_owned());
        let thread = thread.spawn(move || work(&its_path, &jobs));
        Self {
            path: Arc::clone(path),
            queue: Some(queue),
            // Without its thread the lane answers that it has stopped.
            thread: thread.ok(),
        }
    }
}

impl Drop for Lane {
    fn drop(&mut self) {
        drop(self.queue.take());
        if let Some(thread) = self.thread.take() {
            // A panic there was told on standard error already, and whoever waited has an error.
            let _ = thread.join();
        }
    }
}

fn write(connection: &Connection, path: &Arc<Path>, queue: &Receiver<Box<dyn Job>>) {
    let mut sweep_at = Instant::now();
    loop {
        if sweep_at <= Instant::now() {
            // What cannot be swept now is swept later, and nobody finds it meanwhile.
            let more = verbs::sweep(connection).unwrap_or(false);
            sweep_at = Instant::now() + if more { PAUSE } else { SWEEP_EVERY };
        }
        let wait = sweep_at.saturating_duration_since(Instant::now());
        match queue.recv_timeout(wait) {
            Ok(first) => {
                let mut batch = vec![first];
                batch.extend(queue.try_iter().take(BATCH - 1));
                let result = commit(connection, &mut batch);
                let result = result.map_err(|error| FileError::sqlite(path, error));
                for job in batch {
                    job.answer(result.clone());
                }
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
}

/// Carries a batch out, wholly or not at all.
fn commit(connection: &Connection, batch: &mut [Box<dyn Job>]) -> rusqlite::Result<()> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    let result = batch
        .iter_mut()
        .try_for_each(|job| job.run(connection))
        .and_then(|()| connection.execute_batch("COMMIT"));
    if result.is_err() && !connection.is_autocommit() {
        // The first error is the one to tell; SQLite itself may have rolled back on it.
        let _ = connection.execute_batch("ROLLBACK");
    }
    result
}

/// Something to do, and somebody who waits for it.
trait Job: Send {
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()>;
    fn answer(self: Box<Self>, result: Result<(), FileError>);
}

struct Work<T, F> {
    act: F,
    done: Option<T>,
    reply: oneshot::Sender<Result<T, FileError>>,
}

impl<T, F> Job for Work<T, F>
where
    T: Send,
    F: FnMut(&Connection) -> rusqlite::Result<T> + Send,
{
    fn run(&mut self, connection: &Connection) -> rusqlite::Result<()> {
        self.done = Some((self.act)(connection)?);
        Ok(())
    }

    fn answer(self: Box<Self>, result: Result<(), FileError>) {
        let Self { done, reply, .. } = *self;
        let answer = result.map(|()| done.expect("what succeeded has a result"));
        // The request may have gone by now.
        let _ = reply.send(answer);
    }
}
