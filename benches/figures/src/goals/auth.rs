use crate::{
    goal::{
        Bound::AtMost,
        Goal,
        Measured::{Less, Number, Over},
        at,
    },
    goals::measured,
    results::{Source, source},
};

pub(super) const GOALS: &[Goal] = &[
    measured(
        "Basic, the password kept in mind: ns added",
        AtMost(200.0),
        &[Number(basic("a password that is kept in mind: ns added"))],
    ),
    measured(
        "the same: allocations",
        AtMost(3.0),
        &[Number(basic("the same: allocations added"))],
    ),
    measured(
        "a JWT by ES256: instructions, of ring's bare verification",
        AtMost(1.1),
        &[Over(token("verifier"), token("ring"))],
    ),
    measured(
        "Digest, SHA-256: time, of its three raw hashes",
        AtMost(1.3),
        &[at(
            "digest",
            "Digest",
            "verified by the pure parts",
            "of the raw hashes",
        )],
    ),
    measured(
        "a thousand wrong passwords a second: ms that others wait longer, 99 of 100",
        AtMost(5.0),
        &[Less(
            basic("a thousand guesses a second: ms that others wait, 99 of 100"),
            basic("nobody guesses: ms that others wait, 99 of 100"),
        )],
    ),
    measured(
        "unknown name against wrong password, 10^5 of each: the size of Welch's t",
        AtMost(4.5),
        &[Number(basic(
            "unknown name against wrong password: size of Welch's t",
        ))],
    ),
];

const fn token(row: &'static str) -> Source {
    source("tokens", "100 tokens", row, "instructions")
}

const fn basic(row: &'static str) -> Source {
    source("auth", "Basic", row, "measured")
}
