//! Incidents in groups of one cause, and when they are due. It reads no clock.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::{Fingerprint, Incident, Report};

/// How much is told, and how often.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pace {
    /// Between two reports of one group.
    pub(crate) pause: Duration,
    /// Reports in an hour, of whatever groups.
    pub(crate) hourly: u32,
    /// Groups that are told apart at a time.
    pub(crate) groups: usize,
}

/// A century. What is longer is meant to be for ever, and an `Instant` does not reach as far.
const LONGEST_PAUSE: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

pub(crate) struct Groups {
    pace: Pace,
    open: HashMap<Fingerprint, Group>,
    /// Of all that have found no room.
    assorted: Group,
    /// Reports that may be sent at once.
    allowance: u32,
    allowed_at: Instant,
}

#[derive(Default)]
struct Group {
    pending: Option<Report>,
    /// Not before.
    due: Option<Instant>,
}

impl Group {
    fn is_idle(&self, now: Instant) -> bool {
        self.pending.is_none() && self.due.is_none_or(|due| due <= now)
    }

    fn add(&mut self, incident: &Incident) {
        match &mut self.pending {
            Some(report) => report.add(incident),
            None => self.pending = Some(Report::of(incident.clone())),
        }
    }
}

impl Groups {
    pub(crate) fn new(pace: Pace, now: Instant) -> Self {
        let pause = pace.pause.min(LONGEST_PAUSE);
        Self {
            pace: Pace { pause, ..pace },
            open: HashMap::new(),
            assorted: Group::default(),
            allowance: pace.hourly,
            allowed_at: now,
        }
    }

    pub(crate) fn add(&mut self, incident: &Incident, now: Instant) {
        let cause = incident.group();
        if !self.open.contains_key(&cause) && self.open.len() >= self.pace.groups {
            self.open.retain(|_, group| !group.is_idle(now));
            if self.open.len() >= self.pace.groups {
                self.assorted.add(incident);
                return;
            }
        }
        self.open.entry(cause).or_default().add(incident);
    }

    /// What is to be reported now. With `hurry` everything is, whenever it would be due.
    pub(crate) fn due(&mut self, now: Instant, hurry: bool) -> Vec<Report> {
        self.earn(now);
        let mut due = Vec::new();
        let groups = self.open.values_mut().map(|group| (group, false));
        for (group, is_assorted) in groups.chain([(&mut self.assorted, true)]) {
            let is_due = hurry || group.due.is_none_or(|due| due <= now);
            if is_due
                && (self.allowance > 0 || hurry)
                && let Some(mut report) = group.pending.take()
            {
                report.assorted = is_assorted && report.count > 1;
                self.allowance = self.allowance.saturating_sub(1);
                group.due = Some(now + self.pace.pause);
                due.push(report);
            }
        }
        due.sort_by_key(|report| report.incident.time());
        due
    }

    /// When something is due next, if anything waits.
    pub(crate) fn next_due(&self, now: Instant) -> Option<Instant> {
        let groups = self.open.values().chain([&self.assorted]);
        let waiting = groups.filter(|group| group.pending.is_some());
        let next = waiting.map(|group| group.due.unwrap_or(now)).min()?;
        if self.allowance > 0 {
            Some(next)
        } else {
            Some(next.max(self.allowed_at + self.earning()))
        }
    }

    /// Does nothing wait?
    pub(crate) fn is_empty(&self) -> bool {
        let mut groups = self.open.values().chain([&self.assorted]);
        groups.all(|group| group.pending.is_none())
    }

    /// The time in which one more report is allowed.
    fn earning(&self) -> Duration {
        Duration::from_secs(3600) / self.pace.hourly.max(1)
    }

    fn earn(&mut self, now: Instant) {
        let earning = self.earning();
        while self.allowance < self.pace.hourly && now.duration_since(self.allowed_at) >= earning {
            self.allowance += 1;
            self.allowed_at += earning;
        }
        if self.allowance == self.pace.hourly {
            self.allowed_at = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use super::*;
    use crate::IncidentKind;

    fn incident(word: &str) -> Incident {
        Incident::new(IncidentKind::Failed, &io::Error::other(word))
    }

    const PACE: Pace = Pace {
        pause: Duration::from_secs(60),
        hourly: 6,
        groups: 4,
    };

    /// What is due, as words and counts.
    fn due(groups: &mut Groups, now: Instant) -> Vec<String> {
        let reports = groups.due(now, false);
        let lines = reports.iter().map(|report| {
            let mark = if report.is_assorted() { "+" } else { "" };
            format!("{}{mark} {}", report.incident().message(), report.count())
        });
        lines.collect()
    }

    #[test]
    fn the_first_of_a_kind_is_due_at_once_and_the_others_together_after_the_pause() {
        let start = Instant::now();
        let mut groups = Groups::new(PACE, start);
        groups.add(&incident("disk"), start);
        assert_eq!(groups.next_due(start), Some(start));
        assert_eq!(due(&mut groups, start), ["disk 1"]);
        assert!(groups.is_empty());
        for _ in 0..1000 {
            groups.add(&incident("disk"), start);
        }
        assert!(due(&mut groups, start + PACE.pause / 2).is_empty());
        assert_eq!(groups.next_due(start), Some(start + PACE.pause));
        assert_eq!(due(&mut groups, start + PACE.pause), ["disk 1000"]);
        assert!(due(&mut groups, start + 2 * PACE.pause).is_empty());
    }

    #[test]
    fn beyond_the_room_there_is_one_group_for_all() {
        let start = Instant::now();
        let mut groups = Groups::new(PACE, start);
        for word in ["a", "b", "c", "d", "e", "f", "e"] {
            groups.add(&incident(word), start);
        }
        assert_eq!(
            due(&mut groups, start),
            ["a 1", "b 1", "c 1", "d 1", "e+ 3"]
        );
        // The pause is over, and those that came no more make room.
        groups.add(&incident("g"), start + PACE.pause);
        assert_eq!(due(&mut groups, start + PACE.pause), ["g 1"]);
    }

    #[test]
    fn more_than_is_allowed_in_an_hour_waits_and_is_counted() {
        let start = Instant::now();
        let mut groups = Groups::new(
            Pace {
                groups: 100,
                ..PACE
            },
            start,
        );
        let words: Vec<_> = "abcdefgh".chars().map(String::from).collect();
        for word in &words {
            groups.add(&incident(word), start);
        }
        assert_eq!(due(&mut groups, start).len(), 6);
        let next = start + Duration::from_secs(600);
        assert_eq!(groups.next_due(start), Some(next));
        for word in &words {
            groups.add(&incident(word), start);
        }
        assert_eq!(due(&mut groups, next).len(), 1);
        assert!(due(&mut groups, next).is_empty());
        // A quiet night earns no more than an hour's worth.
        for word in &words {
            groups.add(&incident(word), next);
        }
        assert_eq!(
            due(&mut groups, start + Duration::from_secs(100_000)).len(),
            6
        );
    }

    #[test]
    fn a_pause_for_ever_is_one_of_a_century() {
        let start = Instant::now();
        let pace = Pace {
            pause: Duration::MAX,
            ..PACE
        };
        let mut groups = Groups::new(pace, start);
        groups.add(&incident("disk"), start);
        assert_eq!(due(&mut groups, start), ["disk 1"]);
        groups.add(&incident("disk"), start);
        assert!(due(&mut groups, start + Duration::from_secs(1 << 31)).is_empty());
    }
}
