//! Away with what has expired.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;

use crate::{error::ServerError, line::Line};

/// When it is time to sweep again, in milliseconds since 1970.
#[derive(Debug, Default)]
pub(crate) struct Sweep(AtomicI64);

/// A store looks so often for what has expired, in milliseconds, if sessions are created in it.
const EVERY: i64 = 60_000;

/// So many rows go at a time, so that nobody waits for a great broom.
const BATCH: i64 = 500;

/// The time for others between two batches.
const PAUSE: Duration = Duration::from_millis(20);

const HOUR: i64 = 3_600_000;

impl Sweep {
    /// Sweeps on a task of its own, if it is time.
    pub(crate) fn when_due(&self, now: i64, line: &Arc<Line>) {
        let due = self.0.load(Ordering::Relaxed);
        let next = now.saturating_add(EVERY);
        let swap = |due| {
            self.0
                .compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed)
        };
        if due <= now && swap(due).is_ok() {
            let line = Arc::clone(line);
            tokio::spawn(async move {
                // What cannot be swept now is swept later, and nobody finds it meanwhile.
                while sweep(&line, now).await.unwrap_or(false) {
                    sleep(PAUSE).await;
                }
            });
        }
    }
}

/// Removes some of what has expired, and says whether there may be more.
async fn sweep(line: &Line, now: i64) -> Result<bool, ServerError> {
    let hour = i32::try_from(now / HOUR).unwrap_or(i32::MAX);
    let mut turn = line.turn().await?;
    let gone = turn.execute(&line.table.sweep, &[&hour, &BATCH]).await?;
    Ok(i64::try_from(gone).is_ok_and(|gone| gone >= BATCH))
}
