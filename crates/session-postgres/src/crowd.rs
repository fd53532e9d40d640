//! Updates that come while others are under way go together: one statement and one commit for all of them.

use std::{
    collections::{BTreeMap, VecDeque},
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::{
    sync::oneshot,
    time::{Instant, timeout_at},
};

use crate::{
    error::{Cause, ServerError},
    line::Line,
    row::{Fields, now},
};

/// One update, with the version that is expected.
pub(crate) struct Change {
    pub(crate) key: [u8; 32],
    pub(crate) expected: i64,
    pub(crate) row: Fields,
}

#[derive(Default)]
pub(crate) struct Crowd(Mutex<Queue>);

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// So many are under way alone.
    alone: usize,
    /// Somebody takes those who wait with him, until nobody waits.
    is_led: bool,
}

struct Waiting {
    change: Arc<Change>,
    reply: oneshot::Sender<Result<bool, ServerError>>,
}

/// So many go alone before the next go together: where there is no crowd, nobody waits for another.
const ALONE: usize = 2;

/// So many go together at most.
const TOGETHER: usize = 64;

/// So many wait at most. Whoever comes then would wait longer than for a server that is well.
const WAITING: usize = 4096;

impl Crowd {
    /// The right to go alone, until it is dropped. None where others are many.
    pub(crate) fn alone(&self) -> Option<Alone<'_>> {
        let mut queue = self.queue();
        let may = !queue.is_led && queue.alone < ALONE;
        queue.alone += usize::from(may);
        may.then(|| Alone(self))
    }

    /// Goes with the others, and says whether the change was made. If it was not, it must be tried alone: another has locked the row, or it is no
    /// longer the one that is expected.
    pub(crate) async fn together(
        self: &Arc<Self>,
        change: &Arc<Change>,
        line: &Arc<Line>,
    ) -> Result<bool, ServerError> {
        let (reply, answer) = oneshot::channel();
        let leads = {
            let mut queue = self.queue();
            if queue.waiting.len() == WAITING {
                return Err(line.error(Cause::Crowd(WAITING)));
            }
            queue.waiting.push_back(Waiting {
                change: Arc::clone(change),
                reply,
            });
            !mem::replace(&mut queue.is_led, true)
        };
        if leads {
            // A task of its own, because the request may go and the others must not go with it.
            let leader = Leader {
                crowd: Arc::clone(self),
                is_done: false,
            };
            tokio::spawn(leader.lead(Arc::clone(line)));
        }
        match timeout_at(Instant::now() + line.timeout(), answer).await {
            Ok(Ok(made)) => made,
            // A leader that has ended without a word may have made it.
            Ok(Err(_)) | Err(_) => Err(line.error(Cause::Timeout(line.timeout()))),
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        // No code but ours runs under the lock, and the queue is whole after each line of it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those who go next, one for each key: of two changes of one row only one can be made, and it must be known which. None if nobody waits,
    /// and then there is no leader any more.
    fn next(&self) -> BTreeMap<[u8; 32], Waiting> {
        let mut queue = self.queue();
        let mut together = BTreeMap::new();
        for waiting in mem::take(&mut queue.waiting) {
            if waiting.reply.is_closed() {
                continue;
            }
            let key = waiting.change.key;
            if together.len() == TOGETHER || together.contains_key(&key) {
                queue.waiting.push_back(waiting);
            } else {
                together.insert(key, waiting);
            }
        }
        queue.is_led = !together.is_empty();
        together
    }
}

pub(crate) struct Alone<'a>(&'a Crowd);

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.queue().alone -= 1;
    }
}

struct Leader {
    crowd: Arc<Crowd>,
    is_done: bool,
}

impl Leader {
    async fn lead(mut self, line: Arc<Line>) {
        loop {
            let mut together = self.crowd.next();
            if together.is_empty() {
                self.is_done = true;
                return;
            }
            let made = make(&line, &together).await;
            match made {
                Ok(keys) => {
                    for key in keys {
                        if let Some(waiting) = together.remove(&*key) {
                            // The request may have gone by now.
                            let _ = waiting.reply.send(Ok(true));
                        }
                    }
                    answer(together, &Ok(false));
                }
                // Nothing was made: whoever is at fault hears it alone.
                Err(error) if error.is_refusal() => answer(together, &Ok(false)),
                Err(error) => answer(together, &Err(error)),
            }
        }
    }
}

/// When a leader ends before its time, so does the waiting, and the next who comes leads.
impl Drop for Leader {
    fn drop(&mut self) {
        if !self.is_done {
            let mut queue = self.crowd.queue();
            queue.is_led = false;
            queue.waiting.clear();
        }
    }
}

fn answer(all: BTreeMap<[u8; 32], Waiting>, made: &Result<bool, ServerError>) {
    for waiting in all.into_values() {
        // The request may have gone by now.
        let _ = waiting.reply.send(made.clone());
    }
}

/// Makes the changes that can be made, all in one commit, and says which.
async fn make(
    line: &Line,
    together: &BTreeMap<[u8; 32], Waiting>,
) -> Result<Vec<Box<[u8]>>, ServerError> {
    fn column<'a, T>(
        all: &'a BTreeMap<[u8; 32], Waiting>,
        field: impl Fn(&'a Change) -> T,
    ) -> Vec<T> {
        all.values().map(|waiting| field(&waiting.change)).collect()
    }
    let mut turn = line.turn().await?;
    let rows = turn
        .query(
            &line.table.update_all,
            &[
                &column(together, |change| &change.key[..]),
                &column(together, |change| change.row.version),
                &column(together, |change| change.row.expires),
                &column(together, |change| change.row.deadline),
                &column(together, |change| change.row.owner.as_deref()),
                &column(together, |change| &*change.row.data),
                &column(together, |change| change.expected),
                &now(),
            ],
        )
        .await?;
    Ok(rows
        .iter()
        .map(|row| row.get::<_, &[u8]>(0).into())
        .collect())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::sync::oneshot::Receiver;
    use tokio_postgres::Config;

    use super::*;
    use crate::table::Table;

    fn change(key: u8, expected: i64) -> Arc<Change> {
        Arc::new(Change {
            key: [key; 32],
            expected,
            row: Fields {
                version: expected + 1,
                expires: 0,
                deadline: 0,
                owner: None,
                data: String::new(),
            },
        })
    }

    fn wait(crowd: &Crowd, change: Arc<Change>) -> Receiver<Result<bool, ServerError>> {
        let (reply, answer) = oneshot::channel();
        let mut queue = crowd.queue();
        queue.waiting.push_back(Waiting { change, reply });
        queue.is_led = true;
        answer
    }

    fn expected(together: &BTreeMap<[u8; 32], Waiting>) -> Vec<(u8, i64)> {
        let pair = |waiting: &Waiting| (waiting.change.key[0], waiting.change.expected);
        together.values().map(pair).collect()
    }

    #[test]
    fn changes_of_one_row_go_one_after_the_other_and_whoever_has_gone_does_not_go() {
        let crowd = Crowd::default();
        let came = [(1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (2, 2)];
        let mut answers: Vec<_> = came
            .map(|(key, expected)| wait(&crowd, change(key, expected)))
            .into();
        drop(answers.remove(3));
        for batch in [&[(1, 1), (2, 1)][..], &[(1, 2), (2, 2)], &[(1, 3)]] {
            assert_eq!(expected(&crowd.next()), batch);
            assert!(crowd.queue().is_led);
        }
        assert!(crowd.next().is_empty() && !crowd.queue().is_led);
    }

    #[test]
    fn more_than_go_together_go_in_the_order_in_which_they_came() {
        let crowd = Crowd::default();
        let _answers: Vec<_> = (0..150).map(|key| wait(&crowd, change(key, 1))).collect();
        let mut gone = Vec::new();
        for size in [TOGETHER, TOGETHER, 150 - 2 * TOGETHER] {
            let batch = expected(&crowd.next());
            assert_eq!(batch.len(), size);
            gone.extend(batch.into_iter().map(|(key, _)| key));
        }
        assert!(gone.into_iter().eq(0..150));
    }

    #[tokio::test]
    async fn when_a_leader_ends_nobody_is_told_that_a_change_was_made_and_the_next_leads() {
        let crowd = Arc::new(Crowd::default());
        let mut answer = wait(&crowd, change(1, 1));
        drop(Leader {
            crowd: Arc::clone(&crowd),
            is_done: false,
        });
        assert!(matches!(
            answer.try_recv(),
            Err(oneshot::error::TryRecvError::Closed)
        ));
        assert!(!crowd.queue().is_led && crowd.queue().waiting.is_empty());
    }

    #[tokio::test]
    async fn a_crowd_without_end_is_refused() {
        let crowd = Arc::new(Crowd::default());
        let one = change(1, 1);
        let _answers: Vec<_> = (0..WAITING)
            .map(|_| wait(&crowd, Arc::clone(&one)))
            .collect();
        let table = Table::new("session").unwrap().into();
        let time = Duration::from_millis(1);
        let line = Arc::new(Line::new(Config::new(), "nowhere".into(), table, 1, time));
        let refused = crowd.together(&one, &line).await.unwrap_err();
        assert!(refused.to_string().contains("wait already"), "{refused}");
        assert_eq!(crowd.queue().waiting.len(), WAITING);
    }
}
