//! The one buffer of a body that streams: lent out, and filled again when it is back.

use std::{ops::Range, sync::Arc};

use bytes::Bytes;

/// How much is read at once, and all that a connection holds of a file while its client takes nothing.
pub(crate) const BUFFER: usize = 64 * 1024;

/// The end of a full buffer goes out in slivers while its beginning is not written yet. hyper gathers up to 16 pieces before it
/// writes, whatever their length; so it gathers one buffer, and not as many as fit into its own bound.
const TAIL: usize = 15 * SLIVER;

const SLIVER: usize = 1024;

/// How many slivers more are read while the buffer is out. Whoever takes them all keeps what it gets, and is not waited for.
const PATIENCE: u8 = 64;

/// Gives out what was read into it, piece by piece.
#[derive(Debug, Default)]
pub(crate) struct Buffer {
    memory: Arc<Vec<u8>>,
    /// What was read and has not been given out.
    rest: Range<usize>,
    /// How many slivers were read since all of the buffer was back.
    slivers: u8,
}

/// Room to read into.
#[derive(Debug)]
pub(crate) struct Room {
    memory: Arc<Vec<u8>>,
    length: usize,
    is_sliver: bool,
}

impl Buffer {
    /// The next piece of what was read.
    pub(crate) fn next(&mut self) -> Option<Bytes> {
        let rest = self.rest.len();
        let length = if self.slivers == PATIENCE {
            rest
        } else if Arc::strong_count(&self.memory) > 1 {
            SLIVER.min(rest)
        } else {
            rest.saturating_sub(TAIL).max(TAIL.min(rest))
        };
        let piece = self.rest.start..self.rest.start + length;
        self.rest.start = piece.end;
        let memory = Arc::clone(&self.memory);
        (length > 0).then(|| Bytes::from_owner(Piece { memory, piece }))
    }

    /// Room for at most `wanted` bytes. Ask when all that was read has been given out.
    pub(crate) fn room(&mut self, wanted: u64) -> Room {
        let length =
            |bound: usize| usize::try_from(wanted).map_or(bound, |wanted| wanted.min(bound));
        if Arc::strong_count(&self.memory) > 1 && self.slivers < PATIENCE {
            self.slivers += 1;
            return Room {
                memory: Arc::default(),
                length: length(SLIVER),
                is_sliver: true,
            };
        }
        if Arc::strong_count(&self.memory) == 1 {
            self.slivers = 0;
        }
        Room {
            memory: std::mem::take(&mut self.memory),
            length: length(BUFFER),
            is_sliver: false,
        }
    }

    /// Takes the room back with `count` bytes in it, and gives out the first piece.
    pub(crate) fn fill(&mut self, room: Room, count: usize) -> Option<Bytes> {
        if room.is_sliver {
            let piece = 0..count;
            let memory = room.memory;
            return Some(Bytes::from_owner(Piece { memory, piece }));
        }
        self.memory = room.memory;
        self.rest = 0..count;
        self.next()
    }
}

impl Room {
    /// As many bytes as were granted.
    pub(crate) fn bytes(&mut self) -> &mut [u8] {
        if Arc::get_mut(&mut self.memory).is_none_or(|memory| memory.len() < self.length) {
            self.memory = Arc::new(vec![0; self.length]);
        }
        let memory = Arc::get_mut(&mut self.memory).expect("nobody else has it yet");
        &mut memory[..self.length]
    }
}

/// A part of a buffer that is out.
struct Piece {
    memory: Arc<Vec<u8>>,
    piece: Range<usize>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.memory[self.piece.clone()]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads on, with bytes that count.
    fn read(buffer: &mut Buffer) -> Bytes {
        if let Some(piece) = buffer.next() {
            return piece;
        }
        let mut room = buffer.room(u64::MAX);
        let bytes = room.bytes();
        let count = bytes.len();
        for (byte, count) in bytes.iter_mut().zip((0..=250).cycle()) {
            *byte = count;
        }
        buffer.fill(room, count).unwrap()
    }

    #[test]
    fn a_reader_that_gives_back_gets_the_same_memory_again() {
        let mut buffer = Buffer::default();
        let first = read(&mut buffer).as_ptr();
        let lengths: Vec<_> = (0..4).map(|_| read(&mut buffer).len()).collect();
        assert_eq!(lengths, [TAIL, BUFFER - TAIL, TAIL, BUFFER - TAIL]);
        read(&mut buffer);
        assert_eq!(read(&mut buffer).as_ptr(), first);
    }

    #[test]
    fn a_writer_that_gathers_sixteen_pieces_holds_one_buffer() {
        let mut buffer = Buffer::default();
        let gathered: Vec<_> = (0..16).map(|_| read(&mut buffer)).collect();
        assert_eq!(gathered.iter().map(Bytes::len).sum::<usize>(), BUFFER);
        let expected: Vec<u8> = (0..=250).cycle().take(BUFFER).collect();
        assert_eq!(gathered.concat(), expected);

        // Half of them are written; what it may gather then is little.
        let gathered: Vec<_> = gathered.into_iter().skip(8).collect();
        let more: Vec<_> = (0..8).map(|_| read(&mut buffer)).collect();
        assert_eq!(more.iter().map(Bytes::len).sum::<usize>(), 8 * SLIVER);
        drop((gathered, more));
        assert_eq!(read(&mut buffer).len(), BUFFER - TAIL);
    }

    #[test]
    fn whoever_keeps_everything_is_not_kept_waiting() {
        let mut buffer = Buffer::default();
        let kept: Vec<_> = (0..100).map(|_| read(&mut buffer)).collect();
        let slivers = 16 + usize::from(PATIENCE);
        assert!(kept[slivers..].iter().all(|piece| piece.len() == BUFFER));
        for piece in &kept {
            assert_eq!(piece[..8], piece[..8].to_vec());
        }
    }

    #[test]
    fn no_more_is_read_than_is_wanted() {
        let mut buffer = Buffer::default();
        let mut room = buffer.room(10);
        assert_eq!(room.bytes().len(), 10);
        assert_eq!(buffer.fill(room, 3).unwrap().len(), 3);
        assert!(buffer.next().is_none());
    }
}
