use std::{fmt, sync::Arc};

use bytes::Buf;
use http::{HeaderMap, HeaderName, header};
use http_body::{Body, Frame, SizeHint};

use crate::{fields, report::Report, rule, watch::Watch};

/// The fields that come too late at the end: what they say was needed before.
const NOT_IN_TRAILERS: [HeaderName; 23] = [
    header::AUTHORIZATION,
    header::CACHE_CONTROL,
    header::CONNECTION,
    header::CONTENT_ENCODING,
    header::CONTENT_LENGTH,
    header::CONTENT_RANGE,
    header::CONTENT_TYPE,
    header::COOKIE,
    header::EXPECT,
    header::HOST,
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::IF_UNMODIFIED_SINCE,
    header::LOCATION,
    header::MAX_FORWARDS,
    header::RANGE,
    header::SET_COOKIE,
    header::TE,
    header::TRAILER,
    header::TRANSFER_ENCODING,
    header::WWW_AUTHENTICATE,
];

/// What a body has promised, and what of it is still owed.
pub(crate) struct Account {
    report: Arc<Report>,
    whose: Whose,
    phase: Phase,
    /// Was the whole body looked at?
    is_judged: bool,
    /// The bytes that were handed on.
    sent: u64,
    /// What the `Content-Length` says of the whole body.
    length: Option<u64>,
    /// The fewest and the most bytes that may still come, by the size hints so far.
    least: u64,
    most: u64,
    /// What its bytes have to be, if the head says more of them than how many they are.
    watch: Option<Box<Watch>>,
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
        watch: Option<Box<Watch>>,
        report: Arc<Report>,
    ) -> Self {
        let mut account = Self {
            report,
            whose,
            phase: Phase::Open,
            is_judged: false,
            sent: 0,
            length: match whose {
                Whose::NoContent(_) => None,
                _ => headers.get(header::CONTENT_LENGTH).and_then(fields::number),
            },
            least: 0,
            most: u64::MAX,
            watch,
        };
        let hint = body.size_hint();
        account.promised(&hint);
        account.announced(&hint);
        if body.is_end_stream() {
            account.over_at_once(&hint);
        }
        account
    }

    /// The body says that it is empty, so that nobody need poll it.
    fn over_at_once(&mut self, hint: &SizeHint) {
        // What stands for a body that is not sent may keep the length that it would have.
        if !matches!(self.whose, Whose::Head | Whose::NoContent(_)) {
            self.report
                .expect(hint.lower() == 0, rule::END_MEANS_END, || {
                    format!(
                        "`is_end_stream` of the {}, and a `size_hint` of {} bytes or more",
                        self.whose,
                        hint.lower()
                    )
                });
            self.judge();
        }
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
            if let Some(watch) = &mut self.watch {
                watch.update(data, &self.report);
            }
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

    /// The whole body is this.
    pub(crate) fn at_hand(&mut self, bytes: &[u8]) {
        if let Some(mut watch) = self.watch.take() {
            watch.update(&bytes, &self.report);
            watch.end(&self.report);
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

    /// The body was dropped.
    pub(crate) fn dropped(&mut self) {
        let begun = self.whose == Whose::Response && self.sent > 0;
        let is_whole = self.is_judged || self.length == Some(self.sent);
        let cut = begun && !is_whole && self.phase == Phase::Open && !std::thread::panicking();
        self.report.expect(!cut, rule::READ_TO_THE_END, || {
            format!("the {} was dropped after {} bytes", self.whose, self.sent)
        });
    }

    /// The body gave its end.
    pub(crate) fn end(&mut self) {
        if self.phase != Phase::Ended {
            self.phase = Phase::Ended;
            self.judge();
        }
    }

    /// The body is whole, as far as it says.
    pub(crate) fn judge(&mut self) {
        if std::mem::replace(&mut self.is_judged, true) {
            return;
        }
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
        if let Some(mut watch) = self.watch.take() {
            watch.end(&self.report);
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
