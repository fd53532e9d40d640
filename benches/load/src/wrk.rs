//! wrk asks, over HTTP/1.1.

use std::path::Path;

use crate::{
    process::pinned,
    rounds::{Candidate, Load},
};

/// What is asked for.
pub enum Asked<'a> {
    /// A file, the fields of the request, and how long the file is.
    Target(&'a str, &'a [String], usize),
    Script(&'a Path),
}

pub fn wrk(candidate: &Candidate, asked: &Asked<'_>, connections: u64, seconds: u64) -> Load {
    let mut wrk = pinned(crate::CLIENTS);
    wrk.args(["wrk", "-t1", "--latency"]);
    wrk.args([format!("-c{connections}"), format!("-d{seconds}s")]);
    let address = &candidate.process.address;
    match asked {
        Asked::Target(target, fields, _) => {
            for field in *fields {
                wrk.args(["-H", field]);
            }
            wrk.arg(format!("http://{address}{target}"));
        }
        Asked::Script(script) => {
            wrk.arg("-s").arg(script).arg(format!("http://{address}"));
        }
    }
    let before = candidate.process.worked();
    let output = wrk.output().expect("wrk is installed");
    let worked = candidate.process.worked() - before;
    let report = String::from_utf8(output.stdout).expect("wrk writes text");
    let name = candidate.name;
    // The lines before have shares in percent, too.
    let (_, times) = report
        .split_once("Latency Distribution")
        .unwrap_or_else(|| panic!("{report}"));
    let is_clean = !report.contains("Non-2xx") && !report.contains("Socket errors");
    assert!(output.status.success() && is_clean, "{name}: {report}");
    let requests = match *asked {
        // What is under way when the time is up has cost something too.
        Asked::Target(_, _, length) if length > PIECEMEAL => bytes(&report) / length as f64,
        _ => number(before_mark(&report, " requests in")),
    };
    Load {
        cost: worked / requests,
        a_second: number(after_mark(&report, "Requests/sec:")),
        half: microseconds(after_mark(times, "50%")),
        most: microseconds(after_mark(times, "99%")),
    }
}

/// From here on a file is so long that a share of it counts.
const PIECEMEAL: usize = 1 << 20;

/// The word before and the word after a mark of the report.
fn before_mark<'r>(report: &'r str, mark: &str) -> &'r str {
    let (before, _) = report
        .split_once(mark)
        .unwrap_or_else(|| panic!("{report}"));
    before
        .split_whitespace()
        .next_back()
        .expect("the line has a number")
}

fn after_mark<'r>(report: &'r str, mark: &str) -> &'r str {
    let (_, after) = report
        .split_once(mark)
        .unwrap_or_else(|| panic!("{report}"));
    after
        .split_whitespace()
        .next()
        .expect("the line has a number")
}

fn number(word: &str) -> f64 {
    word.parse().expect("it is a number")
}

/// wrk writes `812.00us`, `1.20ms` or `2.00s`.
fn microseconds(word: &str) -> f64 {
    for (unit, length) in [("us", 1.0), ("ms", 1e3), ("s", 1e6)] {
        if let Some(figure) = word.strip_suffix(unit) {
            return number(figure) * length;
        }
    }
    panic!("a time that is not known: {word}")
}

/// How many bytes wrk has read: `.. requests in 2.00s, 1.23GB read`.
fn bytes(report: &str) -> f64 {
    let word = before_mark(report, "B read");
    let (figure, unit) = word.split_at(word.len() - 1);
    let unit = match unit {
        "K" => 1 << 10,
        "M" => 1 << 20,
        "G" => 1 << 30,
        _ => panic!("a unit that is not known: {word}"),
    };
    number(figure) * f64::from(unit)
}
