//! Reading from an open file: what is in memory at once, the rest with a wait.

use std::{fs::File, io};

/// Reads into `buffer` from `position` on, as many bytes as the system has in memory, and says how many that were.
///
/// # Errors
///
/// [`WouldBlock`](io::ErrorKind::WouldBlock) when none are there, [`Unsupported`](io::ErrorKind::Unsupported) when the system
/// cannot say, [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) when the file ends at or before `position`.
#[cfg(target_os = "linux")]
pub(crate) fn from_memory(file: &File, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
    use rustix::io::{Errno, ReadWriteFlags, preadv2};

    let mut slices = [io::IoSliceMut::new(buffer)];
    match preadv2(file, &mut slices, position, ReadWriteFlags::NOWAIT) {
        Ok(0) => Err(shrunk()),
        Ok(count) => Ok(count),
        Err(Errno::AGAIN | Errno::INTR) => Err(io::ErrorKind::WouldBlock.into()),
        Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL | Errno::PERM) => {
            Err(io::ErrorKind::Unsupported.into())
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn from_memory(_: &File, _: u64, _: &mut [u8]) -> io::Result<usize> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Fills `buffer` from `position` on, and waits for the disk where it must.
///
/// # Errors
///
/// [`UnexpectedEof`](io::ErrorKind::UnexpectedEof) when the file ends before.
pub(crate) fn with_a_wait(file: &File, position: u64, buffer: &mut [u8]) -> io::Result<usize> {
    match exactly(file, buffer, position) {
        Ok(()) => Ok(buffer.len()),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Err(shrunk()),
        Err(error) => Err(error),
    }
}

/// Asks the system to have the next bytes in memory soon, so that they need no wait.
#[cfg(target_os = "linux")]
pub(crate) fn ahead(file: &File, position: u64) {
    use rustix::fs::{Advice, fadvise};

    const AHEAD: std::num::NonZeroU64 = std::num::NonZeroU64::new(1024 * 1024).unwrap();
    // It is a wish: without it everything is read all the same.
    let _ = fadvise(file, position, Some(AHEAD), Advice::WillNeed);
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn ahead(_: &File, _: u64) {}

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
        let mut buffer = [0; 3];
        assert_eq!(with_a_wait(&file, 2, &mut buffer).unwrap(), 3);
        assert_eq!(&buffer, b"234");
        buffer = [0; 3];
        match from_memory(&file, 2, &mut buffer) {
            Ok(count) => assert_eq!((count, &buffer), (3, b"234")),
            Err(error) => assert!(matches!(
                error.kind(),
                io::ErrorKind::WouldBlock | io::ErrorKind::Unsupported
            )),
        }
    }

    #[test]
    fn a_file_that_ends_too_early_is_an_error_and_never_a_short_success() {
        let file = file(b"0123456789");
        let kind = |result: io::Result<usize>| result.unwrap_err().kind();
        let eof = io::ErrorKind::UnexpectedEof;
        assert_eq!(kind(with_a_wait(&file, 8, &mut [0; 3])), eof);
        assert_eq!(kind(with_a_wait(&file, 10, &mut [0])), eof);
        let kind = kind(from_memory(&file, 10, &mut [0]));
        assert!(kind == eof || kind == io::ErrorKind::Unsupported, "{kind}");
    }
}
