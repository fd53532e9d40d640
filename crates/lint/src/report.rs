use std::fmt;

use crate::{
    Fault, Rule,
    fault::{self, Sink},
    rule::Severity,
};

/// What one lint knows of its faults: where they go, and which are allowed.
#[derive(Clone)]
pub(crate) struct Report {
    sink: Sink,
    advice: Sink,
    pub(crate) exceptions: Vec<Exception>,
    pub(crate) behind_gateway: bool,
    /// Is advice a fault like any other?
    pub(crate) strict: bool,
}

/// A rule that is switched off, and why.
#[derive(Clone)]
pub(crate) struct Exception {
    pub(crate) rule: Rule,
    pub(crate) reason: &'static str,
}

impl Report {
    pub(crate) fn new(sink: Sink) -> Self {
        Self {
            sink,
            advice: fault::advising(),
            exceptions: Vec::new(),
            behind_gateway: false,
            strict: false,
        }
    }

    /// Tells of a broken rule, unless it is switched off.
    pub(crate) fn broken(&self, rule: Rule, found: impl Into<String>) {
        if self
            .exceptions
            .iter()
            .any(|exception| exception.rule.id == rule.id)
        {
            return;
        }
        let sink = match rule.severity {
            Severity::Advice if !self.strict => &self.advice,
            _ => &self.sink,
        };
        sink(&Fault::new(rule, found.into()));
    }

    /// Tells of a broken rule unless it `holds`; what was found is put into words only then.
    pub(crate) fn expect(&self, holds: bool, rule: Rule, found: impl FnOnce() -> String) {
        if !holds {
            self.broken(rule, found());
        }
    }
}

impl fmt::Debug for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Report")
            .field("exceptions", &self.exceptions)
            .field("behind_gateway", &self.behind_gateway)
            .field("strict", &self.strict)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Exception {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}, because {}", self.rule.id, self.reason)
    }
}
