use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use crate::Rule;

/// A rule that was broken, and what was seen.
///
/// Its text has the rule's number and sentence, what was seen, and where the standard says so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    rule: Rule,
    found: String,
}

impl Fault {
    pub(crate) const fn new(rule: Rule, found: String) -> Self {
        Self { rule, found }
    }

    /// The rule.
    pub const fn rule(&self) -> &Rule {
        &self.rule
    }

    /// What was seen instead.
    pub fn found(&self) -> &str {
        &self.found
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Rule { standard, link, .. } = self.rule;
        write!(
            f,
            "{}\n  found: {}\n  see:   {standard}, {link}",
            self.rule, self.found
        )
    }
}

impl std::error::Error for Fault {}

/// Where faults go.
pub(crate) type Sink = Arc<dyn Fn(&Fault) + Send + Sync>;

pub(crate) fn panicking() -> Sink {
    Arc::new(|fault| panic!("the service contract is broken\n{fault}"))
}

/// Tells `tracing` of each as of something that is wrong.
pub(crate) fn warning() -> Sink {
    seldom(|Fault { rule, found }, time| {
        let (sentence, standard) = (rule.sentence, rule.standard);
        tracing::warn!(rule = rule.id, found, standard, time, "{sentence}");
    })
}

/// Tells `tracing` of each as of something to know.
pub(crate) fn advising() -> Sink {
    seldom(|Fault { rule, found }, time| {
        let (sentence, standard) = (rule.sentence, rule.standard);
        tracing::info!(rule = rule.id, found, standard, time, "{sentence}");
    })
}

/// Tells the first time a rule is broken, then the second, fourth, eighth: a fault in every request must not flood the log.
fn seldom(tell: fn(&Fault, u64)) -> Sink {
    let times = Mutex::new(HashMap::<&str, u64>::new());
    Arc::new(move |fault| {
        let time = {
            let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
            let time = times.entry(fault.rule.id).or_default();
            *time += 1;
            *time
        };
        if time.is_power_of_two() {
            tell(fault, time);
        }
    })
}
