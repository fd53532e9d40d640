//! Files for a server to serve, in a temporary directory.

use std::{
    fs::{self, File},
    io,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use rustix::fs::{CWD, Mode, mkfifoat};
use tempfile::TempDir;

/// Files in a directory that goes when it is dropped.
#[derive(Debug)]
pub(crate) struct Tree(TempDir);

impl Tree {
    pub(crate) fn new() -> io::Result<Self> {
        tempfile::tempdir().map(Self)
    }

    /// The path of a name in the tree.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file, with the directories that lead to it.
    pub(crate) fn file(&self, name: &str, content: impl AsRef<[u8]>) -> io::Result<&Self> {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap_or(Path::new("")))?;
        fs::write(path, content)?;
        Ok(self)
    }

    pub(crate) fn directory(&self, name: &str) -> io::Result<&Self> {
        fs::create_dir_all(self.path(name))?;
        Ok(self)
    }

    /// A symbolic link, which may lead anywhere.
    pub(crate) fn link(&self, name: &str, target: &str) -> io::Result<&Self> {
        symlink(target, self.path(name))?;
        Ok(self)
    }

    /// A named pipe that nobody writes to.
    pub(crate) fn pipe(&self, name: &str) -> io::Result<&Self> {
        mkfifoat(CWD, self.path(name), Mode::RUSR | Mode::WUSR)?;
        Ok(self)
    }

    /// Says when a file was last modified.
    pub(crate) fn modified(&self, name: &str, seconds: u64) -> io::Result<&Self> {
        let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
        File::options()
            .write(true)
            .open(self.path(name))?
            .set_modified(time)?;
        Ok(self)
    }
}
