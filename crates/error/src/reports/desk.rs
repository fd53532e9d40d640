use std::time::{Duration, Instant};

use crate::{OneLine, Panicked, Reporter, backlog::Backlog};

const RETRY_AFTER: Duration = Duration::from_secs(30);

/// A reporter, and what it still has to be told.
pub(super) struct Desk {
    reporter: Box<dyn Reporter>,
    pub(super) backlog: Backlog,
    pub(super) retry: Option<Instant>,
}

impl Desk {
    pub(super) const fn new(reporter: Box<dyn Reporter>, room: usize) -> Self {
        Self {
            reporter,
            backlog: Backlog::new(room),
            retry: None,
        }
    }

    /// Reports what waits. One that cannot be reported may be at fault itself; after two of them nothing can be.
    pub(super) fn report(&mut self, hurry: bool) {
        if !hurry && self.retry.is_some_and(|retry| retry > Instant::now()) {
            return;
        }
        self.retry = None;
        let mut failures = 0;
        for _ in 0..self.backlog.len() {
            let Some(report) = self.backlog.take() else {
                return;
            };
            let told = Panicked::catch(|| self.reporter.report(&report));
            let Err(error) = told.unwrap_or_else(|panicked| Err(panicked.into())) else {
                self.backlog.done();
                failures = 0;
                continue;
            };
            let id = report.incident().id();
            let is_kept = self.backlog.put_back(report);
            // Whoever listens may panic, and nobody would be told of anything any more.
            let _ = Panicked::catch(|| {
                let error = OneLine(&*error);
                if is_kept {
                    tracing::warn!(%error, incident = %id, "an incident could not be reported; it is tried again");
                } else {
                    tracing::warn!(%error, incident = %id, "an incident cannot be reported, although others can; it is given up");
                }
            });
            self.retry = Some(Instant::now() + RETRY_AFTER);
            failures += 1;
            if failures == 2 {
                return;
            }
        }
    }

    /// The program ends: what could not be reported by now never is.
    pub(super) fn close(&self) {
        let lost = self.backlog.count();
        if lost > 0 {
            let _ = Panicked::catch(|| {
                tracing::warn!(lost, "incidents were not reported before the program ended");
            });
        }
    }
}
