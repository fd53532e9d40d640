//! A zip archive as a folder.

pub(crate) mod deflated;
mod directory;
mod framed;

use std::{
    collections::BTreeMap,
    fmt,
    fs::File,
    io,
    ops::Bound::{Included, Unbounded},
    path::Path as FilePath,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use plywood_header::{accept_encoding::Coding, entity_tag::EntityTag};

pub(crate) use self::framed::Framed;
use self::{
    deflated::Deflated,
    directory::{Method, Record},
};
use crate::{
    Files, OpenError,
    handle::Handle,
    listing, name, read,
    refusal::Refusal,
    root,
    source::{Content, Entry, Opened, Source},
    variants,
};

/// The members of an open archive that may be served.
#[derive(Clone)]
pub(crate) struct Archive {
    handle: Arc<Handle>,
    modified: Option<SystemTime>,
    members: Arc<BTreeMap<String, Record>>,
}

impl Files {
    /// Serves the members of the zip archive at `path` in place, without unpacking it. Needs the feature `zip`.
    ///
    /// A member that is stored goes out as it is, with ranges. One that is deflated goes out as gzip, byte for byte as it stands in the archive, to clients that take
    /// it; for the others it is inflated while it is sent, never beyond the length that the archive announces, and without ranges. A member that was
    /// packed beforehand (`app.css.br` beside `app.css`) is preferred as on the disk. Entity tags are made of the archive's check sums.
    ///
    /// The rules for names are those of the disk. Left out are members that they refuse, links, what is encrypted or packed by another method, and what lies
    /// beyond the archive's end. Of two members of one name the later one counts. The archive is read once, now: one that takes its place later by a rename is served
    /// after the next start, and one that is overwritten in place ends answers under way in an error.
    ///
    /// # Errors
    ///
    /// [`OpenError`] if it is no zip archive, has more than 65,536 members or a directory of more than 64 MiB, or cannot be read.
    pub fn zip(path: impl AsRef<FilePath>) -> Result<Self, OpenError> {
        let path = path.as_ref();
        let archive = Archive::open(path).map_err(|error| OpenError::archive(path, error))?;
        Ok(Self::of(Source::Archive(archive), None).precompressed())
    }
}

impl Archive {
    fn open(path: &FilePath) -> io::Result<Self> {
        let opened = root::open_file(path).map_err(Refusal::into_error)?;
        let Content::Slice(handle, whole) = opened.content else {
            return Err(io::ErrorKind::InvalidInput.into());
        };
        // Its directory is read once, and the tags of all members are strong.
        handle.promise();
        let file = &handle.file;
        let mut members = BTreeMap::new();
        for (path, mut record) in directory::read(file, whole.end)? {
            let is_served = path.split('/').all(name::can_be_asked_for);
            if is_served && record.locate(file, whole.end)? {
                members.insert(path, record);
            }
        }
        Ok(Self {
            modified: opened.modified,
            members: Arc::new(members),
            handle,
        })
    }

    pub(crate) fn member(&self, path: &str) -> Result<Entry, Refusal> {
        let Some(record) = self.members.get(path) else {
            let below = [path, "/"].concat();
            let mut after = self.members.range::<str, _>((Included(&*below), Unbounded));
            let is_directory = after
                .next()
                .is_some_and(|(path, _)| path.starts_with(&below));
            return if is_directory || path.is_empty() {
                Ok(Entry::Directory)
            } else {
                Err(Refusal::Missing)
            };
        };
        let content = match record.method {
            Method::Stored => Content::Slice(Arc::clone(&self.handle), record.data.clone()),
            Method::Deflated => {
                let deflated = Deflated {
                    handle: Arc::clone(&self.handle),
                    data: record.data.clone(),
                    length: record.length,
                    crc: record.crc,
                };
                match deflated.at_once()? {
                    Some(bytes) => Content::Bytes(bytes),
                    None => Content::Deflated(deflated),
                }
            }
        };
        Ok(Entry::File(self.opened(record, content)))
    }

    /// A member in a coding: as it was packed beforehand, or as it stands in the archive.
    pub(crate) fn member_coded(&self, path: &str, coding: Coding) -> Option<Opened> {
        let sibling = [path, variants::extension(coding)].concat();
        if let Ok(Entry::File(opened)) = self.member(&sibling) {
            return Some(opened);
        }
        let record = self.members.get(path)?;
        if coding != Coding::Gzip || record.method != Method::Deflated {
            return None;
        }
        let handle = Arc::clone(&self.handle);
        let framed = Framed::gzip(handle, record.data.clone(), record.crc, record.length);
        Some(self.opened(record, Content::Framed(framed)))
    }

    fn opened(&self, record: &Record, content: Content) -> Opened {
        let etag = format!("{:08x}-{:x}", record.crc, record.length);
        Opened {
            is_unpacked: matches!(content, Content::Bytes(_)),
            content,
            modified: self.modified(record),
            etag: EntityTag::strong(etag).ok(),
            identity: None,
        }
    }

    /// The member's date, if it is in UTC; else the archive's.
    fn modified(&self, record: &Record) -> Option<SystemTime> {
        let seconds = |seconds: u32| UNIX_EPOCH + Duration::from_secs(seconds.into());
        record.modified.map(seconds).or(self.modified)
    }

    pub(crate) fn entries(&self, directory: &str) -> (Vec<listing::Entry>, bool) {
        let paths = self.members.keys().map(String::as_str);
        listing::of_paths(paths, directory, |path| {
            let record = self.members.get(path)?;
            Some((record.length, self.modified(record)))
        })
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let members = self.members.len();
        f.debug_struct("Archive")
            .field("members", &members)
            .finish_non_exhaustive()
    }
}

/// Reads exactly these bytes, with a wait.
fn bytes_at(file: &File, position: u64, length: usize) -> io::Result<Vec<u8>> {
    let mut buffer = vec![0; length];
    read::with_a_wait(file, position, &mut buffer)?;
    Ok(buffer)
}
