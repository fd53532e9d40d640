//! An open file that knows in which state it was found.

use std::{
    fs::{File, Metadata},
    io,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::SystemTime,
};

use crate::validators;

/// An open file, and the state that its validators name.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) file: File,
    length: u64,
    modified: Option<SystemTime>,
    is_settled: bool,
    is_promised: AtomicBool,
}

impl Handle {
    pub(crate) fn new(file: File, metadata: &Metadata) -> Self {
        let modified = metadata.modified().ok();
        let now = SystemTime::now();
        Self {
            file,
            length: metadata.len(),
            modified,
            is_settled: modified.is_some_and(|modified| validators::is_settled(modified, now)),
            is_promised: AtomicBool::new(false),
        }
    }

    /// Whether the file had rested for so long that another change would give it another date.
    pub(crate) const fn is_settled(&self) -> bool {
        self.is_settled
    }

    /// From now on it may not grow either: a strong tag promises its bytes.
    pub(crate) fn promise(&self) {
        self.is_promised.store(true, Relaxed);
    }

    /// Fails if the file was written since it was found: what was read until now may be of another state than its tag names.
    ///
    /// A file that was found while it was being written may grow, as a log does, unless its bytes are [promised](Self::promise): its tag is weak then.
    pub(crate) fn is_as_found(&self) -> io::Result<()> {
        let metadata = self.file.metadata()?;
        let may_grow = !self.is_settled && !self.is_promised.load(Relaxed);
        let grows = may_grow && metadata.len() > self.length;
        let is_same = metadata.len() == self.length && metadata.modified().ok() == self.modified;
        if is_same || grows {
            return Ok(());
        }
        Err(io::Error::other("the file was changed while it was sent"))
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, io::Write, time::Duration};

    use super::*;

    /// A file that rests, or one that was just written.
    fn handle(rests: bool) -> (tempfile::NamedTempFile, Handle) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"0123456789").unwrap();
        if rests {
            let modified = SystemTime::now() - Duration::from_secs(60);
            file.as_file().set_modified(modified).unwrap();
        }
        let open = File::open(file.path()).unwrap();
        let metadata = open.metadata().unwrap();
        (file, Handle::new(open, &metadata))
    }

    #[test]
    fn a_file_that_is_written_is_no_longer_as_it_was_found() {
        for content in ["other text", "longer than it was before", "", "short"] {
            let (file, handle) = handle(true);
            assert!(handle.is_as_found().is_ok());
            fs::write(file.path(), content).unwrap();
            assert!(handle.is_as_found().is_err(), "{content}");
        }
    }

    #[test]
    fn one_that_is_being_written_may_grow_but_never_shrink() {
        let (mut file, handle) = handle(false);
        assert!(!handle.is_settled());
        file.write_all(b"more").unwrap();
        assert!(handle.is_as_found().is_ok());
        file.as_file().set_len(3).unwrap();
        assert!(handle.is_as_found().is_err());
    }

    #[test]
    fn one_whose_bytes_are_promised_does_not_grow_either() {
        let (mut file, handle) = handle(false);
        handle.promise();
        assert!(handle.is_as_found().is_ok());
        file.write_all(b"more").unwrap();
        assert!(handle.is_as_found().is_err());
    }

    #[test]
    fn a_file_whose_name_is_taken_away_stays_as_it_was() {
        let (file, handle) = handle(true);
        file.close().unwrap();
        assert!(handle.is_as_found().is_ok());
    }
}
