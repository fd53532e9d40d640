//! A request's body that can be played again: what a service reads of it is kept for the next.

use std::{
    error::Error,
    fmt, io, mem,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body::{Body as _, Frame, SizeHint};
use plywood_core::{Body, BoxError};

use super::{
    Keep,
    spool::{Spool, Work},
};

/// How much is read from the file at once.
const CHUNK: usize = 64 * 1024;

/// A body, and what was read of it.
pub(super) enum Tape {
    /// It was at hand as a whole.
    Whole(Bytes),
    Stream(Arc<Mutex<Recording>>),
}

impl Tape {
    pub(super) fn new(body: Body, keep: &Keep) -> Self {
        match body.try_into_bytes() {
            Ok(bytes) => Self::Whole(bytes),
            Err(source) => Self::Stream(Arc::new(Mutex::new(Recording::new(source, keep.clone())))),
        }
    }

    /// The body from its beginning, for one more service. Whoever still holds an earlier one gets an error from it.
    pub(super) fn play(&mut self) -> Body {
        match self {
            Self::Whole(bytes) => bytes.clone().into(),
            Self::Stream(recording) => {
                let turn = lock(recording).next_turn();
                Body::new(Player {
                    recording: Arc::clone(recording),
                    turn,
                    at: 0,
                    over: false,
                })
            }
        }
    }

    /// The body from its beginning, for the last service: what it reads is not kept. If nothing was read yet, it is the body itself.
    pub(super) fn play_out(mut self) -> Body {
        if let Self::Stream(recording) = &self {
            let mut recording = lock(recording);
            recording.keeps = false;
            if recording.is_untouched()
                && let Some(source) = recording.source.take()
            {
                return source;
            }
        }
        self.play()
    }

    /// Why the body cannot be played again, if it cannot, and the status that says so.
    pub(super) fn lost(&self) -> Option<(StatusCode, Lost)> {
        let Self::Stream(recording) = self else {
            return None;
        };
        let mut recording = lock(recording);
        let Kept::Not(lost) = &mut recording.kept else {
            return None;
        };
        let lost = mem::replace(lost, Lost::TooLarge(0));
        Some((lost.status(), lost))
    }
}

/// What was read of the body, and what is left of it.
pub(super) struct Recording {
    keep: Keep,
    keeps: bool,
    /// `None` once it is over, or handed on.
    source: Option<Body>,
    end: End,
    kept: Kept,
    /// How many bytes came from the source.
    length: u64,
    work: Option<UnderWay>,
    /// The number of the service whose turn it is.
    turn: usize,
}

/// How the body ended.
enum End {
    NotYet,
    Complete(Option<HeaderMap>),
    /// The client is gone, or a layer outside has had enough. Whoever met the error has it; those that follow get its text.
    Failed(String),
}

enum Kept {
    Memory(Vec<u8>),
    File(Spool),
    Not(Lost),
}

/// What the disk is doing.
enum UnderWay {
    Write { work: Work<Spool>, chunk: Bytes },
    Read { work: Work<Bytes>, at: u64 },
}

impl Recording {
    const fn new(source: Body, keep: Keep) -> Self {
        Self {
            keep,
            keeps: true,
            source: Some(source),
            end: End::NotYet,
            kept: Kept::Memory(Vec::new()),
            length: 0,
            work: None,
            turn: 0,
        }
    }

    const fn next_turn(&mut self) -> usize {
        self.turn += 1;
        self.turn
    }

    const fn is_untouched(&self) -> bool {
        self.length == 0 && self.work.is_none() && matches!(self.end, End::NotYet)
    }

    /// The frame that stands at `at`: from what was kept, or from the source.
    fn poll_frame_at(
        &mut self,
        at: u64,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            if self.work.is_some() {
                if let Some(chunk) = ready!(self.poll_work(at, cx))? {
                    return Poll::Ready(Some(Ok(Frame::data(chunk))));
                }
            } else if at < self.length {
                if let Some(chunk) = self.replay(at)? {
                    return Poll::Ready(Some(Ok(Frame::data(chunk))));
                }
            } else {
                match &self.end {
                    End::Complete(trailers) => {
                        let trailers = trailers.clone();
                        return Poll::Ready(trailers.map(|trailers| Ok(Frame::trailers(trailers))));
                    }
                    End::Failed(reason) => {
                        let reason = format!("the request's body broke off: {reason}");
                        return Poll::Ready(Some(Err(reason.into())));
                    }
                    End::NotYet => {}
                }
                match ready!(self.poll_source(cx)) {
                    Some(Ok(chunk)) => {
                        if let Some(chunk) = self.record(chunk) {
                            return Poll::Ready(Some(Ok(Frame::data(chunk))));
                        }
                    }
                    Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                    // The end was noted, and is told above.
                    None => {}
                }
            }
        }
    }

    /// The next bytes of the source; `None` when it is over.
    fn poll_source(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BoxError>>> {
        let Some(source) = &mut self.source else {
            self.end = End::Complete(None);
            return Poll::Ready(None);
        };
        let (end, polled) = match ready!(Pin::new(source).poll_frame(cx)) {
            Some(Ok(frame)) => match frame.into_data() {
                Ok(chunk) => return Poll::Ready(Some(Ok(chunk))),
                Err(other) => (End::Complete(other.into_trailers().ok()), None),
            },
            Some(Err(error)) => (End::Failed(error.to_string()), Some(Err(error))),
            None => (End::Complete(None), None),
        };
        self.end = end;
        self.source = None;
        Poll::Ready(polled)
    }

    /// Keeps a chunk, and gives it back to be handed on; later, if a file has to be written first.
    fn record(&mut self, chunk: Bytes) -> Option<Bytes> {
        let length = self.length + chunk.len() as u64;
        let is_kept = !matches!(self.kept, Kept::Not(_));
        if self.keeps && is_kept && length > self.keep.limit {
            self.kept = Kept::Not(Lost::TooLarge(self.keep.limit));
        }
        if self.keeps && !chunk.is_empty() {
            let work = match &mut self.kept {
                Kept::Not(_) => None,
                Kept::Memory(memory) if length <= self.keep.memory as u64 => {
                    memory.extend_from_slice(&chunk);
                    None
                }
                Kept::Memory(memory) => {
                    let folder = self.keep.folder.as_deref();
                    Some(Spool::create(folder, mem::take(memory), chunk.clone()))
                }
                Kept::File(spool) => Some(spool.write(chunk.clone(), self.length)),
            };
            if let Some(work) = work {
                self.work = Some(UnderWay::Write { work, chunk });
                return None;
            }
        }
        self.length = length;
        Some(chunk)
    }

    /// The bytes at `at`, which were kept; later, if a file has to be read.
    fn replay(&mut self, at: u64) -> Result<Option<Bytes>, BoxError> {
        let length = usize::try_from(self.length - at).map_or(CHUNK, |left| left.min(CHUNK));
        match &self.kept {
            Kept::Memory(memory) => {
                let from = usize::try_from(at).expect("memory has so many bytes");
                Ok(Some(Bytes::copy_from_slice(&memory[from..from + length])))
            }
            Kept::File(spool) => {
                let work = spool.read(at, length);
                self.work = Some(UnderWay::Read { work, at });
                Ok(None)
            }
            Kept::Not(_) => Err("the request's body was not kept".into()),
        }
    }

    /// What the disk has done, if it is what stands at `at`.
    fn poll_work(
        &mut self,
        at: u64,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Option<Bytes>, BoxError>> {
        let (chunk, from) = match &mut self.work {
            None => return Poll::Ready(Ok(None)),
            Some(UnderWay::Write { work, chunk }) => {
                self.kept = match ready!(work.poll(cx)) {
                    Ok(spool) => Kept::File(spool),
                    // Who reads now still gets it all.
                    Err(error) => Kept::Not(Lost::Disk(error)),
                };
                let (chunk, from) = (mem::take(chunk), self.length);
                self.length += chunk.len() as u64;
                (Ok(chunk), from)
            }
            Some(UnderWay::Read { work, at }) => (ready!(work.poll(cx)), *at),
        };
        self.work = None;
        Poll::Ready(match chunk {
            // It may be what an earlier service has asked for.
            Ok(chunk) => Ok((from == at).then_some(chunk)),
            Err(error) => Err(error.into()),
        })
    }

    fn is_over_at(&self, at: u64) -> bool {
        let source_is_over = || self.source.as_ref().is_none_or(Body::is_end_stream);
        at == self.length
            && self.work.is_none()
            && match &self.end {
                End::NotYet => source_is_over(),
                End::Complete(trailers) => trailers.is_none(),
                End::Failed(_) => false,
            }
    }

    /// How much follows `at`.
    fn hint_at(&self, at: u64) -> SizeHint {
        let being_written = match &self.work {
            Some(UnderWay::Write { chunk, .. }) => chunk.len() as u64,
            _ => 0,
        };
        let kept = self.length - at + being_written;
        let rest = self
            .source
            .as_ref()
            .map_or(SizeHint::with_exact(0), Body::size_hint);
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(kept));
        if let Some(upper) = rest.upper().and_then(|upper| upper.checked_add(kept)) {
            hint.set_upper(upper);
        }
        hint
    }
}

/// The body that one service gets.
struct Player {
    recording: Arc<Mutex<Recording>>,
    turn: usize,
    at: u64,
    over: bool,
}

impl Player {
    /// `None` if the body has gone on to the next service.
    fn recording(&self) -> Option<MutexGuard<'_, Recording>> {
        Some(lock(&self.recording)).filter(|recording| recording.turn == self.turn)
    }
}

impl http_body::Body for Player {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = self.get_mut();
        if this.over {
            return Poll::Ready(None);
        }
        let frame = match this.recording() {
            Some(mut recording) => ready!(recording.poll_frame_at(this.at, cx)),
            None => Some(Err(
                "the request's body has gone on to the next service".into()
            )),
        };
        match &frame {
            Some(Ok(frame)) if frame.is_data() => {
                this.at += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            _ => this.over = true,
        }
        Poll::Ready(frame)
    }

    fn is_end_stream(&self) -> bool {
        self.over
            || self
                .recording()
                .is_some_and(|recording| recording.is_over_at(self.at))
    }

    fn size_hint(&self) -> SizeHint {
        match self.recording() {
            _ if self.over => SizeHint::with_exact(0),
            Some(recording) => recording.hint_at(self.at),
            None => SizeHint::default(),
        }
    }
}

/// Held while a frame is polled. A source that panics takes its own request down, and nobody else has the lock.
fn lock(recording: &Mutex<Recording>) -> MutexGuard<'_, Recording> {
    recording.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Why the body was not kept.
#[derive(Debug)]
pub(super) enum Lost {
    TooLarge(u64),
    Disk(io::Error),
}

impl Lost {
    fn status(&self) -> StatusCode {
        use io::ErrorKind::{FileTooLarge, QuotaExceeded, StorageFull};
        match self {
            Self::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Disk(error) => match error.kind() {
                StorageFull | QuotaExceeded | FileTooLarge => StatusCode::INSUFFICIENT_STORAGE,
                _ => StatusCode::INTERNAL_SERVER_ERROR,
            },
        }
    }
}

impl fmt::Display for Lost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge(limit) => write!(
                f,
                "a service read more than {limit} bytes of the body before it said that it is not the one: the limit of the cascade should be higher, or the service sooner"
            ),
            Self::Disk(_) => f.write_str("the body could not be kept for the next service"),
        }
    }
}

impl Error for Lost {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::TooLarge(_) => None,
            Self::Disk(error) => Some(error),
        }
    }
}
