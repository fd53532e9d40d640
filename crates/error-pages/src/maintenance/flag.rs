use std::{
    fs::{self, File},
    io::{self, Read},
    path::PathBuf,
    sync::{Arc, Mutex, PoisonError, RwLock},
    time::{Duration, Instant, SystemTime},
};

use super::notice::Notice;

/// How often the file is looked at.
const PAUSE: Duration = Duration::from_secs(1);

/// The longest page that the file may hold, in bytes.
const LONGEST: u64 = 1 << 20;

/// A file that is there or not, as it was when somebody last looked.
///
/// Nobody watches it: whoever asks looks, once in a second at most.
pub(super) struct Flag {
    path: PathBuf,
    seen: RwLock<Option<Arc<Notice>>>,
    looked: Mutex<Looked>,
}

#[derive(Default)]
struct Looked {
    /// When to look again.
    next: Option<Instant>,
    /// Of what was read, unless it was written so lately that it may be written again within one tick of the clock.
    stamp: Option<(u64, SystemTime)>,
}

impl Flag {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            seen: RwLock::default(),
            looked: Mutex::default(),
        }
    }

    /// What the file says, if it is there.
    pub(super) fn notice(&self, now: Instant) -> Option<Arc<Notice>> {
        // Whoever finds somebody else looking goes on with what was seen.
        if let Ok(mut looked) = self.looked.try_lock()
            && looked.next.is_none_or(|next| next <= now)
        {
            looked.next = Some(now + PAUSE);
            self.look(&mut looked);
        }
        let seen = self.seen.read().unwrap_or_else(PoisonError::into_inner);
        seen.clone()
    }

    fn look(&self, looked: &mut Looked) {
        let metadata = match fs::metadata(&self.path) {
            Ok(metadata) => metadata,
            Err(error) => {
                looked.stamp = None;
                // A file that is not there is the rule; one that cannot be looked at leaves things as they are.
                if is_absence(&error) {
                    self.see(None);
                } else {
                    tracing::error!(%error, path = ?self.path, "the maintenance file cannot be looked at");
                }
                return;
            }
        };
        let stamp = metadata.modified().ok().map(|time| (metadata.len(), time));
        if looked.stamp.is_some() && looked.stamp == stamp {
            return;
        }
        looked.stamp = stamp.filter(|(_, time)| time.elapsed().is_ok_and(|age| age > PAUSE));
        let content = self.read().unwrap_or_else(|error| {
            tracing::error!(%error, path = ?self.path, "the maintenance page cannot be read");
            Vec::new()
        });
        self.see(Some(Arc::new(Notice::new(content))));
    }

    /// The page; none, if it is too long, or if this is no file.
    fn read(&self) -> io::Result<Vec<u8>> {
        // A pipe would be waited for.
        if !fs::metadata(&self.path)?.is_file() {
            return Ok(Vec::new());
        }
        let mut content = Vec::new();
        let file = File::open(&self.path)?;
        file.take(LONGEST + 1).read_to_end(&mut content)?;
        if content.len() as u64 > LONGEST {
            return Err(io::Error::other("it is longer than 1 MiB"));
        }
        Ok(content)
    }

    fn see(&self, notice: Option<Arc<Notice>>) {
        *self.seen.write().unwrap_or_else(PoisonError::into_inner) = notice;
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_looked_at_once_in_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("maintenance.html");
        let flag = Flag::new(path.clone());
        let start = Instant::now();
        let at = |milliseconds| start + Duration::from_millis(milliseconds);
        assert!(flag.notice(at(0)).is_none());

        fs::write(&path, "<p>Soon").unwrap();
        assert!(flag.notice(at(999)).is_none());
        let soon = Notice::new("<p>Soon".into());
        assert_eq!(flag.notice(at(1000)).as_deref(), Some(&soon));

        fs::write(&path, "<p>Late").unwrap();
        assert_eq!(flag.notice(at(1999)).as_deref(), Some(&soon));
        let late = Notice::new("<p>Late".into());
        assert_eq!(flag.notice(at(2000)).as_deref(), Some(&late));

        fs::remove_file(&path).unwrap();
        assert!(flag.notice(at(2999)).is_some());
        assert!(flag.notice(at(3000)).is_none());
    }

    #[test]
    fn what_cannot_be_a_page_is_a_flag_all_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let long = folder.path().join("long");
        fs::write(&long, vec![b'a'; (1 << 20) + 1]).unwrap();
        for path in [folder.path(), &long] {
            let notice = Flag::new(path.into()).notice(Instant::now());
            assert_eq!(notice.as_deref(), Some(&Notice::new(Vec::new())));
        }
        let below_a_file = long.join("below");
        assert!(Flag::new(below_a_file).notice(Instant::now()).is_none());
    }
}
