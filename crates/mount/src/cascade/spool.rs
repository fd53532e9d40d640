//! A file without a name, written and read on threads that may wait.

use std::{
    fs::File,
    io,
    path::Path,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use bytes::Bytes;
use tokio::{runtime::Handle, task::JoinHandle};

/// Work on the disk, under way or done.
pub(super) enum Work<T> {
    Done(Option<io::Result<T>>),
    UnderWay(JoinHandle<io::Result<T>>),
}

impl<T: Send + 'static> Work<T> {
    /// Starts it on a thread that may wait. Where there is no runtime, whoever asks waits.
    fn start(work: impl FnOnce() -> io::Result<T> + Send + 'static) -> Self {
        match Handle::try_current() {
            Ok(runtime) => Self::UnderWay(runtime.spawn_blocking(work)),
            Err(_) => Self::Done(Some(work())),
        }
    }

    pub(super) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        Poll::Ready(match self {
            Self::Done(result) => result.take().expect("not polled after it was ready"),
            Self::UnderWay(task) => {
                ready!(Pin::new(task).poll(cx)).unwrap_or_else(|error| Err(error.into()))
            }
        })
    }
}

/// The file, once there is one.
#[derive(Clone, Debug)]
pub(super) struct Spool(Arc<File>);

impl Spool {
    /// Makes a file that has no name, or loses it at once, and that nobody else may read, and writes these bytes.
    pub(super) fn create(folder: Option<&Path>, head: Vec<u8>, chunk: Bytes) -> Work<Self> {
        let folder = folder.map(Path::to_owned);
        Work::start(move || {
            let file = match folder {
                Some(folder) => tempfile::tempfile_in(folder)?,
                None => tempfile::tempfile()?,
            };
            write(&file, &head, 0)?;
            write(&file, &chunk, head.len() as u64)?;
            Ok(Self(Arc::new(file)))
        })
    }

    /// Writes these bytes there.
    pub(super) fn write(&self, chunk: Bytes, position: u64) -> Work<Self> {
        let spool = self.clone();
        Work::start(move || {
            write(&spool.0, &chunk, position)?;
            Ok(spool)
        })
    }

    /// Reads exactly so many bytes from there.
    pub(super) fn read(&self, position: u64, length: usize) -> Work<Bytes> {
        let spool = self.clone();
        Work::start(move || {
            let mut buffer = vec![0; length];
            read(&spool.0, &mut buffer, position)?;
            Ok(buffer.into())
        })
    }
}

#[cfg(unix)]
fn write(file: &File, bytes: &[u8], position: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, position)
}

#[cfg(unix)]
fn read(file: &File, buffer: &mut [u8], position: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, position)
}

#[cfg(not(unix))]
fn write(mut file: &File, bytes: &[u8], position: u64) -> io::Result<()> {
    use io::{Seek, SeekFrom, Write};
    file.seek(SeekFrom::Start(position))?;
    file.write_all(bytes)
}

#[cfg(not(unix))]
fn read(mut file: &File, buffer: &mut [u8], position: u64) -> io::Result<()> {
    use io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(position))?;
    file.read_exact(buffer)
}
