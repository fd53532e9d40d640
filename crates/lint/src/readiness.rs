use std::task::Poll;

use crate::{report::Report, rule};

/// Where one instance stands between `poll_ready` and `call`.
#[derive(Debug, Default)]
pub(crate) enum Readiness {
    /// Not asked since it was made or called.
    #[default]
    Unasked,
    /// Made by cloning an instance that was ready, and not asked since.
    ClonedFromReady,
    /// Asked, and told to wait.
    Waiting,
    /// Ready for one call.
    Ready,
    /// Its `poll_ready` has failed.
    Failed,
}

impl Readiness {
    /// Notes what `poll_ready` said.
    pub(crate) fn polled<E>(&mut self, poll: &Poll<Result<(), E>>) {
        *self = match poll {
            Poll::Pending => Self::Waiting,
            Poll::Ready(Ok(())) => Self::Ready,
            Poll::Ready(Err(_)) => Self::Failed,
        };
    }

    /// Notes a call, and checks that it was in order.
    pub(crate) fn called(&mut self, report: &Report) {
        match std::mem::take(self) {
            Self::Ready => {}
            Self::Unasked => report.broken(
                rule::READY_BEFORE_CALL,
                "`call` without a `poll_ready` on this instance since it was made or last called",
            ),
            Self::ClonedFromReady => report.broken(
                rule::TAKE_THE_READY_ONE,
                "`call` on a fresh clone of a service that was polled ready (`plywood_core::take_ready` takes the ready one)",
            ),
            Self::Waiting => report.broken(
                rule::READY_BEFORE_CALL,
                "`call` although `poll_ready` returned `Pending`",
            ),
            Self::Failed => report.broken(
                rule::NOT_AFTER_FAILURE,
                "`call` although `poll_ready` returned an error",
            ),
        }
    }
}

/// A clone is not ready: it remembers only whether its original was.
impl Clone for Readiness {
    fn clone(&self) -> Self {
        match self {
            Self::Ready => Self::ClonedFromReady,
            _ => Self::Unasked,
        }
    }
}
