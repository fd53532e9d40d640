//! The conformance runner: tables of cases, one JSON object a line, run against the crates.
//!
//! Where a suite says so, a case goes over a real loopback socket, its bytes written by hand; else through the public API of the crate.
//! What a case is called and to which group it belongs stays with the [`Report`]: a suite never sees it.

mod accept_encoding;
mod access_log;
mod auth_basic;
mod case;
mod compression_eligibility;
mod cookie_header;
mod digest_requests;
mod digest_vectors;
pub mod exchange;
mod in_process;
mod jws;
mod loopback;
mod outcome;
mod path_agreement;
mod range;
mod report;
mod routing;
mod routing_build;
mod routing_match;
mod set_cookie;
mod static_paths;
mod tree;

use plywood_core::BoxError;

use self::case::Case;
pub use self::report::Report;

/// Suites whose crate is not there yet, or not deep enough.
const NOT_YET: [&str; 1] = ["multipart"];

/// Runs every case of a table against a suite.
///
/// # Errors
///
/// When there is no such suite, or it could not be set up: then no case was run.
pub fn run(suite: &str, table: &str) -> Result<Report, BoxError> {
    let cases = Case::read_all(table);
    Ok(match suite {
        "accept-encoding" => Report::on(cases, accept_encoding::run),
        "access-log" => Report::on(cases, access_log::run),
        "auth-basic" => Report::on(cases, auth_basic::run),
        "compression-eligibility" => Report::on(cases, compression_eligibility::run),
        "cookie-header" => Report::on(cases, cookie_header::run),
        "digest-requests" => {
            let accepted = digest_requests::Accepted::default();
            Report::on(cases, |case| digest_requests::run(case, &accepted))
        }
        "digest-vectors" => Report::on(cases, digest_vectors::run),
        "jws" => Report::on(cases, jws::run),
        "path-agreement" => {
            let guards = path_agreement::Guards::start()?;
            Report::on(cases, |case| path_agreement::run(case, &guards))
        }
        "range" => {
            let served = range::Served::start()?;
            Report::on(cases, |case| range::run(case, &served))
        }
        "routing-build" => Report::on(cases, routing_build::run),
        "routing-match" => Report::on(cases, routing_match::run),
        "set-cookie" => Report::on(cases, set_cookie::run),
        "static-paths" => {
            let root = static_paths::Root::start()?;
            Report::on(cases, |case| static_paths::run(case, &root))
        }
        _ if NOT_YET.contains(&suite) => {
            return Err(format!(
                "the suite `{suite}` cannot be run yet: its crate is not there, or not deep enough"
            )
            .into());
        }
        _ => return Err(format!("there is no suite `{suite}`").into()),
    })
}
