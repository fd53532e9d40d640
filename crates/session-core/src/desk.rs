//! What the clones of one handle share.

use std::{
    ops::{Deref, DerefMut},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use tokio::sync::Notify;

use crate::{Data, SessionError, Vault, draft::Draft, progress::Progress};

/// One lock for all of it, which is held for a moment only and never while a store is asked. Who asks the store takes the progress away, and
/// others wait until it is back.
#[derive(Default)]
pub(crate) struct Desk {
    papers: Mutex<Papers>,
    back: Notify,
}

pub(crate) struct Papers {
    pub(crate) marks: u8,
    pub(crate) draft: Draft,
    /// Not there while somebody holds it.
    progress: Option<Progress>,
    /// Somebody has waited for it.
    awaited: bool,
}

pub(crate) const LOOKED: u8 = 1;
pub(crate) const READ: u8 = 2;
pub(crate) const WRITTEN: u8 = 4;
pub(crate) const CLOSED: u8 = 8;
pub(crate) const IGNORED: u8 = 16;
pub(crate) const LATE: u8 = 32;

/// What a first look finds.
pub(crate) enum Look<'a> {
    Seen(Arc<Data>),
    /// The store must be asked.
    Yours(Held<'a>),
    /// Somebody else is asking it.
    Busy,
}

impl Desk {
    pub(crate) fn papers(&self) -> MutexGuard<'_, Papers> {
        // No code but ours runs under the lock, and the papers are whole after each line of it.
        self.papers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn mark(&self, mark: u8) {
        self.papers().marks |= mark;
    }

    /// Looks at the values, if they are there.
    pub(crate) fn look(&self) -> Result<Look<'_>, SessionError> {
        let mut papers = self.papers();
        papers.marks |= READ;
        if papers.is_loaded() {
            return papers.seen().map(Look::Seen);
        }
        let progress = papers.progress.take();
        Ok(progress.map_or(Look::Busy, |progress| {
            Look::Yours(Held::new(self, progress))
        }))
    }

    /// Waits for the progress, and takes it. What is done to the papers at the same moment is `act`.
    pub(crate) async fn hold<T>(&self, act: impl FnOnce(&mut Papers) -> T) -> (Held<'_>, T) {
        loop {
            {
                let mut papers = self.papers();
                if let Some(progress) = papers.progress.take() {
                    return (Held::new(self, progress), act(&mut papers));
                }
                papers.awaited = true;
            }
            // It may be back by now: that was kept for whoever comes. On the heap, because it is rare.
            Box::pin(self.back.notified()).await;
        }
    }
}

impl Papers {
    /// The draft, and what lies under it if that is known. Nothing once it is too late.
    pub(crate) fn write(&mut self) -> Option<(&mut Draft, Option<&Data>)> {
        self.marks |= WRITTEN;
        let base = self.progress.as_ref().and_then(Progress::values);
        (self.marks & CLOSED == 0).then_some((&mut self.draft, base))
    }

    pub(crate) fn close(&mut self) {
        self.marks |= CLOSED;
        self.draft.close();
    }

    /// Is there, or may there be, a session that should live on because it was used?
    pub(crate) fn may_slide(&self, vault: &Vault) -> bool {
        let progress = self.progress.as_ref();
        progress.is_none_or(|progress| progress.slides(vault))
    }

    fn is_loaded(&self) -> bool {
        let progress = self.progress.as_ref();
        self.draft.view().is_some() || progress.is_some_and(Progress::is_loaded)
    }

    /// The values as the handler sees them, if they were loaded.
    pub(crate) fn at_hand(&mut self) -> Option<Arc<Data>> {
        if self.is_loaded() {
            self.seen().ok()
        } else {
            None
        }
    }

    /// The values as the handler sees them; none as long as nothing was loaded.
    pub(crate) fn seen(&mut self) -> Result<Arc<Data>, SessionError> {
        let Some(progress) = &self.progress else {
            return Ok(self.draft.view().cloned().unwrap_or_default());
        };
        match progress.values() {
            Some(data) if !self.draft.is_clean() => {
                self.draft.view_upon(data).map(|view| Arc::clone(view))
            }
            _ => Ok(progress.data()),
        }
    }
}

impl Default for Papers {
    fn default() -> Self {
        Self {
            marks: 0,
            draft: Draft::default(),
            progress: Some(Progress::default()),
            awaited: false,
        }
    }
}

/// The progress, in the hands of one. It goes back when this is dropped.
pub(crate) struct Held<'a> {
    desk: &'a Desk,
    // There until it goes back.
    progress: Option<Progress>,
}

impl<'a> Held<'a> {
    fn new(desk: &'a Desk, progress: Progress) -> Self {
        let progress = Some(progress);
        Self { desk, progress }
    }

    /// Puts it back. The papers are still locked then.
    pub(crate) fn put_back(&mut self) -> MutexGuard<'a, Papers> {
        let desk = self.desk;
        let mut papers = desk.papers();
        papers.progress = self.progress.take();
        if papers.awaited {
            desk.back.notify_one();
        }
        papers
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        if self.progress.is_some() {
            drop(self.put_back());
        }
    }
}

const THERE: &str = "it is there until it goes back";

impl Deref for Held<'_> {
    type Target = Progress;

    fn deref(&self) -> &Progress {
        self.progress.as_ref().expect(THERE)
    }
}

impl DerefMut for Held<'_> {
    fn deref_mut(&mut self) -> &mut Progress {
        self.progress.as_mut().expect(THERE)
    }
}
