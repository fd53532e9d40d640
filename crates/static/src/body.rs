//! The bytes of a file on their way out.

use std::{io, ops::Range, sync::Arc};

use bytes::Bytes;
use plywood_core::Body;

use crate::{handle::Handle, read, source::Content, stream::Streamed};

/// Up to here a file is read before the head leaves, so that both leave together.
pub(crate) const SMALL: u64 = 64 * 1024;

/// A piece of a body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Piece {
    /// These bytes.
    Text(Bytes),
    /// These positions of the file.
    Slice(Range<u64>),
}

impl Piece {
    pub(crate) const fn len(&self) -> u64 {
        match self {
            Self::Text(text) => text.len() as u64,
            Self::Slice(slice) => slice.end - slice.start,
        }
    }
}

/// One slice of a file.
pub(crate) fn of_slice(content: &Content, slice: Range<u64>) -> Body {
    let length = slice.end - slice.start;
    let (handle, slice) = match content {
        Content::Bytes(bytes) => return part(bytes, &slice).into(),
        Content::Slice(handle, whole) => (handle, shifted(&slice, whole.start)),
        #[cfg(feature = "zip")]
        Content::Framed(_) => return of_pieces(content, vec![Piece::Slice(slice)]),
        #[cfg(feature = "zip")]
        Content::Deflated(deflated) => return deflated.body(),
    };
    if length <= SMALL
        && let Some(bytes) = at_once(handle, &slice)
    {
        return bytes.into();
    }
    Body::new(Streamed::slice(Arc::clone(handle), slice))
}

/// Several pieces, one after the other, of a content that has ranges.
pub(crate) fn of_pieces(content: &Content, pieces: Vec<Piece>) -> Body {
    let mut placed = Vec::with_capacity(pieces.len());
    for piece in pieces {
        match (piece, content) {
            (Piece::Slice(slice), Content::Bytes(bytes)) => {
                placed.push(Piece::Text(part(bytes, &slice)));
            }
            (Piece::Slice(slice), Content::Slice(_, whole)) => {
                placed.push(Piece::Slice(shifted(&slice, whole.start)));
            }
            #[cfg(feature = "zip")]
            (Piece::Slice(slice), Content::Framed(framed)) => placed.extend(framed.pieces(&slice)),
            (piece, _) => placed.push(piece),
        }
    }
    Body::new(Streamed::pieces(content.handle().map(Arc::clone), placed))
}

fn part(bytes: &Bytes, slice: &Range<u64>) -> Bytes {
    let position = |at| usize::try_from(at).expect("a slice lies within its bytes");
    bytes.slice(position(slice.start)..position(slice.end))
}

/// Where a slice of a content that begins at `start` lies in its file.
const fn shifted(slice: &Range<u64>, start: u64) -> Range<u64> {
    start + slice.start..start + slice.end
}

/// The bytes, if they are there without a wait; also if the system cannot say, because a small read is a short wait.
/// Whatever fails here fails again in [`Streamed`], which tells the server.
pub(crate) fn at_once(handle: &Handle, slice: &Range<u64>) -> Option<Bytes> {
    let length = slice.end - slice.start;
    let mut buffer = vec![0; usize::try_from(length).ok()?];
    if buffer.is_empty() {
        return Some(Bytes::new());
    }
    let read = match read::from_memory(&handle.file, slice.start, &mut buffer) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported && length <= SMALL => {
            read::with_a_wait(&handle.file, slice.start, &mut buffer)
        }
        result => result,
    };
    let is_whole = read.ok()? == buffer.len();
    // However short the moment since it was opened, whoever writes in place may have had it.
    (is_whole && handle.is_as_found().is_ok()).then(|| buffer.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content() -> Content {
        Content::Bytes(Bytes::from_static(b"0123456789"))
    }

    #[test]
    fn a_slice_of_what_is_at_hand_is_at_hand() {
        let slice = |range| of_slice(&content(), range).try_into_bytes().unwrap();
        assert_eq!(slice(0..10), "0123456789");
        assert_eq!(slice(3..5), "34");
        assert_eq!(slice(10..10), "");
    }
}
