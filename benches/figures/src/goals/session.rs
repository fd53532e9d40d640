use crate::{
    goal::{
        Bound::{AtLeast, AtMost},
        Goal,
        Measured::{self, Number, Over},
        at,
    },
    goals::measured,
    results::{Source, source},
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "not touched: time added, of tower-sessions'",
        AtMost(0.25),
        &[session("/untouched, plywood", "of the peer's")],
    ),
    measured(
        "not touched: allocations added",
        AtMost(2.0),
        &[session("/untouched, plywood", "allocations added")],
    ),
    measured(
        "memory, read: time added, of tower-sessions'",
        AtMost(0.5),
        &[session("/read, plywood", "of the peer's")],
    ),
    measured(
        "memory, read and written",
        AtMost(0.5),
        &[session("/write, plywood", "of the peer's")],
    ),
    measured(
        "memory, created: without a bound on either side; ours full",
        AtMost(0.5),
        &[
            session("/create, without bounds, plywood", "of the peer's"),
            session("/create, plywood", "of the peer's"),
        ],
    ),
    measured(
        "memory, 32 tasks on 2 workers: reads, of tower-sessions'",
        AtLeast(3.0),
        &[Number(crowd(
            "memory, /read, plywood",
            "of the peer's with 2",
        ))],
    ),
    measured(
        "the same, read and written",
        AtLeast(2.5),
        &[Number(crowd(
            "memory, /write, plywood",
            "of the peer's with 2",
        ))],
    ),
    measured(
        "from 1 worker to 2 the throughput rises: times, read; read and written",
        AtLeast(1.0),
        &[
            Over(
                crowd("memory, /read, plywood", "2 workers, /s"),
                crowd("memory, /read, plywood", "1 worker, /s"),
            ),
            Over(
                crowd("memory, /write, plywood", "2 workers, /s"),
                crowd("memory, /write, plywood", "1 worker, /s"),
            ),
        ],
    ),
    measured(
        "SQLite, read and written, 32 visitors: requests, of tower-sessions' store",
        AtLeast(1.5),
        &[Number(crowd(
            "SQLite, /write, plywood",
            "of the peer's with 2",
        ))],
    ),
    measured("Redis, the same", AtLeast(1.5), &[store("Redis, /write")]),
    measured(
        "PostgreSQL, the same",
        AtLeast(1.5),
        &[store("PostgreSQL, /write")],
    ),
    measured(
        "sealed cookie, read and written: time added, of tower-cookies' private jar",
        AtMost(0.5),
        &[session("sealed cookie, /write, plywood", "of the peer's")],
    ),
];

const fn session(row: &'static str, column: &'static str) -> Measured {
    at("session", "a request", row, column)
}

const fn crowd(row: &'static str, column: &'static str) -> Source {
    source("session", "32 visitors at a time", row, column)
}

const fn store(row: &'static str) -> Measured {
    at("stores", "32 visitors at a time, 2 workers", row, "ratio")
}
