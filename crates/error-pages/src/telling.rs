//! What the operator is told.

use std::error::Error;

use plywood_error::{Incident, OneLine, Panicked};

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
    });
    tell_reports(incident, asked);
}

/// Tells the reports of this layer, if it has any, of what a layer further in has made an event of.
pub(crate) fn tell_reports(incident: &Incident, asked: &Asked) {
    if let Some(reports) = &asked.reports {
        reports.tell(incident);
    }
}
