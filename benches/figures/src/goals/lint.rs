use crate::{
    goal::{
        Bound::{AtLeast, AtMost},
        Goal, at,
    },
    goals::measured,
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "a lint that is on: ns added, to a plain page and to a careful one",
        AtMost(3000.0),
        &[
            at("lint", "service", "a plain page, one lint", "added ns"),
            at("lint", "service", "a careful page, one lint", "added ns"),
        ],
    ),
    measured(
        "the test client: requests a second",
        AtLeast(20_000.0),
        &[at("client", "the client", "a GET", "requests a second")],
    ),
];
