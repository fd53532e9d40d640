use std::{fmt, time::SystemTime};

use plywood_core::BoxError;
use serde_json::{Map, Value};

use crate::{Incident, IncidentId, incident, one_line::Escaped};

/// Who is told: a file, a mailbox, a chat.
///
/// It is called in a thread of its own, one call at a time, and may take its time; requests do not wait for it. What it could not report is kept and
/// tried again.
pub trait Reporter: Send + 'static {
    /// Reports.
    ///
    /// # Errors
    ///
    /// When it could not be reported. It is called with the same report again, half a minute later and after the others that wait; not for ever,
    /// if the others can be reported: after five times it is given up, and [counted](Report::missed).
    fn report(&mut self, report: &Report) -> Result<(), BoxError>;
}

/// Every such closure is a reporter.
impl<F> Reporter for F
where
    F: FnMut(&Report) -> Result<(), BoxError> + Send + 'static,
{
    fn report(&mut self, report: &Report) -> Result<(), BoxError> {
        self(report)
    }
}

/// What a [`Reporter`] tells: an incident, and how many more there were of its kind.
#[derive(Clone, Debug)]
pub struct Report {
    pub(crate) incident: Incident,
    pub(crate) count: u64,
    pub(crate) ids: Vec<IncidentId>,
    pub(crate) until: SystemTime,
    pub(crate) assorted: bool,
    pub(crate) missed: u64,
    /// So many times it could not be told, although others could.
    pub(crate) tries: u32,
}

/// So many ids of incidents stand in a report.
const MAX_IDS: usize = 32;

impl Report {
    pub(crate) fn of(incident: Incident) -> Self {
        Self {
            count: 1,
            ids: vec![incident.id()],
            until: incident.time(),
            assorted: false,
            missed: 0,
            tries: 0,
            incident,
        }
    }

    /// Counts one more.
    pub(crate) fn add(&mut self, incident: &Incident) {
        self.count += 1;
        self.until = incident.time();
        if self.ids.len() < MAX_IDS {
            self.ids.push(incident.id());
        }
    }

    /// Counts all of a later one.
    pub(crate) fn append(&mut self, later: Self) {
        self.count += later.count;
        self.until = later.until;
        self.assorted |= later.assorted;
        let room = MAX_IDS.saturating_sub(self.ids.len());
        self.ids.extend(later.ids.into_iter().take(room));
    }

    /// The first incident of those that are reported.
    pub const fn incident(&self) -> &Incident {
        &self.incident
    }

    /// So many there were of its cause since the last report of it, this one included.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// The ids of the first 32 of them.
    pub fn ids(&self) -> &[IncidentId] {
        &self.ids
    }

    /// When the last of them happened.
    pub const fn until(&self) -> SystemTime {
        self.until
    }

    /// Are they of several causes? They are reported in one when there are more causes than can be told apart.
    pub const fn is_assorted(&self) -> bool {
        self.assorted
    }

    /// So many incidents before this one were not kept for this reporter, which did not come to report them, or could not.
    pub const fn missed(&self) -> u64 {
        self.missed
    }

    /// What it is about in one line, without control characters: `panicked: the disk is full (src/main.rs:7:9), 12 times`.
    pub fn subject(&self) -> String {
        let incident = &self.incident;
        let mut line = String::new();
        let says = incident.message();
        // A panic says of itself that it is one.
        let kind = incident.kind().name();
        let kind = if says.starts_with(kind) { "" } else { kind };
        let colon = if kind.is_empty() { "" } else { ": " };
        let place = incident
            .place()
            .map_or_else(String::new, |place| format!(" ({place})"));
        let times = match (self.count, self.assorted) {
            (1, _) => String::new(),
            (count, false) => format!(", {count} times"),
            (count, true) => format!(", and {} others", count - 1),
        };
        // Writing to a string does not fail.
        let _ = fmt::write(
            &mut Escaped(&mut line),
            format_args!("{kind}{colon}{says}{place}{times}"),
        );
        line
    }

    /// All of it as a text of several lines. Each value is in one line, without control characters, but for the calls.
    pub fn text(&self) -> String {
        let mut text = self.subject();
        text.push_str("\n\n");
        for (name, value) in self.json() {
            match value {
                Value::Array(values) => {
                    for value in values {
                        line(&mut text, &name, &value);
                    }
                }
                Value::String(calls) if name == "trace" => {
                    text.push_str("trace:\n");
                    calls.lines().for_each(|call| {
                        let _ = fmt::write(&mut Escaped(&mut text), format_args!("{call}"));
                        text.push('\n');
                    });
                }
                value => line(&mut text, &name, &value),
            }
        }
        text
    }

    /// All of it as a JSON object: the incident's members, and `count`, `until`, `ids`, `assorted` and `missed` where they say more.
    pub fn json(&self) -> Map<String, Value> {
        let trace_last = |map: &mut Map<String, Value>| map.remove("trace");
        let mut map = self.incident.json();
        let trace = trace_last(&mut map);
        map.insert("count".to_owned(), self.count.into());
        if self.count > 1 {
            map.insert("until".to_owned(), incident::time(self.until).into());
            let ids: Vec<_> = self.ids.iter().map(ToString::to_string).collect();
            map.insert("ids".to_owned(), ids.into());
        }
        if self.assorted {
            map.insert("assorted".to_owned(), true.into());
        }
        if self.missed > 0 {
            map.insert("missed".to_owned(), self.missed.into());
        }
        if let Some(trace) = trace {
            map.insert("trace".to_owned(), trace);
        }
        map
    }
}

fn line(text: &mut String, name: &str, value: &Value) {
    let written = value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned);
    text.push_str(name);
    text.push_str(": ");
    // Writing to a string does not fail.
    let _ = fmt::write(&mut Escaped(text), format_args!("{written}"));
    text.push('\n');
}
