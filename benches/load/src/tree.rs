//! Files to be asked for.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use tempfile::TempDir;

/// A directory of files that have been there for an hour.
pub struct Tree(TempDir);

impl Tree {
    pub fn new() -> Self {
        let tree = Self(tempfile::tempdir().expect("there is a temporary directory"));
        fs::create_dir(tree.root()).expect("it is ours");
        tree
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    pub fn root(&self) -> PathBuf {
        self.path().join("root")
    }

    /// A file of so many bytes that say nothing.
    pub fn file(&self, name: &str, length: usize) {
        let content: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
        self.content(name, &content);
    }

    pub fn content(&self, name: &str, content: &[u8]) {
        let path = self.root().join(name);
        fs::create_dir_all(path.parent().expect("it has one")).expect("it is ours");
        let mut file = File::create(path).expect("it is ours");
        file.write_all(content).expect("the disk has space");
        let hour = Duration::from_secs(3600);
        let modified = file.set_modified(SystemTime::now() - hour);
        modified.expect("it is ours");
    }
}
