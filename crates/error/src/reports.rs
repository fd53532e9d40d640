mod desk;

use std::{
    collections::VecDeque,
    fmt, io, mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant},
};

use self::desk::Desk;
use crate::{
    Incident, Report, Reporter,
    groups::{Groups, Pace},
};

/// Carries incidents off the path of requests to whoever is to be told.
///
/// Telling takes a moment and never waits: incidents are counted by their cause in a table of bounded size, and a thread of its own calls the
/// reporters. Of 1,000 that panic at one place in a second, the first is reported at once, and the others as one report with their number when the
/// pause is over. Of one cause is what has one [place](Incident::place); where none is known, what has one [fingerprint](Incident::fingerprint).
///
/// It is cheap to clone; when the last clone is gone, what waits is reported and the thread ends.
///
/// ```
/// use std::{sync::mpsc, time::Duration};
///
/// use plywood_error::{Incident, IncidentKind, Report, Reports};
///
/// let (sender, receiver) = mpsc::channel();
/// let reports = Reports::to(move |report: &Report| Ok(sender.send(report.subject())?)).start()?;
///
/// let error = std::io::Error::other("the disk is full");
/// reports.tell(&Incident::new(IncidentKind::Failed, &error));
/// assert!(reports.finish(Duration::from_secs(10)));
/// assert_eq!(receiver.recv()?, "failed: the disk is full");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Reports(Arc<Handle>);

/// Who is told, and how often. [Starts](Self::start) a [`Reports`].
#[must_use = "nobody is told before it is started"]
pub struct ReportsBuilder {
    grouped: Vec<Box<dyn Reporter>>,
    each: Vec<Box<dyn Reporter>>,
    pace: Pace,
}

/// So many incidents wait for those who are told of each.
const QUEUE: usize = 1024;

/// Dropped with the last clone, and not by the thread.
struct Handle(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    bell: Condvar,
    quiet: Condvar,
    has_each: bool,
}

struct State {
    groups: Groups,
    queue: VecDeque<Incident>,
    /// So many found no room in the queue.
    dropped: u64,
    /// So many times somebody has asked for everything at once, whenever it would be due.
    asked: u64,
    /// So many times everything was reported that had been told by then.
    reported: u64,
    closed: bool,
}

impl Reports {
    /// Tells `reporter` of every cause: of its first incident at once, and of those that follow together, after a pause.
    pub fn to(reporter: impl Reporter) -> ReportsBuilder {
        ReportsBuilder::new().to(reporter)
    }

    /// Tells `reporter` of every incident.
    pub fn each(reporter: impl Reporter) -> ReportsBuilder {
        ReportsBuilder::new().each(reporter)
    }

    /// Tells of an incident. It neither waits nor fails.
    pub fn tell(&self, incident: &Incident) {
        let shared = &self.0.0;
        let mut state = shared.state();
        state.groups.add(incident, Instant::now());
        if shared.has_each {
            if state.queue.len() < QUEUE {
                state.queue.push_back(incident.clone());
            } else {
                state.dropped += 1;
            }
        }
        drop(state);
        shared.bell.notify_one();
    }

    /// Waits until all that was told is reported, pauses notwithstanding, but no longer than `patience`: for the end of a program. Gives whether it is.
    ///
    /// What a reporter could not report counts as reported here, and what is told meanwhile is not waited for. Reporters that could not report when
    /// they were last asked come last.
    pub fn finish(&self, patience: Duration) -> bool {
        let shared = &self.0.0;
        let mut state = shared.state();
        state.asked += 1;
        let asked = state.asked;
        shared.bell.notify_one();
        let waits = |state: &mut State| state.reported < asked;
        let (state, _) = shared
            .quiet
            .wait_timeout_while(state, patience, waits)
            .unwrap_or_else(PoisonError::into_inner);
        state.reported >= asked
    }
}

impl ReportsBuilder {
    const fn new() -> Self {
        Self {
            grouped: Vec::new(),
            each: Vec::new(),
            pace: Pace {
                pause: Duration::from_secs(15 * 60),
                hourly: 60,
                groups: 256,
            },
        }
    }

    /// Another one who is told by cause.
    pub fn to(mut self, reporter: impl Reporter) -> Self {
        self.grouped.push(Box::new(reporter));
        self
    }

    /// Another one who is told of every incident. 1,024 wait for them; what is more is counted, and told with the next.
    pub fn each(mut self, reporter: impl Reporter) -> Self {
        self.each.push(Box::new(reporter));
        self
    }

    /// How long nothing more is reported of a cause that was reported. Default: 15 minutes.
    pub const fn pause(mut self, pause: Duration) -> Self {
        self.pace.pause = pause;
        self
    }

    /// So many reports there are in an hour, of whatever causes; what is more waits and is counted. At least one. Default: 60.
    ///
    /// All of them may come at once. Those who are told of each incident are told of more.
    pub const fn hourly(mut self, reports: u32) -> Self {
        self.pace.hourly = if reports == 0 { 1 } else { reports };
        self
    }

    /// So many causes are told apart at a time; what is more is reported as one. Default: 256, which takes 3 MB when every message
    /// and its causes are as long as they may be.
    pub const fn causes(mut self, count: usize) -> Self {
        self.pace.groups = count;
        self
    }

    /// Starts the thread that reports.
    ///
    /// # Errors
    ///
    /// When the system gives no thread.
    pub fn start(self) -> io::Result<Reports> {
        let shared = Arc::new(Shared {
            state: Mutex::new(State {
                groups: Groups::new(self.pace, Instant::now()),
                queue: VecDeque::new(),
                dropped: 0,
                asked: 0,
                reported: 0,
                closed: false,
            }),
            bell: Condvar::new(),
            quiet: Condvar::new(),
            has_each: !self.each.is_empty(),
        });
        // All of them may be due at once, and the assorted ones, too.
        let room = self.pace.groups.saturating_add(1);
        let grouped = self
            .grouped
            .into_iter()
            .map(|reporter| Desk::new(reporter, room));
        let each = self
            .each
            .into_iter()
            .map(|reporter| Desk::new(reporter, QUEUE));
        let (mut grouped, mut each) = (grouped.collect::<Vec<_>>(), each.collect::<Vec<_>>());
        let own = Arc::clone(&shared);
        thread::Builder::new()
            .name("reports".to_owned())
            .spawn(move || own.run(&mut grouped, &mut each))?;
        Ok(Reports(Arc::new(Handle(shared))))
    }
}

impl Shared {
    /// Held for the counting of one incident, or for taking out what is due, neither of which waits.
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self, grouped: &mut [Desk], each: &mut [Desk]) {
        loop {
            let desks = || grouped.iter().chain(each.iter());
            let retry = desks().filter_map(|desk| desk.retry).min();
            let work = self.wait(retry);
            for report in work.reports {
                for desk in grouped.iter_mut() {
                    desk.backlog.add(report.clone());
                }
            }
            for desk in each.iter_mut() {
                desk.backlog.miss(work.dropped);
                for incident in &work.incidents {
                    desk.backlog.add_alone(Report::of(incident.clone()));
                }
            }
            // Whoever fails may take his time for it, and at the end of a program there is little.
            let desks = grouped.iter_mut().chain(each.iter_mut());
            let (well, failing): (Vec<_>, Vec<_>) = desks.partition(|desk| desk.retry.is_none());
            for desk in well.into_iter().chain(failing) {
                desk.report(work.hurry);
            }
            let mut state = self.state();
            state.reported = work.asked;
            let ends = state.closed && state.groups.is_empty() && state.queue.is_empty();
            drop(state);
            self.quiet.notify_all();
            if ends {
                grouped.iter().chain(each.iter()).for_each(Desk::close);
                return;
            }
        }
    }

    /// Waits for something to do, and takes it.
    fn wait(&self, retry: Option<Instant>) -> Work {
        let mut state = self.state();
        loop {
            let now = Instant::now();
            let hurry = state.reported < state.asked || state.closed;
            let reports = state.groups.due(now, hurry);
            let incidents = mem::take(&mut state.queue);
            let is_late = retry.is_some_and(|retry| retry <= now);
            if hurry || is_late || !reports.is_empty() || !incidents.is_empty() {
                let dropped = mem::take(&mut state.dropped);
                return Work {
                    reports,
                    incidents,
                    dropped,
                    hurry,
                    asked: state.asked,
                };
            }
            let next = state.groups.next_due(now).into_iter().chain(retry).min();
            state = match next {
                Some(next) => {
                    let patience = next.saturating_duration_since(now);
                    let waited = self.bell.wait_timeout(state, patience);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self
                    .bell
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
            };
        }
    }
}

/// What there is to do.
struct Work {
    reports: Vec<Report>,
    incidents: VecDeque<Incident>,
    dropped: u64,
    hurry: bool,
    /// So many had asked for everything when this was taken.
    asked: u64,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.state().closed = true;
        self.0.bell.notify_one();
    }
}

impl fmt::Debug for Reports {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reports").finish_non_exhaustive()
    }
}

impl fmt::Debug for ReportsBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReportsBuilder")
            .field("reporters", &(self.grouped.len() + self.each.len()))
            .field("pace", &self.pace)
            .finish()
    }
}

#[cfg(test)]
mod tests;
