//! Buffers that are used again, because a line's text is soon over and the next one is as long.

use std::cell::RefCell;

/// So many of them wait in a thread for the next request.
const MOST: usize = 64;

/// A buffer that has grown beyond this is let go.
const LARGEST: usize = 8192;

thread_local! {
    static IDLE: RefCell<Vec<Vec<u8>>> = const { RefCell::new(Vec::new()) };
}

/// An empty buffer.
pub(crate) fn take() -> Vec<u8> {
    IDLE.try_with(|idle| idle.borrow_mut().pop())
        .ok()
        .flatten()
        .unwrap_or_else(|| Vec::with_capacity(1024))
}

/// Takes a buffer back.
pub(crate) fn give_back(mut buffer: Vec<u8>) {
    if buffer.capacity() <= LARGEST {
        buffer.clear();
        // In a thread that ends there is nobody to keep it for.
        let _ = IDLE.try_with(|idle| {
            let mut idle = idle.borrow_mut();
            if idle.len() < MOST {
                idle.push(buffer);
            }
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_comes_back_empty_unless_it_grew_too_large() {
        let mut buffer = take();
        buffer.extend_from_slice(b"text");
        let place = buffer.as_ptr();
        give_back(buffer);
        let again = take();
        assert!(again.is_empty() && again.as_ptr() == place);
        give_back(Vec::with_capacity(LARGEST + 1));
        assert!(take().capacity() <= LARGEST);
    }
}
