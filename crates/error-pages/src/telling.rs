//! What the operator is told.

use std::error::Error;

use plywood_error::{Incident, OneLine, Panicked};
use tracing::subscriber::NoSubscriber;

use crate::request::Asked;

/// Tells of an incident, which answered nobody yet or broke an answer off: at once in an event, and whoever else is to be told.
pub(crate) fn tell(incident: &Incident, reason: &(dyn Error + 'static), asked: &Asked) {
    // Whoever listens may panic, and the visitor is to be answered all the same.
    let _ = Panicked::catch(|| {
        tracing::error!(
            incident = %incident.id(),
            fingerprint = %incident.fingerprint(),
            kind = incident.kind().name(),
            status = incident.answered().map(|status| status.as_u16()),
            // Debug, because it escapes what a terminal would obey.
            path = ?asked.path().unwrap_or_default(),
            place = incident.place().map(tracing::field::display),
            error = %OneLine(reason),
            "a request could not be answered"
        );
        if tracing::dispatcher::get_default(tracing::Dispatch::is::<NoSubscriber>) {
            // A panic is on standard error by itself, and without this line an error would be nowhere. By the macro, because a test that
            // provokes an error keeps what is written by it, and shows it if it fails.
            eprint!("{}", line(incident, reason, asked));
        }
    });
    tell_reports(incident, asked);
}

/// Tells the reports of this layer, if it has any, of what a layer further in has made an event of.
pub(crate) fn tell_reports(incident: &Incident, asked: &Asked) {
    if let Some(reports) = &asked.layer().config().reports {
        reports.tell(incident);
    }
}

/// Of one piece, so that nothing of another thread comes between.
fn line(incident: &Incident, reason: &(dyn Error + 'static), asked: &Asked) -> String {
    let path = asked.path().unwrap_or_default();
    let place = incident.place().map(|place| format!(", at {place}"));
    format!(
        "ERROR {path:?} could not be answered: {} (incident {}{})\n",
        OneLine(reason),
        incident.id(),
        place.unwrap_or_default()
    )
}
