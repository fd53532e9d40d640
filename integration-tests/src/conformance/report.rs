use std::{
    any::Any,
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
};

use serde_json::Value;

use super::{
    case::Case,
    outcome::{Outcome, Unmet},
};

/// What became of a table: a line for each case that failed or was skipped, then the sums.
#[derive(Debug, Default)]
pub struct Report {
    lines: Vec<String>,
    passed: usize,
    failed: usize,
    skipped: usize,
    binding_failures: usize,
}

impl Report {
    pub(crate) fn on(cases: Vec<Case>, run: impl Fn(&Value) -> Outcome) -> Self {
        let mut report = Self::default();
        for case in cases {
            let outcome = match &case.fields {
                Ok(fields) => catch_unwind(AssertUnwindSafe(|| run(fields)))
                    .unwrap_or_else(|panic| Err(Unmet::failed("no panic", message(&*panic)))),
                Err(reason) => Err(Unmet::failed("a JSON object", reason)),
            };
            report.add(&case, outcome);
        }
        report
    }

    fn add(&mut self, case: &Case, outcome: Outcome) {
        let name = &case.name;
        match outcome {
            Ok(()) => self.passed += 1,
            Err(Unmet::Failed { expected, got }) => {
                self.failed += 1;
                self.binding_failures += usize::from(case.binding);
                let line = format!("failed {name}: expected {expected}, got {got}");
                self.lines.push(on_one_line(&line));
            }
            Err(Unmet::Skipped(reason)) => {
                self.skipped += 1;
                self.lines
                    .push(on_one_line(&format!("skipped {name}: {reason}")));
            }
        }
    }

    /// Did no case fail that is a `must`, or that has no strength?
    pub fn is_conformant(&self) -> bool {
        self.binding_failures == 0
    }

    /// How many cases were run and came out as expected.
    pub fn passed(&self) -> usize {
        self.passed
    }

    /// How many cases were run and came out otherwise.
    pub fn failed(&self) -> usize {
        self.failed
    }

    /// How many cases could not be run.
    pub fn skipped(&self) -> usize {
        self.skipped
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(f, "{line}")?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(f, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// Cases are full of control characters, and of texts without an end.
fn on_one_line(line: &str) -> String {
    const LONGEST: usize = 600;
    let mut visible = String::with_capacity(line.len());
    for character in line.chars() {
        if visible.len() >= LONGEST {
            visible.push_str("..");
            break;
        }
        if character.is_control() {
            visible.extend(character.escape_default());
        } else {
            visible.push(character);
        }
    }
    visible
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("a panic")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A suite in which the case says what becomes of it.
    fn report(table: &str) -> Report {
        Report::on(Case::read_all(table), |case| {
            match case["answer"].as_str() {
                Some("right") => Ok(()),
                Some("skip") => Err(Unmet::skipped("no such thing here")),
                Some("panic") => panic!("out of cheese"),
                _ => Err(Unmet::failed("right", "wrong")),
            }
        })
    }

    #[test]
    fn each_failure_and_each_skip_has_a_line_and_the_sums_come_last() {
        let report = report(
            "{\"id\":\"A\",\"answer\":\"right\"}\n{\"id\":\"B\"}\n\n{\"id\":\"C\",\"answer\":\"skip\"}\n{\"id\":\"D\",\"answer\":\"panic\"}\nE\n",
        );
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "failed B: expected right, got wrong");
        assert_eq!(lines[1], "skipped C: no such thing here");
        assert_eq!(lines[2], "failed D: expected no panic, got out of cheese");
        assert!(lines[3].starts_with("failed line 6: expected a JSON object, got "));
        assert_eq!(lines[4], "1 passed, 3 failed, 1 skipped");
        assert_eq!(lines.len(), 5);
    }

    #[test]
    fn without_a_skip_none_is_mentioned() {
        assert_eq!(
            report("{\"answer\":\"right\"}").to_string(),
            "1 passed, 0 failed"
        );
    }

    #[test]
    fn the_failure_of_a_must_or_of_no_strength_counts() {
        for (case, conformant) in [
            ("{\"answer\":\"right\",\"strength\":\"must\"}", true),
            ("{\"strength\":\"must\"}", false),
            ("{}", false),
            ("nonsense", false),
            ("{\"strength\":\"quirk\"}", true),
            ("{\"strength\":\"safe\"}", true),
        ] {
            assert_eq!(report(case).is_conformant(), conformant, "{case}");
        }
    }

    #[test]
    fn a_suite_does_not_see_what_a_case_is_called() {
        let cases = Case::read_all("{\"id\":\"A\",\"group\":\"b\",\"strength\":\"must\",\"x\":1}");
        let report = Report::on(cases, |case| {
            assert_eq!(*case, serde_json::json!({"x": 1}));
            Ok(())
        });
        assert_eq!(report.passed(), 1);
    }

    #[test]
    fn a_line_stays_one_line() {
        let report = report("{\"id\":\"a\\r\\n1 passed, 0 failed\\u001b\"}");
        assert_eq!(report.to_string().lines().count(), 2);
        assert!(!report.to_string().contains('\u{1b}'));
    }
}
