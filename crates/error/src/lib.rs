//! What Plywood's layers share about errors: panics with their location, incidents, and reports.
//!
//! ```
//! use std::{sync::mpsc, time::Duration};
//!
//! use plywood_error::{Incident, IncidentKind, Panicked, Report, Reports};
//!
//! Panicked::watch();
//! let panicked = Panicked::catch(|| panic!("the disk is full")).unwrap_err();
//! assert!(panicked.place().unwrap().file().ends_with(".rs"));
//!
//! let (sender, receiver) = mpsc::channel();
//! let reports = Reports::to(move |report: &Report| Ok(sender.send(report.subject())?)).start()?;
//! reports.tell(&Incident::new(IncidentKind::Panicked, &panicked));
//! assert!(reports.finish(Duration::from_secs(10)));
//! assert!(receiver.recv()?.starts_with("panicked: the disk is full ("));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Words and tools of the first floor: no layer and no runtime. The error pages answer with them, and debug shows them.
//!
//! # What it does
//!
//! - [`Panicked`] is a panic as an error: what it said, where it happened, and the calls that led there. A hook notes that in the thread that
//!   panics, and then does what was done before.
//! - [`HttpError`] is an error that knows how it is answered: the status, what the visitor may read, the fields that the status needs, and the cause,
//!   which is for the operator alone. Return it from a handler, by `?` too; the error pages find it, however deep it is wrapped.
//! - [`Incident`] is one thing that went wrong at one request. Its [`IncidentId`] is shown to the visitor and stands in every log; its
//!   [`Fingerprint`] is that of all incidents of the same cause.
//! - [`Reports`] carries incidents to those who are to be told, each a [`Reporter`]: [`JsonLines`] appends them to a file, a closure does what it
//!   likes. They are grouped by cause, bounded in number, and told in a thread of their own.
//!
//! # What it does not do
//!
//! It answers nothing: the error pages do.
//!
//! # Security
//!
//! Nothing of this is for the visitor but the id. An incident holds no header field, no body, and of the query no value; but an error may quote in its
//! message whatever it was about. A flood takes no more room than a table of bounded size, and no request waits for a reporter.

mod backlog;
mod bounded;
mod fingerprint;
mod groups;
mod http_error;
mod id;
mod incident;
mod json_lines;
mod link;
mod one_line;
mod or_refuse;
mod panicked;
mod place;
mod public;
mod report;
mod reports;
mod target;

pub use self::{
    fingerprint::Fingerprint,
    http_error::HttpError,
    id::IncidentId,
    incident::{Incident, IncidentKind},
    json_lines::JsonLines,
    one_line::OneLine,
    or_refuse::OrRefuse,
    panicked::{Frame, Panicked, Trace},
    place::Place,
    public::{Public, PublicText},
    report::{Report, Reporter},
    reports::{Reports, ReportsBuilder},
};

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
mod readme {}
