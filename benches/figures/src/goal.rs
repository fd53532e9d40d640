//! A goal: a bound, and what is held against it.

use crate::{
    number::{Spread, show},
    results::{Missing, Results, Source, source},
};

/// The bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

impl Bound {
    pub(crate) fn number(self) -> f64 {
        match self {
            Self::AtMost(number) | Self::AtLeast(number) => number,
        }
    }

    pub(crate) fn words(self) -> String {
        match self {
            Self::AtMost(number) => format!("at most {}", show(number)),
            Self::AtLeast(number) => format!("at least {}", show(number)),
        }
    }

    fn holds(self, number: f64) -> bool {
        match self {
            Self::AtMost(bound) => number <= bound,
            Self::AtLeast(bound) => number >= bound,
        }
    }
}

/// What is held against a bound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Measured {
    /// A number of the results.
    Number(Source),
    /// One of them divided by another.
    Over(Source, Source),
    /// One of them less another, where both were measured by turns.
    Less(Source, Source),
    /// One less another, divided by a third less a fourth.
    LessOver(&'static [Source; 4]),
}

/// The number that stands there.
pub(crate) const fn at(
    file: &'static str,
    table: &'static str,
    row: &'static str,
    column: &'static str,
) -> Measured {
    Measured::Number(source(file, table, row, column))
}

impl Measured {
    pub(crate) fn read(&self, results: &Results) -> Result<Spread, Missing> {
        let number = |source| results.number(source);
        let less = |one, other| -> Result<Spread, Missing> {
            Ok(Spread::one(number(one)?.median - number(other)?.median))
        };
        match self {
            Self::Number(source) => number(source),
            Self::Over(one, other) => Ok(number(one)?.over(number(other)?)),
            Self::Less(one, other) => less(one, other),
            Self::LessOver([one, other, third, fourth]) => {
                Ok(less(one, other)?.over(less(third, fourth)?))
            }
        }
    }
}

/// How it is known whether a goal is reached.
pub(crate) enum Proof {
    /// Each of these must keep the bound.
    Measured(Bound, &'static [Measured]),
    /// A test fails where it is not.
    Asserted(&'static str),
    /// Nobody knows, because of this.
    Unknown(&'static str),
}

pub(crate) struct Goal {
    pub(crate) what: &'static str,
    pub(crate) proof: Proof,
}

/// Whether it is reached.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Verdict {
    Reached,
    Missed,
    Unknown,
}

impl Goal {
    /// The bound in words, what was reached, and whether that is enough.
    pub(crate) fn judged(&self, results: &Results) -> Result<(String, String, Verdict), Missing> {
        let (bound, all) = match self.proof {
            Proof::Measured(bound, all) => (bound, all),
            Proof::Asserted(test) => return Ok((String::new(), test.to_owned(), Verdict::Reached)),
            Proof::Unknown(why) => return Ok((String::new(), why.to_owned(), Verdict::Unknown)),
        };
        let numbers: Result<Vec<_>, _> = all.iter().map(|one| one.read(results)).collect();
        let numbers = numbers?;
        let verdict = if numbers.iter().all(|number| bound.holds(number.median)) {
            Verdict::Reached
        } else {
            Verdict::Missed
        };
        let shown: Vec<String> = numbers.into_iter().map(Spread::show).collect();
        Ok((bound.words(), shown.join(", "), verdict))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "| service | ns |\n|---|--:|\n| bare | 100 |\n| ours | 200 (190 to 260) |\n| theirs | 350 |\n";

    const fn at(row: &'static str) -> Source {
        source("stack", "service", row, "ns")
    }

    fn judged(bound: Bound, all: &'static [Measured]) -> (String, String, Verdict) {
        let goal = Goal {
            what: "time",
            proof: Proof::Measured(bound, all),
        };
        goal.judged(&Results::of("stack", TEXT)).unwrap()
    }

    #[test]
    fn the_median_is_held_against_the_bound() {
        const OURS: &[Measured] = &[Measured::Number(at("ours"))];
        let (bound, reached, verdict) = judged(Bound::AtMost(200.0), OURS);
        assert_eq!(
            (bound.as_str(), reached.as_str()),
            ("at most 200", "200 (190 to 260)")
        );
        assert_eq!(verdict, Verdict::Reached);
        assert_eq!(judged(Bound::AtMost(199.0), OURS).2, Verdict::Missed);
        assert_eq!(judged(Bound::AtLeast(200.0), OURS).2, Verdict::Reached);
        assert_eq!(judged(Bound::AtLeast(201.0), OURS).2, Verdict::Missed);
    }

    const OVER: &[Measured] = &[Measured::Over(at("ours"), at("bare"))];
    const LESS: &[Measured] = &[Measured::Less(at("ours"), at("bare"))];
    const ADDED: &[Measured] = &[Measured::LessOver(&[
        at("ours"),
        at("bare"),
        at("theirs"),
        at("bare"),
    ])];

    #[test]
    fn numbers_are_divided_and_taken_from_each_other() {
        for (all, shown) in [(OVER, "2"), (LESS, "100"), (ADDED, "0.4")] {
            assert_eq!(judged(Bound::AtMost(0.0), all).1, shown);
        }
    }

    #[test]
    fn one_that_does_not_hold_misses_the_goal() {
        const BOTH: &[Measured] = &[Measured::Number(at("bare")), Measured::Number(at("theirs"))];
        assert_eq!(
            judged(Bound::AtMost(200.0), BOTH),
            (
                "at most 200".to_owned(),
                "100, 350".to_owned(),
                Verdict::Missed
            )
        );
    }

    #[test]
    fn what_nobody_measured_is_no_success() {
        let goal = Goal {
            what: "time",
            proof: Proof::Unknown("not measured"),
        };
        let (_, reached, verdict) = goal.judged(&Results::of("stack", TEXT)).unwrap();
        assert_eq!(
            (reached.as_str(), verdict),
            ("not measured", Verdict::Unknown)
        );
    }
}
