//! What could not be reported yet.

use std::{collections::VecDeque, mem};

use crate::Report;

/// What one reporter still has to be told.
pub(crate) struct Backlog {
    waiting: VecDeque<Report>,
    missed: u64,
    room: usize,
    /// Has something been reported since something could not be?
    goes_on: bool,
}

/// So many times a report is tried that cannot be reported, although others can.
const MAX_TRIES: u32 = 5;

impl Backlog {
    pub(crate) const fn new(room: usize) -> Self {
        Self {
            waiting: VecDeque::new(),
            missed: 0,
            room,
            goes_on: true,
        }
    }

    /// Of one group there is one report, however often it failed.
    pub(crate) fn add(&mut self, report: Report) {
        let cause = report.incident.group();
        let same = |waiting: &&mut Report| waiting.incident.group() == cause;
        if let Some(waiting) = self.waiting.iter_mut().find(same) {
            waiting.append(report);
        } else if self.waiting.len() < self.room {
            self.waiting.push_back(report);
        } else {
            self.missed += report.count;
        }
    }

    /// The same, for whoever is told of each.
    pub(crate) fn add_alone(&mut self, report: Report) {
        if self.waiting.len() < self.room {
            self.waiting.push_back(report);
        } else {
            self.missed += report.count;
        }
    }

    /// Counts what was not kept.
    pub(crate) const fn miss(&mut self, count: u64) {
        self.missed += count;
    }

    /// So many reports wait.
    pub(crate) fn len(&self) -> usize {
        self.waiting.len()
    }

    /// So many incidents wait.
    pub(crate) fn count(&self) -> u64 {
        self.missed + self.waiting.iter().map(Report::count).sum::<u64>()
    }

    /// The next one that is to be told.
    pub(crate) fn take(&mut self) -> Option<Report> {
        let mut next = self.waiting.pop_front()?;
        next.missed += mem::take(&mut self.missed);
        Some(next)
    }

    /// It was told.
    pub(crate) const fn done(&mut self) {
        self.goes_on = true;
    }

    /// It could not be told, and waits behind all others: if it is the one that is at fault, it holds nobody up. Gives whether it is tried again.
    pub(crate) fn put_back(&mut self, mut report: Report) -> bool {
        if mem::take(&mut self.goes_on) {
            report.tries += 1;
        }
        let is_kept = report.tries < MAX_TRIES;
        if is_kept {
            self.waiting.push_back(report);
        } else {
            self.missed += report.count + report.missed;
        }
        is_kept
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::{Incident, IncidentKind};

    fn incident(word: &str) -> Incident {
        Incident::new(IncidentKind::Failed, &io::Error::other(word))
    }

    fn report(word: &str) -> Report {
        Report::of(incident(word))
    }

    #[test]
    fn what_could_not_be_reported_waits_as_one() {
        let mut backlog = Backlog::new(2);
        for word in ["a", "b", "a", "c", "c"] {
            backlog.add(report(word));
        }
        assert_eq!(backlog.count(), 5);
        let first = backlog.take().unwrap();
        assert_eq!((first.count(), first.missed()), (2, 2));
        assert!(backlog.put_back(first));
        backlog.add(report("a"));
        let second = backlog.take().unwrap();
        assert_eq!((second.incident().message(), second.count()), ("b", 1));
        let first = backlog.take().unwrap();
        assert_eq!((first.count(), first.missed()), (3, 2));
        assert!(backlog.take().is_none());
    }

    #[test]
    fn a_report_that_alone_cannot_be_reported_is_given_up_and_counted() {
        let mut backlog = Backlog::new(4);
        backlog.add(report("refused"));
        for tries in 1.. {
            let refused = backlog.take().unwrap();
            if !backlog.put_back(refused) {
                assert_eq!(tries, MAX_TRIES);
                break;
            }
            backlog.done();
        }
        backlog.add(report("next"));
        let next = backlog.take().unwrap();
        assert_eq!((next.incident().message(), next.missed()), ("next", 1));
    }

    #[test]
    fn while_nothing_can_be_reported_nothing_is_given_up() {
        let mut backlog = Backlog::new(4);
        backlog.add(report("a"));
        backlog.add(report("b"));
        for _ in 0..100 {
            let first = backlog.take().unwrap();
            assert!(backlog.put_back(first));
        }
        assert_eq!(backlog.count(), 2);
    }

    #[test]
    fn what_is_told_together_with_other_kinds_says_so() {
        let mut backlog = Backlog::new(4);
        backlog.add(report("a"));
        let mut mixed = report("a");
        mixed.add(&incident("b"));
        mixed.assorted = true;
        backlog.add(mixed);
        let told = backlog.take().unwrap();
        assert!(told.is_assorted());
        assert_eq!(told.count(), 3);
    }
}
