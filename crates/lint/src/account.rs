use std::{fmt, sync::Arc};

use bytes::Buf;
use http::{HeaderMap, HeaderName, header};
use http_body::{Body, Frame, SizeHint};

use crate::{fields, report::Report, rule};

/// The fields that would frame or route the message anew at its end.
const NOT_IN_TRAILERS: [HeaderName; 5] = [
    header::CONNECTION,
    header::CONTENT_LENGTH,
    header::HOST,
    header::TRAILER,
    header::TRANSFER_ENCODING,
];

/// What a body has promised, and what of it is still owed.
pub(crate) struct Account {
    report: Arc<Report>,
    whose: Whose,
    phase: Phase,
    /// The bytes that were handed on.
    sent: u64,
    /// What the `Content-Length` says of the whole body.
    length: Option<u64>,
    /// The fewest and the most bytes that may still come, by the size hints so far.
    least: u64,
    most: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whose {
    Request,
    Response,
    /// The answer to a HEAD: a whole body, or an empty one.
    Head,
    /// An answer whose status allows no content.
    NoContent(u16),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    Open,
    Trailers,
    Ended,
    Failed,
}

impl Account {
    pub(crate) fn new<B: Body>(
        body: &B,
        whose: Whose,
        headers: &HeaderMap,
        report: Arc<Report>,
    ) -> Self {
        let mut account = Self {
            report,
            whose,
            phase: Phase::Open,
            sent: 0,
            length: match whose {
                Whose::NoContent(_) => None,
                _ => headers.get(header::CONTENT_LENGTH).and_then(fields::number),
            },
            least: 0,
            most: u64::MAX,
        };
        let hint = body.size_hint();
        account.promised(&hint);
        account.announced(&hint);
        account
    }

    /// A body of known size can be judged before a byte of it is sent.
    fn announced(&mut self, hint: &SizeHint) {
        if let Whose::NoContent(status) = self.whose
            && hint.lower() > 0
        {
            self.content_in(status);
        }
        if let (Some(length), Some(exact)) = (self.length, hint.exact())
            && length != exact
            && !(self.whose == Whose::Head && exact == 0)
        {
            self.length = None;
            self.report.broken(
                rule::LENGTH_IS_TRUE,
                format!(
                    "`content-length: {length}` in the {}, whose body has {exact} bytes",
                    self.whose
                ),
            );
        }
    }

    /// Notes the bounds that the body gives for its rest. Earlier ones hold on.
    fn promised(&mut self, hint: &SizeHint) {
        self.least = self.least.max(hint.lower());
        self.most = self.most.min(hint.upper().unwrap_or(u64::MAX));
    }

    fn content_in(&mut self, status: u16) {
        self.whose = Whose::Response;
        self.report
            .broken(rule::NO_CONTENT, format!("content in a {status}"));
    }

    /// The body is about to be polled, and gives this hint.
    pub(crate) fn before_poll(&mut self, hint: &SizeHint) {
        match self.phase {
            Phase::Failed => self.report.broken(
                rule::BODY_ERROR_IS_LAST,
                format!("the body of the {} was polled after its error", self.whose),
            ),
            Phase::Open => self.promised(hint),
            Phase::Trailers | Phase::Ended => {}
        }
    }

    /// The body gave a frame. `said_end` is what `is_end_stream` said before.
    pub(crate) fn frame<D: Buf>(&mut self, frame: &Frame<D>, said_end: bool) {
        let what = if frame.is_trailers() {
            "trailers"
        } else {
            "data"
        };
        let whose = self.whose;
        match self.phase {
            Phase::Trailers => self.report.broken(
                rule::TRAILERS_ARE_LAST,
                format!("{what} after the trailers of the {whose}"),
            ),
            Phase::Ended => self.report.broken(
                rule::ENDED_STAYS_ENDED,
                format!("{what} after the end of the {whose}"),
            ),
            Phase::Open | Phase::Failed => {
                self.report.expect(!said_end, rule::END_MEANS_END, || {
                    format!("{what} in the {whose}, although `is_end_stream` was true")
                });
            }
        }
        if let Some(data) = frame.data_ref() {
            self.data(data.remaining() as u64);
        }
        if let Some(trailers) = frame.trailers_ref() {
            self.phase = Phase::Trailers;
            for name in NOT_IN_TRAILERS
                .iter()
                .filter(|name| trailers.contains_key(*name))
            {
                self.report.broken(
                    rule::TRAILER_FIELDS,
                    format!("`{name}` in the trailers of the {whose}"),
                );
            }
        }
    }

    fn data(&mut self, bytes: u64) {
        self.sent += bytes;
        if let Whose::NoContent(status) = self.whose
            && bytes > 0
        {
            self.content_in(status);
        }
        if bytes > self.most {
            self.report.broken(
                rule::SIZE_HINT_HOLDS,
                format!(
                    "{bytes} bytes in the {}, where the upper bound was {}",
                    self.whose, self.most
                ),
            );
            self.most = u64::MAX;
        } else if self.most < u64::MAX {
            self.most -= bytes;
        }
        self.least = self.least.saturating_sub(bytes);
        if let Some(length) = self.length.take_if(|length| self.sent > *length) {
            self.report.broken(
                rule::LENGTH_IS_TRUE,
                format!(
                    "`content-length: {length}` in the {}, and {} bytes so far",
                    self.whose, self.sent
                ),
            );
        }
    }

    /// The body failed.
    pub(crate) fn failed(&mut self) {
        self.phase = Phase::Failed;
    }

    /// The body said that it is over.
    pub(crate) fn end(&mut self) {
        if self.phase == Phase::Ended {
            return;
        }
        self.phase = Phase::Ended;
        let (whose, sent) = (self.whose, self.sent);
        self.report
            .expect(self.least == 0, rule::SIZE_HINT_HOLDS, || {
                format!(
                    "the {whose} ended after {sent} bytes, where the lower bound said {} more",
                    self.least
                )
            });
        let unsent = whose == Whose::Head && sent == 0;
        if let Some(length) = self.length
            && length != sent
            && !unsent
        {
            self.report.broken(
                rule::LENGTH_IS_TRUE,
                format!("`content-length: {length}` in the {whose}, and {sent} bytes in all"),
            );
        }
    }
}

impl fmt::Display for Whose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Request => "request",
            Self::Response | Self::NoContent(_) => "response",
            Self::Head => "response to a HEAD",
        })
    }
}

impl fmt::Debug for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Account")
            .field("whose", &self.whose)
            .field("phase", &self.phase)
            .field("sent", &self.sent)
            .finish_non_exhaustive()
    }
}
