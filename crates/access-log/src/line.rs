use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread,
};

use http::{Method, Request, Response, StatusCode};
use jiff::Timestamp;
use plywood_core::{
    Identity, Watched, Witness,
    body::{Ended, Watch},
    future::Edit,
};

use crate::{
    draft::{Draft, Outcome},
    layer::Settings,
};

/// What nginx writes for a client that left before there was an answer.
const CLIENT_CLOSED_REQUEST: u16 = 499;

/// One request's line in the making. It is written when it is dropped, so that no way out goes without one.
///
/// You meet it only in the types of the service's future and body.
pub struct Line {
    settings: Arc<Settings>,
    draft: Option<(Draft, Witness)>,
    status: Option<StatusCode>,
    bytes: u64,
    is_head: bool,
}

impl Line {
    pub(crate) fn begin<B>(settings: &Arc<Settings>, request: &mut Request<B>) -> Self {
        Self {
            draft: Some((
                Draft::begin(settings, request, Timestamp::now()),
                Witness::call(request),
            )),
            settings: Arc::clone(settings),
            status: None,
            bytes: 0,
            is_head: request.method() == Method::HEAD,
        }
    }

    fn outcome<'u>(&self, user: Option<&'u Identity>) -> Outcome<'u> {
        Outcome {
            user: user.map(Identity::name),
            status: match self.status {
                Some(status) => status.as_u16(),
                None if thread::panicking() => StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
                None => CLIENT_CLOSED_REQUEST,
            },
            bytes: if self.sends_a_body() { self.bytes } else { 0 },
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
}

impl<B: http_body::Body<Data = bytes::Bytes>> Edit<B> for Line {
    type Body = Watched<B, Self>;

    fn edit(mut self, response: Response<B>) -> Response<Self::Body> {
        self.status = Some(response.status());
        response.map(|body| Watched::by(body, self))
    }

    fn failed(mut self) {
        self.status = Some(StatusCode::INTERNAL_SERVER_ERROR);
    }
}

impl Watch for Line {
    fn ended(mut self, ended: Ended) {
        self.bytes = ended.bytes;
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        if let Some((draft, witness)) = self.draft.take() {
            let user = witness.into_identity();
            let line = draft.finish(self.outcome(user.as_ref()));
            // A sink that panics while another panic unwinds would end the whole process.
            let _ = catch_unwind(AssertUnwindSafe(|| self.settings.sink.write(&line)));
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
        assert!(size_of::<Line>() <= 80, "{}", size_of::<Line>());
    }
}
