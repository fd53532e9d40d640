//! plywood-header's negotiation of a content coding.

use std::time::{Duration, Instant};

use http::{HeaderMap, header::ACCEPT_ENCODING};
use plywood_header::accept_encoding::{Choice, Coding, negotiate};
use serde_json::Value;

use super::{
    case,
    outcome::{Outcome, Unmet, check},
};

/// Some thousand times what the longest field should take.
const LIMIT: Duration = Duration::from_secs(1);

/// So often it is measured before it counts as slow: the machine may have had something else to do.
const ATTEMPTS: usize = 20;

pub(crate) fn run(case: &Value) -> Outcome {
    let mut headers = HeaderMap::new();
    for line in case::texts(case, "accept_encoding")? {
        headers.append(ACCEPT_ENCODING, case::value(line.as_bytes())?);
    }
    let offers = case::texts(case, "offers")?;
    let offers: Vec<Coding> = offers.into_iter().map(coding).collect::<Result<_, _>>()?;
    let measured = || {
        let started = Instant::now();
        (negotiate(&headers, &offers), started.elapsed())
    };
    let (mut chosen, mut took) = measured();
    for _ in 1..ATTEMPTS {
        if took < LIMIT {
            break;
        }
        (chosen, took) = measured();
    }
    let chosen = match chosen {
        Choice::Coding(coding) => coding.as_str(),
        Choice::Identity => "identity",
        Choice::NotAcceptable => "none",
    };
    check(
        took < LIMIT,
        "an answer within a second",
        format_args!("one after {took:?}"),
    )?;

    let mut acceptable = case::texts(case, "also_ok")?;
    acceptable.insert(0, case::text(case, "expect")?);
    check(
        acceptable.contains(&chosen),
        acceptable.join(" or "),
        chosen,
    )
}

fn coding(name: &str) -> Result<Coding, Unmet> {
    [Coding::Zstd, Coding::Br, Coding::Gzip, Coding::Deflate]
        .into_iter()
        .find(|coding| coding.as_str() == name)
        .ok_or_else(|| Unmet::skipped(format!("plywood-header offers no coding `{name}`")))
}
