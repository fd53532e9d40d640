//! What is kept of a request while it is answered.

use std::{cell::RefCell, ops::Deref};

use http::Request;
use plywood_error::Panicked;

use crate::{ErrorPagesLayer, request::Asked};

/// What is kept of a request for an error that there may be.
///
/// Its room is used again by the next request, so that an answer that passes allocates nothing.
#[derive(Clone, Debug)]
pub(crate) struct Kept(Option<Box<Asked>>);

/// So many rooms wait in a thread to be used again.
const IDLE: usize = 64;
/// A room that has grown beyond this is given back, in bytes: a browser's request needs some two hundred.
const MAX_ROOM: usize = 2048;

thread_local! {
    #[expect(clippy::vec_box, reason = "it is the box that is used again")]
    static AGAIN: RefCell<Vec<Box<Asked>>> = const { RefCell::new(Vec::new()) };
}

impl Kept {
    pub(crate) fn of<B>(request: &mut Request<B>, layer: &ErrorPagesLayer) -> Self {
        let again = AGAIN.try_with(|again| again.borrow_mut().pop());
        let mut asked = again.ok().flatten().unwrap_or_default();
        asked.read(request, layer);
        Self(Some(asked))
    }

    /// The request, for whoever comes first.
    pub(crate) fn take(&mut self) -> Option<Self> {
        let asked = self.0.take()?;
        Some(Self(Some(asked)))
    }

    /// Notes that the body has panicked, for whoever takes the request.
    pub(crate) fn break_off(&self, panicked: Panicked) {
        if let Some(asked) = &self.0 {
            // The first one counts.
            let _ = asked.broken().set(panicked);
        }
    }

    /// How the body has panicked, if it has and nobody has been told.
    pub(crate) fn broken(&self) -> Option<&Panicked> {
        self.0.as_ref()?.broken().get()
    }
}

impl Deref for Kept {
    type Target = Asked;

    fn deref(&self) -> &Asked {
        self.0.as_deref().expect("only the first takes it")
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let Some(mut asked) = self.0.take() else {
            return;
        };
        asked.forget();
        if asked.room() > MAX_ROOM {
            return;
        }
        // In a thread that ends there is nobody to wait for.
        let _ = AGAIN.try_with(|again| {
            let mut again = again.borrow_mut();
            if again.len() < IDLE {
                again.push(asked);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(target: &str) -> Kept {
        let mut request = Request::get(target).body(()).unwrap();
        Kept::of(&mut request, &ErrorPagesLayer::new())
    }

    fn idle() -> usize {
        AGAIN.with_borrow(Vec::len)
    }

    #[test]
    fn a_room_is_used_again() {
        let first = kept("/first");
        let place = std::ptr::from_ref(&*first);
        drop(first);
        assert_eq!(idle(), 1);
        let second = kept("/second");
        assert_eq!((std::ptr::from_ref(&*second), idle()), (place, 0));
        assert_eq!(second.path(), Some("/second"));
    }

    #[test]
    fn neither_many_rooms_nor_large_ones_wait() {
        drop(kept(&format!("/{}", "a".repeat(MAX_ROOM))));
        assert_eq!(idle(), 0);
        let many: Vec<_> = (0..2 * IDLE).map(|_| kept("/")).collect();
        drop(many);
        assert_eq!(idle(), IDLE);
    }

    #[test]
    fn it_is_taken_once() {
        let mut kept = kept("/a");
        let taken = kept.take().unwrap();
        assert!(kept.take().is_none());
        assert_eq!(taken.path(), Some("/a"));
    }
}
