use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use http::{Method, Request, Response, StatusCode, Version, header};
use jiff::Timestamp;
use plywood_core::{
    Mount, ServedFile, Watched, Witness,
    body::{Ended, How, Watch},
    future::Edit,
};

use crate::{
    buffers,
    draft::Draft,
    format::plan::Needs,
    layer::Settings,
    record::{Ending, Kept, Record},
    request_head::RequestHead,
};

/// One request's line in the making. It is written when it is dropped, so that no way out goes without one.
///
/// You meet it only in the types of the service's future and body.
pub struct Line {
    settings: Arc<Settings>,
    /// Nothing when this request is not logged.
    draft: Option<(Draft, Witness)>,
    kept: Option<Box<Kept>>,
    began: Option<Instant>,
    first_byte: Option<Duration>,
    status: Option<StatusCode>,
    bytes: u64,
    head_bytes: u32,
    ending: Option<Ending>,
    is_head: bool,
    is_health_check: bool,
    closes: bool,
}

impl Line {
    pub(crate) fn begin<B>(settings: &Arc<Settings>, request: &mut Request<B>) -> Self {
        let mount = Mount::of(request);
        let head = RequestHead::new(request, mount.original_uri(request.uri()));
        let is_logged = settings.choice.takes_request(&head);
        let draft =
            is_logged.then(|| Draft::begin(settings, &head, Timestamp::now(), buffers::take()));
        let kept =
            (is_logged && settings.choice.wants_records()).then(|| Box::new(Kept::of(&head)));
        let is_health_check = is_logged && settings.choice.is_health_check(&head);
        let wants_clock = settings.format.plan.needs.clock || kept.is_some();
        Self {
            began: (is_logged && wants_clock).then(Instant::now),
            is_head: request.method() == Method::HEAD,
            draft: draft.map(|draft| (draft, witness(request, settings.format.plan.needs))),
            kept,
            settings: Arc::clone(settings),
            first_byte: None,
            status: None,
            bytes: 0,
            head_bytes: 0,
            ending: None,
            is_health_check,
            closes: settings.format.plan.needs.connection && closes(request),
        }
    }

    fn status(&self) -> u16 {
        match self.status {
            Some(status) => status.as_u16(),
            None if thread::panicking() => StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
            None => self.settings.dropped_status,
        }
    }

    fn ending(&self) -> Ending {
        match self.ending {
            Some(Ending::ClientGone) | None if thread::panicking() => Ending::Panicked,
            // Nobody polls a body that is not sent.
            Some(Ending::ClientGone) if !self.sends_a_body() => Ending::Complete,
            Some(ending) => ending,
            None => Ending::ClientGone,
        }
    }

    /// A server sends no body with these, whatever the service put there.
    fn sends_a_body(&self) -> bool {
        let none = [StatusCode::NO_CONTENT, StatusCode::NOT_MODIFIED];
        !self.is_head
            && self
                .status
                .is_some_and(|status| !status.is_informational() && !none.contains(&status))
    }

    fn write(&self, mut draft: Draft, witness: Witness) {
        let needs = self.settings.format.plan.needs;
        let wants_route = needs.route || self.kept.is_some();
        let route = wants_route.then(|| witness.route()).flatten();
        let file = needs.file.then(|| witness.file()).flatten();
        let identity = witness.into_identity();
        let record = Record {
            request: self.kept.as_deref(),
            status: self.status(),
            bytes: if self.sends_a_body() { self.bytes } else { 0 },
            head_bytes: self.head_bytes.into(),
            closes: self.closes,
            ending: self.ending(),
            duration: self.began.map(|began| began.elapsed()).unwrap_or_default(),
            first_byte: self.first_byte,
            identity: identity.as_ref(),
            route: route.as_ref(),
            file: file.as_ref(),
        };
        if self.settings.choice.takes(&record, self.is_health_check) {
            if self.status.is_none() {
                draft.answered(&self.settings, None);
            }
            self.settings.write(draft.finish(&self.settings, &record));
        }
        buffers::give_back(draft.into_buffer());
    }
}

/// Whoever is to be told what the line says of those inside.
fn witness<B>(request: &mut Request<B>, needs: Needs) -> Witness {
    if needs.file {
        ServedFile::want(request);
    }
    Witness::call(request)
}

/// Is the connection closed behind the answer ([RFC 9112 §9.3])? So says the client; a service has no say in it.
///
/// [RFC 9112 §9.3]: https://www.rfc-editor.org/rfc/rfc9112#section-9.3
fn closes<B>(request: &Request<B>) -> bool {
    let mut options = request
        .headers()
        .get_all(header::CONNECTION)
        .iter()
        .flat_map(|value| value.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii);
    match request.version() {
        Version::HTTP_09 => true,
        Version::HTTP_10 => !options.any(|option| option.eq_ignore_ascii_case(b"keep-alive")),
        _ => options.any(|option| option.eq_ignore_ascii_case(b"close")),
    }
}

impl<B: http_body::Body<Data = bytes::Bytes>> Edit<B> for Line {
    type Body = Watched<B, Self>;

    fn edit(mut self, response: Response<B>) -> Response<Self::Body> {
        let (status, headers) = (response.status(), response.headers());
        self.status = Some(status);
        self.first_byte = self.began.map(|began| began.elapsed());
        if let Some((draft, _)) = &mut self.draft {
            draft.answered(&self.settings, Some(headers));
            let plan = &self.settings.format.plan;
            let head = plan.head_bytes(status.canonical_reason(), headers);
            self.head_bytes = u32::try_from(head).unwrap_or(u32::MAX);
        }
        response.map(|body| Watched::by(body, self))
    }

    fn failed(mut self) {
        self.status = Some(StatusCode::INTERNAL_SERVER_ERROR);
        self.ending = Some(Ending::ServiceFailed);
        if let Some((draft, _)) = &mut self.draft {
            draft.answered(&self.settings, None);
        }
    }
}

impl Watch for Line {
    fn ended(mut self, ended: Ended) {
        self.bytes = ended.bytes;
        self.ending = Some(match ended.how {
            How::Complete => Ending::Complete,
            How::Failed => Ending::BodyFailed,
            _ => Ending::ClientGone,
        });
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some((draft, witness)) = self.draft.take() {
            // A sink or a choice that panics while another panic unwinds would end the whole process.
            let _ = catch_unwind(AssertUnwindSafe(|| self.write(draft, witness)));
        }
    }
}

impl fmt::Debug for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Line")
            .field("status", &self.status)
            .field("bytes", &self.bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_in_the_making_stays_small() {
        assert!(size_of::<Line>() <= 112, "{}", size_of::<Line>());
    }
}
