//! A file that is read while it is sent.

use std::{
    io,
    ops::Range,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    vec,
};

use bytes::Bytes;
use http_body::{Frame, SizeHint};
use tokio::{runtime::Handle as Runtime, task::JoinHandle};

use crate::{
    body::Piece,
    buffer::{Buffer, Room},
    handle::Handle,
    read,
};

/// Exactly the announced bytes of an open file in one state of it, or an error.
///
/// What the system has in memory is read in place; the rest on a thread that may wait. Nothing is read before it is asked for.
pub(crate) struct Streamed {
    /// Nothing only where no piece is a slice.
    handle: Option<Arc<Handle>>,
    /// What is still to read of the current slice.
    slice: Range<u64>,
    /// What comes after it: mostly nothing.
    pieces: Option<Box<vec::IntoIter<Piece>>>,
    buffer: Buffer,
    reading: Option<Reading>,
    remaining: u64,
}

/// What a thread is reading.
type Reading = JoinHandle<(Room, io::Result<usize>)>;

impl Streamed {
    /// One slice of the file behind `handle`.
    pub(crate) fn slice(handle: Arc<Handle>, slice: Range<u64>) -> Self {
        Self {
            remaining: slice.end - slice.start,
            slice,
            ..Self::pieces(Some(handle), Vec::new())
        }
    }

    /// Several pieces, one after the other.
    pub(crate) fn pieces(handle: Option<Arc<Handle>>, pieces: Vec<Piece>) -> Self {
        Self {
            handle,
            slice: 0..0,
            remaining: pieces.iter().map(Piece::len).sum(),
            pieces: (!pieces.is_empty()).then(|| Box::new(pieces.into_iter())),
            buffer: Buffer::default(),
            reading: None,
        }
    }

    fn poll_piece(&mut self, cx: &mut Context<'_>) -> Poll<Option<io::Result<Bytes>>> {
        loop {
            if let Some(reading) = &mut self.reading {
                let result = ready!(Pin::new(reading).poll(cx));
                self.reading = None;
                return Poll::Ready(match result {
                    Ok((room, count)) => self.filled(room, count),
                    Err(error) => Some(Err(error.into())),
                });
            }
            if let Some(bytes) = self.buffer.next() {
                return Poll::Ready(Some(Ok(bytes)));
            }
            if !self.slice.is_empty() {
                let Some(result) = self.read() else { continue };
                return Poll::Ready(Some(result));
            }
            match self.pieces.as_mut().and_then(Iterator::next) {
                Some(Piece::Text(text)) => return Poll::Ready(Some(Ok(text))),
                Some(Piece::Slice(slice)) => self.slice = slice,
                None => return Poll::Ready(None),
            }
        }
    }

    /// The next piece of the slice; `None` if a thread has been sent for it.
    fn read(&mut self) -> Option<io::Result<Bytes>> {
        let handle = Arc::clone(self.handle.as_ref()?);
        let position = self.slice.start;
        let mut room = self.buffer.room(self.slice.end - position);
        match read::from_memory(&handle.file, position, room.bytes()) {
            Err(error) if needs_a_wait(&error) => {}
            count => return self.filled(room, count),
        }
        let wait = move || {
            let count = read::with_a_wait(&handle.file, position, room.bytes());
            read::ahead(&handle.file, position);
            (room, count)
        };
        let Ok(runtime) = Runtime::try_current() else {
            let (room, count) = wait();
            return self.filled(room, count);
        };
        self.reading = Some(runtime.spawn_blocking(wait));
        None
    }

    /// The first piece of what was read, if the file is still what it was.
    fn filled(&mut self, room: Room, count: io::Result<usize>) -> Option<io::Result<Bytes>> {
        let sound = count.and_then(|count| {
            let handle = self.handle.as_ref().ok_or(io::ErrorKind::NotFound)?;
            handle.is_as_found().map(|()| count)
        });
        match sound {
            Ok(count) => {
                self.slice.start += count as u64;
                self.buffer.fill(room, count).map(Ok)
            }
            Err(error) => Some(Err(error)),
        }
    }

    /// Nothing more comes.
    fn end(&mut self) {
        *self = Self::pieces(None, Vec::new());
    }
}

fn needs_a_wait(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::WouldBlock | io::ErrorKind::Unsupported
    )
}

impl http_body::Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let this = self.get_mut();
        let piece = ready!(this.poll_piece(cx));
        match &piece {
            Some(Ok(bytes)) => this.remaining -= bytes.len() as u64,
            Some(Err(_)) => this.end(),
            None => {}
        }
        Poll::Ready(piece.map(|result| result.map(Frame::data)))
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
    use std::{
        fs::File,
        io::{Seek, Write},
    };

    use http_body::Body as _;
    use http_body_util::BodyExt;
    use plywood_core::Body;

    use super::*;
    use crate::{
        body::{self, SMALL},
        buffer::BUFFER,
        source::Content,
    };

    const CHUNK: u64 = BUFFER as u64;

    fn content(length: u64) -> Vec<u8> {
        (0..length).map(|i| (i % 251) as u8).collect()
    }

    fn file(length: u64) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&content(length)).unwrap();
        file
    }

    fn opened(file: File, slice: Range<u64>) -> Content {
        let metadata = file.metadata().unwrap();
        Content::Slice(Arc::new(Handle::new(file, &metadata)), slice)
    }

    fn of_slice(file: File, slice: Range<u64>) -> Body {
        body::of_slice(&opened(file, slice.clone()), 0..slice.end)
    }

    async fn bytes(body: Body) -> Bytes {
        body.collect().await.unwrap().to_bytes()
    }

    #[test]
    fn a_body_in_flight_stays_small() {
        assert!(size_of::<Streamed>() <= 80, "{}", size_of::<Streamed>());
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
            (opened(file(10), 0..10), 0),
            (opened(file(13), 3..13), 3),
            (Content::Bytes(content(10).into()), 0),
        ] {
            let body = body::of_pieces(&content, pieces.clone());
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
        // What was read before is of the old state.
        assert!(body.frame().await.unwrap().is_ok());
        assert!(body.frame().await.unwrap().is_err());
        assert!(body.frame().await.is_none());

        let small = of_slice(self::file(10), 0..20);
        assert!(small.collect().await.is_err());
    }

    #[tokio::test]
    async fn of_a_file_that_is_written_in_place_no_bytes_of_two_states_are_sent() {
        let length = 3 * CHUNK;
        for rests in [false, true] {
            let file = file(length);
            if rests {
                file.set_modified(std::time::UNIX_EPOCH).unwrap();
            }
            let mut other = file.try_clone().unwrap();
            let mut body = of_slice(file, 0..length);
            assert!(body.frame().await.unwrap().is_ok());
            // Another date, whatever the step of the clock is.
            other.rewind().unwrap();
            other.write_all(&vec![b'x'; content(length).len()]).unwrap();
            let later = std::time::SystemTime::now() + std::time::Duration::from_secs(1);
            other.set_modified(later).unwrap();
            let rest = body.collect().await;
            assert!(rest.is_err(), "{rests}");
        }
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
