//! What was told by `tracing` while a request was answered.

use std::{
    cell::RefCell,
    collections::VecDeque,
    mem,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// So many events of a request are kept, the last ones.
#[cfg(feature = "events")]
pub(crate) const MAX_EVENTS: usize = 200;
/// Bytes of an event's or a span's fields.
#[cfg(feature = "events")]
pub(crate) const MAX_FIELDS: usize = 1024;

/// What is written down about one request. It is cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Record(Arc<Mutex<Written>>);

#[derive(Clone, Default)]
pub(crate) struct Written {
    pub(crate) events: VecDeque<Event>,
    /// So many came before those.
    pub(crate) dropped: u64,
    /// The spans that were entered when it panicked, the outermost first.
    pub(crate) spans: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct Event {
    pub(crate) level: &'static str,
    pub(crate) target: String,
    pub(crate) text: String,
    /// The spans that it happened in, the outermost first.
    pub(crate) spans: Vec<String>,
}

thread_local! {
    /// The request that this thread works at.
    static CURRENT: RefCell<Option<Record>> = const { RefCell::new(None) };
}

/// Gives the thread back to the request that it was taken from.
pub(crate) struct Entered(Option<Record>);

impl Record {
    /// Until what is given back is dropped, this thread works at this request.
    pub(crate) fn enter(&self) -> Entered {
        Entered(CURRENT.replace(Some(self.clone())))
    }

    pub(crate) fn current() -> Option<Self> {
        CURRENT
            .try_with(|current| current.try_borrow().ok()?.clone())
            .ok()
            .flatten()
    }

    pub(crate) fn written(&self) -> Written {
        self.lock().clone()
    }

    #[cfg(feature = "events")]
    pub(crate) fn add(&self, event: Event) {
        let mut written = self.lock();
        if written.events.len() == MAX_EVENTS {
            written.events.pop_front();
            written.dropped += 1;
        }
        written.events.push_back(event);
    }

    pub(crate) fn stands_in(&self, spans: Vec<String>) {
        self.lock().spans = spans;
    }

    fn lock(&self) -> MutexGuard<'_, Written> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        let before = mem::take(&mut self.0);
        let _ = CURRENT.try_with(|current| current.replace(before));
    }
}

/// This thread panics: where it stands is noted, because the spans are left while it unwinds.
pub(crate) fn panics() {
    if let Some(record) = Record::current() {
        record.stands_in(spans());
    }
}

#[cfg(feature = "events")]
fn spans() -> Vec<String> {
    crate::request_events::entered()
}

#[cfg(not(feature = "events"))]
const fn spans() -> Vec<String> {
    Vec::new()
}
