use crate::{
    goal::{
        Bound::AtMost,
        Goal,
        Measured::{Less, LessOver},
        at,
    },
    goals::measured,
    results::{Source, source},
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "Combined to a file: time added, of what tower-http's trace with a formatter adds",
        AtMost(0.2),
        &[at(
            "access_log",
            "a log to a file",
            "access-log, Combined",
            "against the trace",
        )],
    ),
    measured(
        "the same: allocations",
        AtMost(1.0),
        &[Less(
            source(
                "access_log",
                "a log to a file",
                "access-log, Combined",
                "allocations",
            ),
            source(
                "access_log",
                "a log to a file",
                "bare service",
                "allocations",
            ),
        )],
    ),
    measured(
        "the same over a connection: time added, of what nginx's buffered log adds",
        AtMost(1.0),
        &[LessOver(&[
            nginx("1 KB, a log", "plywood"),
            nginx("1 KB", "plywood"),
            nginx("1 KB, a log", "nginx"),
            nginx("1 KB", "nginx"),
        ])],
    ),
    measured(
        "a million lines: s of one processor",
        AtMost(1.0),
        &[at(
            "access_log",
            "a million lines",
            "drained",
            "s of a processor",
        )],
    ),
];

const fn nginx(what: &'static str, row: &'static str) -> Source {
    source("wire_nginx", what, row, "us of processor time")
}
