use std::{ops::Range, sync::Arc};

use bytes::Bytes;

use crate::{body::Piece, handle::Handle};

/// A part of an open file with a few bytes in front of it and behind it.
#[derive(Clone, Debug)]
pub(crate) struct Framed {
    pub(crate) handle: Arc<Handle>,
    head: Bytes,
    middle: Range<u64>,
    tail: Bytes,
}

impl Framed {
    /// Deflated bytes as a file of gzip ([RFC 1952 §2.3](https://www.rfc-editor.org/rfc/rfc1952#section-2.3)): the two differ by a head and by a tail,
    /// which has the check sum and the length.
    pub(crate) fn gzip(handle: Arc<Handle>, data: Range<u64>, crc: u32, length: u64) -> Self {
        // Deflated, without a name or a date, by an unknown system.
        const HEAD: &[u8; 10] = b"\x1f\x8b\x08\0\0\0\0\0\0\xff";
        let [a, b, c, d, ..] = length.to_le_bytes();
        Self {
            handle,
            head: Bytes::from_static(HEAD),
            middle: data,
            tail: [crc.to_le_bytes(), [a, b, c, d]].concat().into(),
        }
    }

    pub(crate) const fn len(&self) -> u64 {
        self.head.len() as u64 + (self.middle.end - self.middle.start) + self.tail.len() as u64
    }

    /// What of it lies in `slice`.
    pub(crate) fn pieces(&self, slice: &Range<u64>) -> impl Iterator<Item = Piece> {
        let first = self.head.len() as u64;
        let second = first + (self.middle.end - self.middle.start);
        let clamp = |from: u64, to: u64| {
            let start = slice.start.clamp(from, to);
            (start - from)..slice.end.clamp(start, to) - from
        };
        let text = |text: &Bytes, part: Range<u64>| {
            let position = |at| usize::try_from(at).expect("it lies within a few bytes");
            Piece::Text(text.slice(position(part.start)..position(part.end)))
        };
        let middle = clamp(first, second);
        let middle = self.middle.start + middle.start..self.middle.start + middle.end;
        let pieces = [
            text(&self.head, clamp(0, first)),
            Piece::Slice(middle),
            text(&self.tail, clamp(second, self.len())),
        ];
        pieces.into_iter().filter(|piece| piece.len() > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slice_is_the_slice_of_the_whole() {
        let file = tempfile::tempfile().unwrap();
        let metadata = file.metadata().unwrap();
        let handle = Arc::new(Handle::new(file, &metadata));
        let framed = Framed::gzip(handle, 100..105, 0x0403_0201, 0x1_0807_0605);
        assert_eq!(framed.len(), 23);
        // The middle stands for itself by its positions.
        let bytes = |slice: Range<u64>| -> Vec<u8> {
            let pieces = framed.pieces(&slice).map(|piece| match piece {
                Piece::Text(text) => text.to_vec(),
                Piece::Slice(slice) => slice.map(|at| u8::try_from(at).unwrap()).collect(),
            });
            pieces.collect::<Vec<_>>().concat()
        };
        let whole = bytes(0..23);
        assert_eq!(&whole[10..15], [100, 101, 102, 103, 104]);
        assert_eq!(&whole[15..], [1, 2, 3, 4, 5, 6, 7, 8]);
        for start in 0..=23_u64 {
            for end in start..=23 {
                let expected =
                    &whole[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
                assert_eq!(bytes(start..end), expected, "{start}..{end}");
            }
        }
    }
}
