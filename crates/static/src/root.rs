//! The one way to a file: from the root's open descriptor downwards, with the kernel as the judge.

use std::{
    fs::File,
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

use cap_fs_ext::{
    DirExt, FollowSymlinks, OpenOptions, OpenOptionsFollowExt, OpenOptionsSyncExt,
    ambient_authority,
};
use cap_std::{fs::Dir, time::SystemTime};

use crate::{
    listing::{self, MAX_ENTRIES},
    name,
    refusal::Refusal,
    source::{Entry, Opened},
};

/// Which symbolic links are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Links {
    /// None.
    Refused,
    /// A link at the end of the path, to a file of its own directory.
    ToNeighbours,
    /// All that stay below the root.
    WithinRoot,
}

/// The directory that is served, opened once, and which links below it are followed.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: Arc<Dir>,
    /// Where it was when it was opened, for the operator.
    name: Arc<Path>,
    pub(crate) links: Links,
}

impl Folder {
    pub(crate) fn new(path: &Path) -> io::Result<Self> {
        let root = Dir::open_ambient_dir(path, ambient_authority())?;
        Ok(Self {
            root: Arc::new(root),
            name: std::path::absolute(path)?.into(),
            links: Links::ToNeighbours,
        })
    }

    /// The name of the file at `path` for the operator. Nothing is opened by it.
    pub(crate) fn name_of(&self, path: &str) -> PathBuf {
        self.name.join(path)
    }

    /// Opens `path`, which is relative, without dot segments, and consists of names that are served.
    pub(crate) fn open(&self, path: &str) -> Result<Entry, Refusal> {
        entry(self.open_any(path)?)
    }

    /// What of the directory at `path`, which is empty or ends with a slash, [`open`](Self::open) would open.
    pub(crate) fn entries(&self, path: &str) -> io::Result<(Vec<listing::Entry>, bool)> {
        let mut entries = Vec::new();
        let directory = self.open_any(path.trim_end_matches('/'));
        let directory = Dir::from_std_file(directory.map_err(Refusal::into_error)?);
        let mut names = directory.entries()?;
        for entry in names.by_ref().take(MAX_ENTRIES) {
            let entry = entry?;
            let kind = entry.file_type()?;
            // What is no file is not opened to see that it is none: opening a device may do something.
            if !(kind.is_file() || kind.is_dir() || kind.is_symlink()) {
                continue;
            }
            let Ok(name) = entry.file_name().into_string() else {
                continue;
            };
            if !name::can_be_asked_for(&name) {
                continue;
            }
            // Opened as if it were asked for, so that no other rule has to agree with that one.
            let (kind, modified) = match self.open(&[path, &name].concat()) {
                Ok(Entry::File(opened)) => {
                    let length = opened.content.len();
                    (listing::Kind::File { length }, opened.modified)
                }
                Ok(Entry::Directory) => {
                    let metadata = entry.metadata().ok().filter(|_| !kind.is_symlink());
                    let modified = metadata.and_then(|metadata| metadata.modified().ok());
                    (listing::Kind::Directory, modified.map(SystemTime::into_std))
                }
                Err(_) => continue,
            };
            entries.push(listing::Entry {
                name,
                kind,
                modified,
            });
        }
        Ok((entries, names.next().is_some()))
    }

    /// Whatever stands at `path`, as the rule for links allows.
    fn open_any(&self, path: &str) -> Result<File, Refusal> {
        let path = if path.is_empty() { "." } else { path };
        Ok(match self.links {
            Links::WithinRoot => open(&self.root, path, FollowSymlinks::Yes)?,
            Links::Refused | Links::ToNeighbours => match straight(&self.root, path) {
                Some(result) => result?,
                None => self.walk(path)?,
            },
        })
    }

    /// One directory after the other, none of them a link; then the file, or the neighbour that a link in its place names.
    fn walk(&self, path: &str) -> Result<File, Refusal> {
        let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
        let mut deepest = None;
        for parent in parents.split('/').filter(|parent| !parent.is_empty()) {
            let directory = deepest.as_ref().unwrap_or(&*self.root);
            let next = directory
                .open_dir_nofollow(parent)
                .map_err(|error| refusal(directory, parent, error))?;
            deepest = Some(next);
        }
        let directory = deepest.as_ref().unwrap_or(&*self.root);
        let error = match open(directory, name, FollowSymlinks::No) {
            Ok(file) => return Ok(file),
            Err(error) => error,
        };
        let Ok(target) = directory.read_link_contents(name) else {
            return Err(error.into());
        };
        let neighbour = target
            .to_str()
            .filter(|target| self.links == Links::ToNeighbours && is_neighbour(target))
            .ok_or(Refusal::Link)?;
        open(directory, neighbour, FollowSymlinks::No)
            .map_err(|error| refusal(directory, neighbour, error))
    }
}

/// The type is asked of what was opened, not of a name that may mean something else by now.
fn entry(file: File) -> Result<Entry, Refusal> {
    let metadata = file.metadata()?;
    if metadata.is_file() {
        Ok(Entry::File(Opened::new(file, &metadata)))
    } else if metadata.is_dir() {
        Ok(Entry::Directory)
    } else {
        Err(Refusal::Special)
    }
}

/// An open file, if it is one.
pub(crate) fn opened(file: File) -> Result<Opened, Refusal> {
    match entry(file)? {
        Entry::File(opened) => Ok(opened),
        Entry::Directory => Err(io::Error::from(io::ErrorKind::IsADirectory).into()),
    }
}

/// The file at a path of the program's own, through whatever links.
pub(crate) fn open_file(path: &Path) -> Result<Opened, Refusal> {
    let mut options = std::fs::OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // Opening a pipe without this waits for its writer.
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOCTTY;
        options.custom_flags(flags.bits().cast_signed());
    }
    opened(options.open(path)?)
}

/// Opens `path` in one step, if this system can do so without passing a link; `None` sends the caller the long way.
#[cfg(target_os = "linux")]
fn straight(root: &Dir, path: &str) -> Option<io::Result<File>> {
    use rustix::{
        fs::{Mode, OFlags, ResolveFlags, openat2},
        io::Errno,
    };
    // Opening a pipe without this waits for its writer.
    let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOCTTY | OFlags::NONBLOCK;
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    match openat2(root, path, flags, Mode::empty(), resolve) {
        Ok(file) => Some(Ok(file.into())),
        // A link; a kernel or a sandbox without this call; a rename that was under way.
        Err(Errno::LOOP | Errno::NOSYS | Errno::PERM | Errno::AGAIN) => None,
        Err(error) => Some(Err(error.into())),
    }
}

#[cfg(not(target_os = "linux"))]
fn straight(_: &Dir, _: &str) -> Option<io::Result<File>> {
    None
}

fn open(directory: &Dir, path: &str, follow: FollowSymlinks) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).nonblock(true).follow(follow);
    let file = directory.open_with(path, &options)?;
    Ok(file.into_std())
}

/// Why `name` did not open without following links: because it is one, or as `error` says.
fn refusal(directory: &Dir, name: &str, error: io::Error) -> Refusal {
    if directory.read_link_contents(name).is_ok() {
        return Refusal::Link;
    }
    error.into()
}

/// Whether a link's target is a name of the link's own directory, and one that is served.
fn is_neighbour(target: &str) -> bool {
    !target.contains(['/', '\\']) && name::is_served(target)
}

#[cfg(all(test, unix))]
mod tests {
    use std::{fs, io::Read, os::unix::fs::symlink};

    use super::*;
    use crate::source::Content;

    fn text(file: Result<File, Refusal>) -> Result<String, String> {
        let mut text = String::new();
        let mut file = file.map_err(|refusal| refusal.to_string())?;
        file.read_to_string(&mut text).expect("a readable file");
        Ok(text)
    }

    /// Where the kernel has no `openat2`, the long way is the only one.
    #[test]
    fn the_long_way_gives_what_the_short_one_gives() {
        let base = tempfile::tempdir().unwrap();
        let path = base.path();
        fs::create_dir_all(path.join("root/a/b")).unwrap();
        fs::write(path.join("root/a/b/c.txt"), "c").unwrap();
        fs::write(path.join("root/d.txt"), "d").unwrap();
        fs::write(path.join("e.txt"), "outside").unwrap();
        symlink("a", path.join("root/l")).unwrap();
        symlink("..", path.join("root/up")).unwrap();
        symlink("d.txt", path.join("root/n.txt")).unwrap();
        let root = Folder::new(&path.join("root")).unwrap();
        let link = Err(Refusal::Link.to_string());
        let missing = Err(Refusal::Missing.to_string());
        for (name, expected) in [
            ("a/b/c.txt", Ok("c".to_owned())),
            ("d.txt", Ok("d".to_owned())),
            ("n.txt", Ok("d".to_owned())),
            ("a/b/none.txt", missing.clone()),
            ("a/none/c.txt", missing.clone()),
            ("d.txt/c.txt", missing),
            ("l/b/c.txt", link.clone()),
            ("up/e.txt", link.clone()),
            ("up/root/d.txt", link),
        ] {
            let long = root.walk(name);
            assert_eq!(text(long), expected, "{name}");
            let short = match root.open(name) {
                Ok(Entry::File(opened)) => {
                    let Content::Slice(handle, _) = opened.content else {
                        panic!("{name} is not on the disk");
                    };
                    handle.file.try_clone().map_err(Refusal::from)
                }
                Ok(Entry::Directory) => panic!("{name} is a directory"),
                Err(refusal) => Err(refusal),
            };
            assert_eq!(text(short), expected, "{name}");
        }
    }
}
