use crate::{
    goal::{
        Bound::AtMost,
        Goal,
        Measured::{Number, Over},
        at,
    },
    goals::measured,
    results::{Source, source},
};

const OURS: &str = "plywood, six layers";
const PEERS: &str = "peers, ServiceBuilder";

pub(super) const GOALS: &[Goal] = &[
    measured(
        "six layers: the time that they add, of what the peers' add, which write no line",
        AtMost(0.4),
        &[Number(stack(OURS, "against the peers"))],
    ),
    measured(
        "the same, where both write a line",
        AtMost(0.4),
        &[at("stack", "with a line each", OURS, "against the peers")],
    ),
    measured(
        "instructions added, of what the peers' add, which write no line",
        AtMost(0.4),
        &[Over(counted("plywood"), counted("peers"))],
    ),
    measured(
        "the same, where both write a line",
        AtMost(0.4),
        &[Over(counted("plywood"), counted("peers_line"))],
    ),
    measured(
        "allocations added, of what the peers' add",
        AtMost(0.4),
        &[Over(
            stack(OURS, "added allocations"),
            stack(PEERS, "added allocations"),
        )],
    ),
];

const fn stack(row: &'static str, column: &'static str) -> Source {
    source("stack", "the whole stack", row, column)
}

const fn counted(row: &'static str) -> Source {
    source("instructions", "1,000 requests", row, "beyond the first")
}
