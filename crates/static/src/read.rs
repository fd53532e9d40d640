//! Reading from an open file: what is in memory at once, the rest with a wait.

use std::{fs::File, io};

use bytes::Bytes;

/// Reads at most `length` bytes at `position`, as many as the system has in memory.
///
/// # Errors
///
/// [`WouldBlock`](io::ErrorKind::WouldBlock) when none are there, [`Unsupported`](io::ErrorKind::Unsupported) when the system
/// cannot say, [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) when the file ends at or before `position`.
#[cfg(target_os = "linux")]
pub(crate) fn from_memory(file: &File, position: u64, length: usize) -> io::Result<Bytes> {
    use rustix::io::{Errno, ReadWriteFlags, preadv2};

    let mut buffer = vec![0; length];
    let mut slices = [io::IoSliceMut::new(&mut buffer)];
    match preadv2(file, &mut slices, position, ReadWriteFlags::NOWAIT) {
        Ok(0) => Err(shrunk()),
        Ok(count) => {
            buffer.truncate(count);
            Ok(buffer.into())
        }
        Err(Errno::AGAIN | Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::PERM) => {
            Err(io::ErrorKind::Unsupported.into())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn from_memory(_: &File, _: u64, _: usize) -> io::Result<Bytes> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Reads `length` bytes at `position`, and waits for the disk where it must.
///
/// # Errors
///
/// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) when the file ends before.
pub(crate) fn with_a_wait(file: &File, position: u64, length: usize) -> io::Result<Bytes> {
    let mut buffer = vec![0; length];
    match exactly(file, &mut buffer, position) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(shrunk()),
        result => result.map(|()| buffer.into()),
    }
}

#[cfg(unix)]
fn exactly(file: &File, buffer: &mut [u8], position: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, position)
}

#[cfg(not(unix))]
fn exactly(mut file: &File, buffer: &mut [u8], position: u64) -> io::Result<()> {
    use io::{Read, Seek, SeekFrom};
    file.seek(SeekFrom::Start(position))?;
    file.read_exact(buffer)
}

fn shrunk() -> io::Error {
    io::Error::new(
        io::ErrorKind::UnexpectedEof,
        "the file became shorter while it was sent",
    )
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn file(content: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(content).unwrap();
        file
    }

    #[test]
    fn both_ways_read_the_same() {
        let file = file(b"0123456789");
        assert_eq!(with_a_wait(&file, 2, 3).unwrap(), "234");
        match from_memory(&file, 2, 3) {
            Ok(bytes) => assert_eq!(bytes, "234"),
            Err(error) => assert!(matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::Unsupported
            )),
        }
    }

    #[test]
    fn a_file_that_ends_too_early_is_an_error_and_never_a_short_success() {
        let file = file(b"0123456789");
        let kind = |result: io::Result<Bytes>| result.unwrap_err().kind();
        let eof = io::ErrorKind::UnexpectedEof;
        assert_eq!(kind(with_a_wait(&file, 8, 3)), eof);
        assert_eq!(kind(with_a_wait(&file, 10, 1)), eof);
        let kind = kind(from_memory(&file, 10, 1));
        assert!(kind == eof || kind == io::ErrorKind::Unsupported, "{kind}");
    }
}
