//! `conformance <suite> <cases.jsonl>`: runs a table of cases against a suite.
//!
//! It prints a line for each case that failed or was skipped, then the sums. The exit status is 1 when a case failed that is a `must` or has
//! no strength, and 2 when the suite could not be run at all.

use std::{env, fs, process::ExitCode};

use plywood_core::BoxError;
use plywood_integration_tests::conformance::{self, Report};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [suite, path] = &arguments[..] else {
        eprintln!("usage: conformance <suite> <cases.jsonl>");
        return ExitCode::from(2);
    };
    match report(suite, path) {
        Ok(report) => {
            println!("{report}");
            ExitCode::from(u8::from(!report.is_conformant()))
        }
        Err(error) => {
            eprintln!("conformance: {error}");
            ExitCode::from(2)
        }
    }
}

fn report(suite: &str, path: &str) -> Result<Report, BoxError> {
    let table = fs::read_to_string(path).map_err(|error| format!("{path}: {error}"))?;
    conformance::run(suite, &table)
}
