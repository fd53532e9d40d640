//! All goals, and the chapter's table of them.

mod access_log;
mod auth;
mod compression;
mod dispatch;
mod error_pages;
mod lint;
mod session;
mod stack;
mod static_files;

use std::fmt::Write;

use crate::{
    goal::{
        Bound, Goal, Measured,
        Proof::{Asserted, Measured as Held, Unknown},
        Verdict,
    },
    results::{Missing, Results},
};

/// Whose they are, and the goals.
const ALL: [(&str, &[Goal]); 9] = [
    ("The whole stack", stack::GOALS),
    ("lint and test", lint::GOALS),
    ("session and its stores", session::GOALS),
    ("auth", auth::GOALS),
    ("dispatch", dispatch::GOALS),
    ("compression", compression::GOALS),
    ("static", static_files::GOALS),
    ("error-pages", error_pages::GOALS),
    ("access-log", access_log::GOALS),
];

/// The bound that a goal sets to this number.
pub(crate) fn bound(measured: &Measured) -> Option<Bound> {
    let mut goals = ALL.iter().flat_map(|(_, goals)| *goals);
    goals.find_map(|goal| match goal.proof {
        Held(bound, all) if all.contains(measured) => Some(bound),
        _ => None,
    })
}

/// A table for each crate, and before them how many goals are reached.
pub(crate) fn chapter(results: &Results) -> Result<String, Missing> {
    let mut tables = String::new();
    let (mut reached, mut missed, mut unknown) = (0, 0, 0);
    for (whose, goals) in ALL {
        let heads = "| what | goal | measured | reached |\n|---|---|---|---|";
        writeln!(tables, "\n### {whose}\n\n{heads}").expect("a string takes all");
        for goal in goals {
            let (bound, measured, verdict) = goal.judged(results)?;
            let (count, word) = match verdict {
                Verdict::Reached => (&mut reached, "yes"),
                Verdict::Missed => (&mut missed, "**no**"),
                Verdict::Unknown => (&mut unknown, "not known"),
            };
            *count += 1;
            writeln!(tables, "| {} | {bound} | {measured} | {word} |", goal.what)
                .expect("a string takes all");
        }
    }
    let all = reached + missed + unknown;
    Ok(format!(
        "<!-- Written by `cargo run -p plywood-figures` from benches/results. -->\n\n\
         Of {all} goals {reached} are reached and {missed} missed; of {unknown} it is not known.\n{tables}"
    ))
}

const fn measured(what: &'static str, bound: Bound, all: &'static [Measured]) -> Goal {
    Goal {
        what,
        proof: Held(bound, all),
    }
}

const fn asserted(what: &'static str, test: &'static str) -> Goal {
    Goal {
        what,
        proof: Asserted(test),
    }
}

const fn unknown(what: &'static str, why: &'static str) -> Goal {
    Goal {
        what,
        proof: Unknown(why),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_goal_has_nothing_to_hold_against_its_bound_and_none_breaks_its_table() {
        for (_, goals) in ALL {
            for goal in goals {
                if let Held(_, all) = goal.proof {
                    assert!(!all.is_empty(), "{}", goal.what);
                }
                assert!(!goal.what.contains(['|', '\n']), "{}", goal.what);
            }
        }
    }

    #[test]
    fn the_bound_of_a_number_is_that_of_its_goal() {
        const WHOLE: &str = "the whole stack";
        let number = |row| crate::goal::at("stack", WHOLE, row, "against the peers");
        let bound = |row| bound(&number(row));
        assert_eq!(bound("plywood, six layers"), Some(Bound::AtMost(0.4)));
        assert_eq!(bound("peers, ServiceBuilder"), None);
    }
}
