use std::time::Duration;

use crate::Files;

/// How much of the files that are asked for often stays at hand, and for how long it is believed.
///
/// Of a small file the bytes are kept, of a large one the open descriptor; of both the fields of the answer. Of an archive it is the small members
/// that had to be unpacked: the others are read from it. What is kept answers without
/// a question to the file system until it is [`fresh_for`](Self::fresh_for) old; then the file is opened anew, by the same rules, and
/// kept on if it is the same file in the same state.
///
/// Never kept are names that are not there, hidden ones, directories, files that changed in the last two seconds, and files where
/// the system gives them no number (outside Unix).
///
/// ```
/// use std::time::Duration;
/// use plywood_static::{Cache, Files};
///
/// # let directory = tempfile::tempdir()?;
/// # let root = directory.path();
/// let cache = Cache::default().memory(256 << 20).fresh_for(Duration::from_secs(10));
/// let files = Files::new(root)?.cache(cache);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Cache {
    pub(crate) memory: usize,
    pub(crate) descriptors: usize,
    pub(crate) fresh_for: Duration,
}

impl Default for Cache {
    fn default() -> Self {
        Self {
            memory: 16 << 20,
            descriptors: 128,
            fresh_for: Duration::from_secs(1),
        }
    }
}

impl Cache {
    /// How many bytes of memory it may take. 16 MiB by default.
    ///
    /// A file up to a 64th of this, and up to 256 KiB, is kept with its bytes. What has not been asked for lately makes room.
    #[must_use]
    pub const fn memory(mut self, bytes: usize) -> Self {
        self.memory = bytes;
        self
    }

    /// How many descriptors of larger files it may keep open. 128 by default, because a process may often have no more than 1,024.
    ///
    /// A file that is deleted keeps its place on the disk as long as its descriptor is open: until it is asked for again, or others make it go.
    #[must_use]
    pub const fn descriptors(mut self, most: usize) -> Self {
        self.descriptors = most;
        self
    }

    /// How long what is kept answers without a look at the file system. 1 second by default.
    ///
    /// For so long a change of a file may stay unseen. With zero each request looks, and only the reading is saved. At a member of an
    /// archive nobody looks again: the archive is opened once.
    #[must_use]
    pub const fn fresh_for(mut self, duration: Duration) -> Self {
        self.fresh_for = duration;
        self
    }
}

/// What a cache has done, and holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CacheCounts {
    /// Files that were answered from what was kept.
    pub hits: u64,
    /// Files that had to be opened, because they were not kept, or had changed.
    pub misses: u64,
    /// Files that are kept.
    pub files: usize,
    /// How much memory they take, in bytes, about.
    pub memory: usize,
    /// How many of them are open.
    pub descriptors: usize,
}

impl Files {
    /// What is kept of files that are asked for often, or `None` for nothing. [`Cache::default`] by default.
    ///
    /// All clones share it until one is given other options.
    #[must_use]
    pub fn cache(mut self, cache: impl Into<Option<Cache>>) -> Self {
        self.keep(cache.into());
        self
    }

    /// What the cache has done so far: all zero without one.
    pub fn cache_counts(&self) -> CacheCounts {
        self.store().counts()
    }
}
