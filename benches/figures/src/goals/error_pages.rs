use crate::{
    goal::{Bound::AtMost, Goal, at},
    goals::{asserted, measured},
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "a 200 that passes: ns added",
        AtMost(40.0),
        &[at("errors", "service", "passes, 200", "added ns")],
    ),
    measured(
        "the same: allocations",
        AtMost(1.0),
        &[at("errors", "service", "passes, 200", "added")],
    ),
    measured(
        "a 404 that is filled: ns added, as HTML",
        AtMost(2000.0),
        &[at("errors", "service", "filled, HTML", "added ns")],
    ),
    asserted(
        "1,000 panics a second are all answered, and told once",
        "a test of the crate asserts it",
    ),
];
