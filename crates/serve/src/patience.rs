//! How long a client may keep us waiting.

use std::{
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// So many bytes give a second back. Slower than that is no line that people have.
const BYTES_A_SECOND: u64 = 500;

/// A stock of time: waiting uses it up, and bytes that move fill it again.
#[derive(Debug)]
pub(crate) struct Patience {
    most: Duration,
    left: Duration,
    waiting_since: Option<Instant>,
    /// Made at the first wait, because most clients cause none.
    timer: Option<Pin<Box<Sleep>>>,
}

impl Patience {
    pub(crate) const fn new(most: Duration) -> Self {
        Self {
            most,
            left: most,
            waiting_since: None,
            timer: None,
        }
    }

    /// Passes on what became of an attempt to move bytes; of one that waits in vain, an error.
    pub(crate) fn watch(
        &mut self,
        cx: &mut Context<'_>,
        moved: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match moved {
            Poll::Ready(Ok(bytes)) => self.reward(bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => return self.poll_exhausted(cx).map(Err),
        }
        moved
    }

    /// Bytes have moved.
    pub(crate) fn reward(&mut self, bytes: usize) {
        if let Some(since) = self.waiting_since.take() {
            self.left = refilled(self.most, self.left, since.elapsed(), bytes);
        }
    }

    /// Nothing moves. Ready with an error when that has gone on for too long.
    pub(crate) fn poll_exhausted(&mut self, cx: &mut Context<'_>) -> Poll<io::Error> {
        let timer = match (&mut self.timer, self.waiting_since) {
            (Some(timer), Some(_)) => timer,
            (timer, _) => {
                let now = Instant::now();
                self.waiting_since = Some(now);
                // Beyond what the clock can count there is no end to wait for.
                let Some(end) = now.checked_add(self.left) else {
                    return Poll::Pending;
                };
                match timer {
                    Some(timer) => {
                        timer.as_mut().reset(end);
                        timer
                    }
                    None => timer.insert(Box::pin(sleep_until(end))),
                }
            }
        };
        ready!(timer.as_mut().poll(cx));
        let text = "the client kept the server waiting for too long";
        Poll::Ready(io::Error::new(io::ErrorKind::TimedOut, text))
    }
}

/// What is left after a wait that ended with so many bytes.
fn refilled(most: Duration, left: Duration, waited: Duration, bytes: usize) -> Duration {
    let earned = Duration::from_millis((bytes as u64).saturating_mul(1000) / BYTES_A_SECOND);
    left.saturating_sub(waited).saturating_add(earned).min(most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_uses_the_stock_up_and_bytes_fill_it_again() {
        let millis = Duration::from_millis;
        for (left, waited, bytes, expected) in [
            (1000, 0, 0, 1000),
            (1000, 400, 0, 600),
            (1000, 400, 100, 800),
            (1000, 400, 65_536, 1000),
            (1000, 2000, 0, 0),
            (100, 2000, 1, 2),
        ] {
            assert_eq!(
                refilled(millis(1000), millis(left), millis(waited), bytes),
                millis(expected),
                "{left} {waited} {bytes}"
            );
        }
    }

    #[test]
    fn the_greatest_numbers_do_not_overflow() {
        let forever = Duration::MAX;
        assert_eq!(
            refilled(forever, forever, Duration::ZERO, usize::MAX),
            forever
        );
    }
}
