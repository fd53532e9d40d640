//! Files that are read again when they have changed.

use std::{
    fmt, fs, io,
    io::Read,
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock, TryLockError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

/// How often the file's entry is looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// What was written so lately may still be being written.
const SETTLED: Duration = Duration::from_millis(200);

/// An empty file is one that is about to be written, more often than one without anybody in it.
const EMPTIED: Duration = Duration::from_secs(2);

/// The largest file, in bytes.
pub(crate) const LARGEST: u64 = 16 << 20;

/// What was read from a file, as it was when it was whole for the last time.
///
/// Nobody watches the file: whoever asks looks, once in a second at most. A file that changes under the reader's hands, that was written a
/// moment ago, that is not there, or in which something is wrong, leaves what was read before.
pub(crate) struct Reloaded<T> {
    path: PathBuf,
    load: Loader,
    read: Box<Reader<T>>,
    current: RwLock<Arc<T>>,
    edition: AtomicU64,
    opened: Instant,
    /// When to look again, in milliseconds since it was opened: each request asks, and nearly none has to wait for a lock.
    next: AtomicU64,
    looked: Mutex<Looked>,
}

type Loader = fn(&Path) -> io::Result<(Stamp, String)>;

type Reader<T> = dyn Fn(&str) -> Result<T, FileError> + Send + Sync;

struct Looked {
    /// Of what is current; nothing if it may have changed since within one tick of the clock.
    loaded: Option<Stamp>,
    trouble: Trouble,
}

/// What was told the operator, so that it is told once.
#[derive(PartialEq, Eq)]
enum Trouble {
    None,
    /// It is not there.
    Gone,
    /// It could not be read, which says nothing of the next time.
    Unreadable,
    /// What it says cannot be used.
    Unfit(Stamp),
}

/// What changes when a file does.
#[derive(Clone, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: Option<SystemTime>,
    inode: (u64, u64),
}

impl<T> Reloaded<T> {
    pub(crate) fn open(
        path: &Path,
        read: impl Fn(&str) -> Result<T, FileError> + Send + Sync + 'static,
    ) -> Result<Self, FileError> {
        let (stamp, text) = load(path).map_err(|error| FileError::unreadable(path, error))?;
        let value = read(&text).map_err(|error| error.of(path))?;
        Ok(Self {
            path: path.to_owned(),
            load,
            read: Box::new(read),
            current: RwLock::new(Arc::new(value)),
            edition: AtomicU64::new(0),
            opened: Instant::now(),
            next: AtomicU64::new(milliseconds(PAUSE)),
            looked: Mutex::new(Looked {
                loaded: stamp.is_settled(SystemTime::now()).then_some(stamp),
                trouble: Trouble::None,
            }),
        })
    }

    /// What the file says, as far as it can be read.
    pub(crate) fn current(&self) -> Arc<T> {
        self.look(Instant::now());
        let current = self.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }

    /// Another number as soon as the file says something else.
    #[cfg(feature = "password")]
    pub(crate) fn edition(&self) -> u64 {
        self.look(Instant::now());
        self.edition.load(Ordering::Acquire)
    }

    fn look(&self, now: Instant) {
        let time = now.saturating_duration_since(self.opened);
        let is_rested = || milliseconds(time) >= self.next.load(Ordering::Relaxed);
        if !is_rested() {
            return;
        }
        let mut looked = match self.looked.try_lock() {
            Ok(looked) => looked,
            // What is said there is whole between any two lines, and a reader that has panicked must not be the last one.
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            // Whoever finds somebody else looking goes on with what is there.
            Err(TryLockError::WouldBlock) => return,
        };
        if !is_rested() {
            return;
        }
        let rest = |pause| {
            let next = milliseconds(time + pause);
            self.next.store(next, Ordering::Relaxed);
        };
        rest(PAUSE);
        let stamp = match fs::metadata(&self.path) {
            Ok(metadata) => Stamp::of(&metadata),
            Err(error) => {
                if looked.trouble != Trouble::Gone {
                    looked.trouble = Trouble::Gone;
                    let error = FileError::unreadable(&self.path, error);
                    tracing::error!(%error, "the file cannot be found: what it said before is kept");
                }
                return;
            }
        };
        if looked.loaded.as_ref() == Some(&stamp) {
            looked.trouble = Trouble::None;
        } else if !stamp.is_settled(SystemTime::now()) {
            rest(SETTLED);
        } else if looked.trouble != Trouble::Unfit(stamp.clone()) {
            match self.reload(&stamp) {
                Ok(()) => {
                    looked.loaded = Some(stamp);
                    looked.trouble = Trouble::None;
                }
                Err(Unfit::Changing) => rest(SETTLED),
                Err(Unfit::Unreadable(error)) => {
                    if looked.trouble != Trouble::Unreadable {
                        looked.trouble = Trouble::Unreadable;
                        tracing::error!(%error, "the file has changed and cannot be read: what it said before is kept, and it is tried again");
                    }
                }
                Err(Unfit::Refused(error)) => {
                    looked.trouble = Trouble::Unfit(stamp);
                    tracing::error!(%error, "the file has changed and cannot be used: what it said before is kept");
                }
            }
        }
    }

    fn reload(&self, expected: &Stamp) -> Result<(), Unfit> {
        let (stamp, text) = (self.load)(&self.path).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::Interrupted => Unfit::Changing,
            // Of the system, which says nothing of the file: too many are open, a share is away.
            _ if error.raw_os_error().is_some() => {
                Unfit::Unreadable(FileError::unreadable(&self.path, error))
            }
            _ => Unfit::Refused(FileError::unreadable(&self.path, error)),
        })?;
        if stamp != *expected {
            return Err(Unfit::Changing);
        }
        let value = (self.read)(&text).map_err(|error| Unfit::Refused(error.of(&self.path)))?;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
        self.edition.fetch_add(1, Ordering::AcqRel);
        tracing::info!(path = %self.path.display(), "the file has changed and was read again");
        Ok(())
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

enum Unfit {
    Changing,
    Unreadable(FileError),
    Refused(FileError),
}

/// The whole file, if it stays as it is for so long.
fn load(path: &Path) -> io::Result<(Stamp, String)> {
    let mut file = fs::File::open(path)?;
    let before = file.metadata()?;
    if !before.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
    }
    let mut text = Vec::new();
    let read = Read::by_ref(&mut file)
        .take(LARGEST + 1)
        .read_to_end(&mut text)?;
    if read as u64 > LARGEST {
        let error = format!("it must have {LARGEST} bytes at most");
        return Err(io::Error::new(io::ErrorKind::InvalidData, error));
    }
    let stamp = Stamp::of(&before);
    if Stamp::of(&file.metadata()?) != stamp || read as u64 != stamp.length {
        let error = "it is being written";
        return Err(io::Error::new(io::ErrorKind::Interrupted, error));
    }
    let text = String::from_utf8(text).map_err(|_| {
        // Not the source of the error: it would show what the file says.
        io::Error::new(io::ErrorKind::InvalidData, "it must be UTF-8")
    })?;
    Ok((stamp, text))
}

impl Stamp {
    fn of(metadata: &fs::Metadata) -> Self {
        #[cfg(unix)]
        let inode = {
            use std::os::unix::fs::MetadataExt;
            (metadata.dev(), metadata.ino())
        };
        #[cfg(not(unix))]
        let inode = (0, 0);
        Self {
            length: metadata.len(),
            modified: metadata.modified().ok(),
            inode,
        }
    }

    /// Was the last write long enough ago? One in the future is of another machine's clock, and says nothing.
    fn is_settled(&self, now: SystemTime) -> bool {
        let age = self
            .modified
            .and_then(|modified| now.duration_since(modified).ok());
        let wait = if self.length == 0 { EMPTIED } else { SETTLED };
        age.is_none_or(|age| age >= wait)
    }
}

impl<T> fmt::Debug for Reloaded<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reloaded")
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// A file of accounts that cannot be used: which, in which line, and why. What stands in the line is not repeated.
#[derive(Debug)]
pub struct FileError {
    path: PathBuf,
    line: Option<usize>,
    reason: Box<dyn std::error::Error + Send + Sync>,
}

impl FileError {
    pub(crate) fn in_line(
        line: usize,
        reason: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            path: PathBuf::new(),
            line: Some(line),
            reason: reason.into(),
        }
    }

    fn unreadable(path: &Path, error: io::Error) -> Self {
        Self {
            path: path.to_owned(),
            line: None,
            reason: error.into(),
        }
    }

    fn of(self, path: &Path) -> Self {
        let path = path.to_owned();
        Self { path, ..self }
    }

    /// The number of the line in which something is wrong, from one; `None` if the file itself could not be read.
    pub const fn line(&self) -> Option<usize> {
        self.line
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.reason)
    }
}

impl std::error::Error for FileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&*self.reason)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        panic::{AssertUnwindSafe, catch_unwind},
        sync::atomic::AtomicBool,
    };

    use super::*;

    struct Place {
        directory: tempfile::TempDir,
        now: Instant,
    }

    impl Place {
        fn new() -> Self {
            let directory = tempfile::tempdir().unwrap();
            let now = Instant::now();
            Self { directory, now }
        }

        fn path(&self) -> PathBuf {
            self.directory.path().join("numbers")
        }

        /// Writes in place, so long ago.
        fn write(&self, text: &str, ago: Duration) {
            fs::write(self.path(), text).unwrap();
            Self::age(&self.path(), ago);
        }

        fn age(path: &Path, ago: Duration) {
            let file = fs::File::options().write(true).open(path).unwrap();
            file.set_modified(SystemTime::now() - ago).unwrap();
        }

        fn open(&self) -> Result<Reloaded<u32>, FileError> {
            Reloaded::open(&self.path(), |text| {
                let number = text.trim_end().parse();
                number.map_err(|_| FileError::in_line(1, "no number"))
            })
        }

        /// What it says some seconds later.
        fn later(&mut self, reloaded: &Reloaded<u32>) -> u32 {
            self.now += Duration::from_secs(2);
            reloaded.look(self.now);
            **reloaded.current.read().unwrap()
        }
    }

    const LONG_AGO: Duration = Duration::from_secs(100);
    const AGO: Duration = Duration::from_secs(10);

    #[test]
    fn a_file_that_has_changed_is_read_again() {
        let mut place = Place::new();
        place.write("1", LONG_AGO);
        let reloaded = place.open().unwrap();
        assert_eq!(*reloaded.current(), 1);
        place.write("2", AGO);
        // Within the second nobody looks.
        reloaded.look(place.now);
        assert_eq!(**reloaded.current.read().unwrap(), 1);
        assert_eq!(place.later(&reloaded), 2);
        assert_eq!(place.later(&reloaded), 2);
        assert_eq!(reloaded.edition.load(Ordering::Relaxed), 1);
        // By another file in its place, of the same length and the same time.
        let next = place.directory.path().join("next");
        fs::write(&next, "3").unwrap();
        let modified = fs::metadata(place.path()).unwrap().modified().unwrap();
        let file = fs::File::options().write(true).open(&next).unwrap();
        file.set_modified(modified).unwrap();
        fs::rename(&next, place.path()).unwrap();
        assert_eq!(place.later(&reloaded), 3);
        assert_eq!(reloaded.edition.load(Ordering::Relaxed), 2);
    }

    #[test]
    fn what_is_wrong_or_gone_leaves_what_was_there() {
        let mut place = Place::new();
        place.write("1", LONG_AGO);
        let reloaded = place.open().unwrap();
        place.write("one", AGO);
        assert_eq!(place.later(&reloaded), 1);
        fs::remove_file(place.path()).unwrap();
        assert_eq!(place.later(&reloaded), 1);
        fs::create_dir(place.path()).unwrap();
        place.now += Duration::from_secs(2);
        assert_eq!(place.later(&reloaded), 1);
        fs::remove_dir(place.path()).unwrap();
        place.write("\u{fffd}", AGO);
        assert_eq!(place.later(&reloaded), 1);
        assert_eq!(reloaded.edition.load(Ordering::Relaxed), 0);
        place.write("2", AGO);
        assert_eq!(place.later(&reloaded), 2);
    }

    #[test]
    fn a_read_that_fails_once_is_tried_again() {
        static FAILS: AtomicBool = AtomicBool::new(false);
        let mut place = Place::new();
        place.write("1", LONG_AGO);
        let mut reloaded = place.open().unwrap();
        reloaded.load = |path| {
            if FAILS.load(Ordering::Relaxed) {
                // Too many open files.
                return Err(io::Error::from_raw_os_error(24));
            }
            load(path)
        };
        FAILS.store(true, Ordering::Relaxed);
        place.write("2", AGO);
        assert_eq!(place.later(&reloaded), 1);
        assert!(reloaded.looked.lock().unwrap().trouble == Trouble::Unreadable);
        assert_eq!(place.later(&reloaded), 1);
        FAILS.store(false, Ordering::Relaxed);
        assert_eq!(place.later(&reloaded), 2);
        assert!(reloaded.looked.lock().unwrap().trouble == Trouble::None);
    }

    #[test]
    fn a_reader_that_panics_is_not_the_last_one() {
        let mut place = Place::new();
        place.write("1", LONG_AGO);
        let reloaded = Reloaded::open(&place.path(), |text| {
            assert_ne!(text, "panic", "as it is asked to");
            Ok(text.len())
        });
        let reloaded = reloaded.unwrap();
        place.write("panic", AGO);
        place.now += Duration::from_secs(2);
        let look = AssertUnwindSafe(|| reloaded.look(place.now));
        assert!(catch_unwind(look).is_err());
        place.write("22", AGO);
        place.now += Duration::from_secs(2);
        reloaded.look(place.now);
        assert_eq!(*reloaded.current(), 2);
    }

    #[test]
    fn what_is_being_written_is_left_until_it_is_settled() {
        let mut place = Place::new();
        place.write("12", LONG_AGO);
        let reloaded = place.open().unwrap();
        // One of two digits is written by now.
        let written = SystemTime::now();
        place.write("3", AGO);
        let stamp = Stamp::of(&fs::metadata(place.path()).unwrap());
        let young = Stamp {
            modified: Some(written),
            ..stamp.clone()
        };
        for (after, settled) in [(0, false), (199, false), (200, true)] {
            let now = written + Duration::from_millis(after);
            assert_eq!(young.is_settled(now), settled);
        }
        let emptied = Stamp {
            length: 0,
            ..young.clone()
        };
        for (after, settled) in [(200, false), (1999, false), (2000, true)] {
            let now = written + Duration::from_millis(after);
            assert_eq!(emptied.is_settled(now), settled);
        }
        // A clock that is ahead of ours says nothing.
        assert!(young.is_settled(written - LONG_AGO));
        // Another stamp than that of the look: it has changed since.
        assert!(matches!(reloaded.reload(&young), Err(Unfit::Changing)));
        assert_eq!(**reloaded.current.read().unwrap(), 12);
        place.write("34", AGO);
        assert_eq!(place.later(&reloaded), 34);
    }

    #[test]
    fn an_error_names_the_file_and_the_line() {
        let place = Place::new();
        let path = place.path();
        let missing = place.open().unwrap_err();
        assert_eq!((missing.line(), missing.path()), (None, &*path));
        place.write("secret", AGO);
        let wrong = place.open().unwrap_err();
        let expected = format!("{}, line 1: no number", path.display());
        assert_eq!((wrong.to_string(), wrong.line()), (expected, Some(1)));
        fs::write(&path, b"secret \xff").unwrap();
        let shown = format!("{0} {0:?}", place.open().unwrap_err());
        assert!(
            shown.contains("UTF-8") && !shown.contains("secret"),
            "{shown}"
        );
        let file = fs::File::create(&path).unwrap();
        file.set_len(LARGEST + 1).unwrap();
        assert!(place.open().unwrap_err().to_string().contains("at most"));
    }
}
