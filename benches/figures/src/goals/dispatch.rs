use crate::{
    goal::{
        Bound::AtMost,
        Goal,
        Measured::{self, Number, Over},
        at,
    },
    goals::measured,
    results::{Source, source},
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "matching without converters: time, of matchit's",
        AtMost(0.8),
        &[Over(lookup("github", "ns"), lookup("matchit-github", "ns"))],
    ),
    measured(
        "the same: allocations",
        AtMost(0.0),
        &[Number(lookup("github", "allocations"))],
    ),
    measured(
        "matching with converters: time, of matchit's",
        AtMost(1.1),
        &[Over(
            lookup("github-typed", "ns"),
            lookup("matchit-github", "ns"),
        )],
    ),
    measured(
        "10,000 rules: time, of that of 100",
        AtMost(1.3),
        &[Over(lookup("rules-10000", "ns"), lookup("rules-100", "ns"))],
    ),
    measured(
        "`Dispatch` over 100 services: time added, of what axum's Router adds",
        AtMost(0.4),
        &[Over(
            services("dispatch", "added ns"),
            services("axum", "added ns"),
        )],
    ),
    measured(
        "the same: allocations",
        AtMost(4.0),
        &[Number(services("dispatch", "added allocations"))],
    ),
    measured("a URL by name: ns", AtMost(150.0), &[url("url", "ns")]),
    measured(
        "the same: allocations",
        AtMost(1.0),
        &[url("url", "allocations")],
    ),
    measured(
        "a URL of an enum: ns",
        AtMost(80.0),
        &[url("page-url", "ns")],
    ),
];

const fn lookup(row: &'static str, column: &'static str) -> Source {
    source("routing", "a lookup", row, column)
}

const fn services(row: &'static str, column: &'static str) -> Source {
    source("routing", "100 services", row, column)
}

const fn url(row: &'static str, column: &'static str) -> Measured {
    at("routing", "a URL", row, column)
}
