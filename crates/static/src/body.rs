//! The bytes of a file on their way out.

use std::{
    fs::File,
    io,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    vec,
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use plywood_core::Body;
use tokio::{runtime::Handle, task::JoinHandle};

use crate::{read, source::Content};

/// How much is read at once. A connection holds one chunk here and, while it is written, one in the server.
const CHUNK: u64 = 128 * 1024;

/// Up to here a file is read before the head leaves, so that both leave together.
const SMALL: u64 = 64 * 1024;

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
    let (file, slice) = match content {
        Content::Bytes(bytes) => return part(bytes, &slice).into(),
        Content::Slice(file, whole) => (file, shifted(&slice, whole.start)),
    };
    if length <= SMALL
        && let Some(bytes) = at_once(file, slice.start, length)
    {
        return bytes.into();
    }
    Body::new(FileBody {
        file: Some(Arc::clone(file)),
        slice,
        pieces: Vec::new().into_iter(),
        reading: None,
        remaining: length,
    })
}

/// Several pieces, one after the other.
pub(crate) fn of_pieces(content: &Content, mut pieces: Vec<Piece>) -> Body {
    for piece in &mut pieces {
        if let Piece::Slice(slice) = piece {
            *piece = match content {
                Content::Bytes(bytes) => Piece::Text(part(bytes, slice)),
                Content::Slice(_, whole) => Piece::Slice(shifted(slice, whole.start)),
            };
        }
    }
    let file = match content {
        Content::Bytes(_) => None,
        Content::Slice(file, _) => Some(Arc::clone(file)),
    };
    Body::new(FileBody {
        file,
        slice: 0..0,
        remaining: pieces.iter().map(Piece::len).sum(),
        pieces: pieces.into_iter(),
        reading: None,
    })
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
/// Whatever fails here fails again in [`FileBody`], which tells the server.
fn at_once(file: &File, position: u64, length: u64) -> Option<Bytes> {
    let length = usize::try_from(length).ok()?;
    if length == 0 {
        return Some(Bytes::new());
    }
    let bytes = match read::from_memory(file, position, length) {
        Err(error) if error.kind() == io::ErrorKind::Unsupported => {
            read::with_a_wait(file, position, length)
        }
        result => result,
    };
    bytes.ok().filter(|bytes| bytes.len() == length)
}

/// Exactly the announced bytes of an open file, or an error.
///
/// What the system has in memory is read in place; the rest on a thread that may wait.
struct FileBody {
    /// Nothing only where no piece is a slice.
    file: Option<Arc<File>>,
    /// What is still to send of the current slice.
    slice: Range<u64>,
    pieces: vec::IntoIter<Piece>,
    reading: Option<JoinHandle<io::Result<Bytes>>>,
    remaining: u64,
}

impl FileBody {
    fn poll_chunk(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            if let Some(reading) = &mut self.reading {
                let result = ready!(Pin::new(reading).poll(cx));
                self.reading = None;
                return Poll::Ready(Some(result.unwrap_or_else(|error| Err(error.into()))));
            }
            if !self.slice.is_empty() {
                let Some(result) = self.read() else { continue };
                return Poll::Ready(Some(result));
            }
            match self.pieces.next() {
                Some(Piece::Text(text)) => return Poll::Ready(Some(Ok(text))),
                Some(Piece::Slice(slice)) => self.slice = slice,
                None => return Poll::Ready(None),
            }
        }
    }

    /// The next chunk of the slice; `None` if a thread has been sent for it.
    fn read(&mut self) -> Option<io::Result<Bytes>> {
        let file = self.file.as_ref()?;
        let position = self.slice.start;
        let length = CHUNK.min(self.slice.end - position);
        let length = usize::try_from(length).expect("a chunk fits into memory");
        match read::from_memory(file, position, length) {
            Err(error) if needs_a_wait(&error) => {}
            result => {
                self.slice.start += result.as_ref().map_or(0, |bytes| bytes.len() as u64);
                return Some(result);
            }
        }
        self.slice.start += length as u64;
        let Ok(runtime) = Handle::try_current() else {
            return Some(read::with_a_wait(file, position, length));
        };
        let file = Arc::clone(file);
        let read = move || read::with_a_wait(&file, position, length);
        self.reading = Some(runtime.spawn_blocking(read));
        None
    }

    /// Nothing more comes.
    fn end(&mut self) {
        self.slice = 0..0;
        self.pieces = Vec::new().into_iter();
        self.remaining = 0;
    }
}

fn needs_a_wait(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Unsupported
    )
}

impl http_body::Body for FileBody {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        let chunk = ready!(this.poll_chunk(cx));
        match &chunk {
            Some(Ok(bytes)) => this.remaining -= bytes.len() as u64,
            Some(Err(_)) => this.end(),
            None => {}
        }
        Poll::Ready(chunk.map(|result| result.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        self.remaining == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.remaining)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use http_body::Body as _;
    use http_body_util::BodyExt;

    use super::*;

    fn content(length: u64) -> Vec<u8> {
        (0..length).map(|i| (i % 251) as u8).collect()
    }

    fn file(length: u64) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content(length)).unwrap();
        file
    }

    fn of_slice(file: File, slice: Range<u64>) -> Body {
        super::of_slice(&Content::Slice(file.into(), slice.clone()), 0..slice.end)
    }

    async fn bytes(body: Body) -> Bytes {
        body.collect().await.unwrap().to_bytes()
    }

    #[test]
    fn a_body_in_flight_stays_small() {
        assert!(size_of::<FileBody>() <= 80, "{}", size_of::<FileBody>());
    }

    #[tokio::test]
    async fn a_small_file_is_at_hand_and_a_large_one_streams() {
        let small = of_slice(file(SMALL), 0..SMALL).try_into_bytes().unwrap();
        assert_eq!(small, content(SMALL));

        let length = 3 * CHUNK + 17;
        let mut body = of_slice(file(length), 0..length);
        assert_eq!(body.size_hint().exact(), Some(length));
        let mut received = Vec::new();
        while let Some(frame) = body.frame().await {
            let data = frame.unwrap().into_data().unwrap();
            assert!(data.len() as u64 <= CHUNK);
            received.extend_from_slice(&data);
        }
        assert_eq!(received, content(length));
        assert!(body.is_end_stream());
    }

    #[tokio::test]
    async fn a_cold_file_reads_the_same() {
        let length = 2 * CHUNK + 5;
        let file = file(length);
        #[cfg(target_os = "linux")]
        {
            file.sync_all().unwrap();
            rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed).unwrap();
        }
        assert_eq!(bytes(of_slice(file, 0..length)).await, content(length));
    }

    #[tokio::test]
    async fn pieces_follow_each_other() {
        let pieces = vec![
            Piece::Text("a".into()),
            Piece::Slice(5..8),
            Piece::Slice(0..0),
            Piece::Slice(0..2),
            Piece::Text("z".into()),
        ];
        for (content, shift) in [
            (Content::Slice(file(10).into(), 0..10), 0),
            (Content::Slice(file(13).into(), 3..13), 3),
            (Content::Bytes(content(10).into()), 0),
        ] {
            let body = of_pieces(&content, pieces.clone());
            assert_eq!(body.size_hint().exact(), Some(7));
            let expected = [
                b'a',
                5 + shift,
                6 + shift,
                7 + shift,
                shift,
                1 + shift,
                b'z',
            ];
            assert_eq!(bytes(body).await, &expected[..]);
        }
    }

    #[tokio::test]
    async fn a_file_that_shrinks_is_an_error_and_then_the_end() {
        let length = 2 * CHUNK;
        let file = file(length);
        let other = file.try_clone().unwrap();
        let mut body = of_slice(file, 0..length);
        assert!(body.frame().await.unwrap().is_ok());
        other.set_len(CHUNK / 2).unwrap();
        assert!(body.frame().await.unwrap().is_err());
        assert!(body.frame().await.is_none());

        let small = of_slice(self::file(10), 0..20);
        assert!(small.collect().await.is_err());
    }

    #[tokio::test]
    async fn of_a_file_that_grows_only_the_announced_bytes_are_sent() {
        let length = CHUNK + 1;
        let file = file(length);
        let mut other = file.try_clone().unwrap();
        let body = of_slice(file, 0..length);
        other.write_all(b"more").unwrap();
        assert_eq!(bytes(body).await.len() as u64, length);
    }

    #[test]
    fn without_a_runtime_it_reads_in_place() {
        let length = CHUNK + 1;
        let mut body = of_slice(file(length), 0..length);
        let mut cx = Context::from_waker(std::task::Waker::noop());
        let mut received = 0;
        while let Poll::Ready(Some(frame)) = Pin::new(&mut body).poll_frame(&mut cx) {
            received += frame.unwrap().into_data().unwrap().len() as u64;
        }
        assert_eq!(received, length);
    }
}
