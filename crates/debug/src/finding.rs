//! All that the page shows, before it has a form.

use std::{error::Error, iter};

use http::StatusCode;
use plywood_error::{HttpError, Incident, IncidentKind, Panicked, Place};

use crate::{
    DebugLayer,
    asked::{Asked, Known},
    calls::{self, Calls},
    events::Written,
    source::{Excerpt, Root},
    visible::visible,
};

/// So many errors of a chain are asked whether they are a panic.
const MAX_LINKS: usize = 16;

pub(crate) struct Finding<'a> {
    pub(crate) layer: &'a DebugLayer,
    pub(crate) asked: &'a Asked,
    pub(crate) incident: &'a Incident,
    pub(crate) status: StatusCode,
    /// What happened, in a word.
    pub(crate) word: &'static str,
    pub(crate) message: String,
    pub(crate) causes: Vec<String>,
    pub(crate) place: Option<Place>,
    pub(crate) excerpt: Option<Excerpt>,
    pub(crate) calls: Vec<Calls>,
    pub(crate) known: Vec<Known>,
    pub(crate) written: Written,
}

impl<'a> Finding<'a> {
    pub(crate) fn new(
        layer: &'a DebugLayer,
        asked: &'a Asked,
        incident: &'a Incident,
        reason: &(dyn Error + 'static),
        written: Written,
    ) -> Self {
        let root = layer.root();
        let place = incident.place().cloned();
        let frames = incident
            .trace()
            .map(plywood_error::Trace::frames)
            .unwrap_or_default();
        // One that ends in itself has no end.
        let chain = iter::successors(Some(reason), |&error| error.source());
        let mut chain = chain.take(MAX_LINKS);
        let panicked = chain.find_map(|link| link.downcast_ref::<Panicked>());
        let message = match panicked {
            Some(panicked) if incident.kind() == IncidentKind::Panicked => panicked.message(),
            _ => incident.message(),
        };
        let excerpt = place.as_ref().and_then(|place| root.excerpt(place));
        let mut calls = calls::fold(frames, root);
        if let Some(place) = place.as_ref().filter(|_| excerpt.is_some()) {
            sharpen(&mut calls, root, place, excerpt.as_ref());
        }
        Self {
            layer,
            asked,
            incident,
            status: incident
                .answered()
                .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
            word: word(incident.kind(), HttpError::find(reason).is_some()),
            message: visible(if message.trim().is_empty() {
                "without words"
            } else {
                message
            }),
            causes: incident.sources().map(visible).collect(),
            excerpt,
            place,
            calls,
            known: asked
                .known()
                .into_iter()
                .map(|(name, text)| (name, visible(&text)))
                .collect(),
            written,
        }
    }

    /// The link that opens an editor at a place, if it is in a file of the developer's own.
    pub(crate) fn link(&self, place: &Place) -> Option<String> {
        let file = self.layer.root().file(place)?;
        Some(
            self.layer
                .editor_link()
                .link(&file, place.line(), place.column()),
        )
    }
}

/// The first of the developer's own calls is the one that panicked. The panic knows better where that was than the debug information, if there is
/// any.
fn sharpen(calls: &mut [Calls], root: &Root, place: &Place, around: Option<&Excerpt>) {
    let first = calls.iter_mut().find_map(|calls| match calls {
        Calls::Own { frame, excerpt } => Some((frame, excerpt)),
        Calls::Folded { .. } => None,
    });
    if let Some((frame, excerpt)) = first {
        let at = frame.place.as_ref();
        if at.is_none_or(|at| root.file(at) == root.file(place)) {
            frame.place = Some(place.clone());
            *excerpt = around.cloned();
        }
    }
}

const fn word(kind: IncidentKind, answers: bool) -> &'static str {
    match kind {
        IncidentKind::Panicked => "Panic",
        IncidentKind::Refused => "Refusal",
        _ if answers => "HttpError",
        _ => "Error",
    }
}
