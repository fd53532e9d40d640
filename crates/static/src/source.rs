//! Where files come from. What is above reads all sources alike: preconditions, ranges and fields are written once.

use std::{
    fs::{File, Metadata},
    io,
    ops::Range,
    path::PathBuf,
    sync::Arc,
    time::SystemTime,
};

use bytes::Bytes;
use plywood_core::FileIdentity;
use plywood_header::{accept_encoding::Coding, entity_tag::EntityTag};

#[cfg(feature = "zip")]
use crate::archive::{Archive, Framed, deflated::Deflated};
#[cfg(feature = "embed")]
use crate::embedded::Embedded;
use crate::{handle::Handle, listing, refusal::Refusal, root::Folder, variants};

/// A place that has files.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// A directory on the disk.
    Folder(Folder),
    /// The program itself.
    #[cfg(feature = "embed")]
    Embedded(Embedded),
    /// A zip archive.
    #[cfg(feature = "zip")]
    Archive(Archive),
}

/// What a path leads to.
#[derive(Debug)]
pub(crate) enum Entry<F = Opened> {
    File(F),
    Directory,
}

/// A file of a source: its bytes, and what the source knows of them.
#[derive(Debug)]
pub(crate) struct Opened {
    pub(crate) content: Content,
    pub(crate) modified: Option<SystemTime>,
    /// A strong tag, where the source has one ready; else it is made of the length and the date.
    pub(crate) etag: Option<EntityTag>,
    /// Which file of the disk it is.
    pub(crate) identity: Option<FileIdentity>,
    /// Whether the source was read once, so that the path stands for the same bytes for ever, and they cost work.
    pub(crate) is_unpacked: bool,
}

/// The bytes of a file: at hand, or to be read.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    Bytes(Bytes),
    /// A part of an open file: all of it, or a member of an archive.
    Slice(Arc<Handle>, Range<u64>),
    /// The same with a few bytes around it.
    #[cfg(feature = "zip")]
    Framed(Framed),
    /// A part of an open file that is unpacked while it is sent. It has no ranges.
    #[cfg(feature = "zip")]
    Deflated(Deflated),
}

impl Source {
    /// Opens `path`, which is relative, without dot segments, and consists of names that are served. The root itself is the empty path.
    pub(crate) fn open(&self, path: &str) -> Result<Entry, Refusal> {
        match self {
            Self::Folder(folder) => folder.open(path),
            #[cfg(feature = "embed")]
            Self::Embedded(embedded) => embedded.open(path),
            #[cfg(feature = "zip")]
            Self::Archive(archive) => archive.member(path),
        }
    }

    /// The name of the file at `path` for the operator, if it is one on the disk.
    #[cfg_attr(
        not(any(feature = "embed", feature = "zip")),
        expect(clippy::unnecessary_wraps, reason = "other sources have no files")
    )]
    pub(crate) fn name_of(&self, path: &str) -> Option<PathBuf> {
        match self {
            Self::Folder(folder) => Some(folder.name_of(path)),
            #[cfg(feature = "embed")]
            Self::Embedded(_) => None,
            #[cfg(feature = "zip")]
            Self::Archive(_) => None,
        }
    }

    /// The file at `path` in a content coding, if it was packed beforehand.
    pub(crate) fn open_coded(&self, path: &str, coding: Coding) -> Option<Opened> {
        #[cfg(feature = "zip")]
        if let Self::Archive(archive) = self {
            return archive.member_coded(path, coding);
        }
        let sibling = [path, variants::extension(coding)].concat();
        match self.open(&sibling) {
            Ok(Entry::File(opened)) => Some(opened),
            _ => None,
        }
    }

    /// What would be served of the directory at `path`, which is empty or ends with a slash, and whether there is more than was looked at. It may
    /// wait for the disk.
    pub(crate) fn entries(&self, path: &str) -> io::Result<(Vec<listing::Entry>, bool)> {
        match self {
            Self::Folder(folder) => folder.entries(path),
            #[cfg(feature = "embed")]
            Self::Embedded(embedded) => Ok(embedded.entries(path)),
            #[cfg(feature = "zip")]
            Self::Archive(archive) => Ok(archive.entries(path)),
        }
    }
}

impl<F> Entry<F> {
    pub(crate) fn map<T>(self, change: impl FnOnce(F) -> T) -> Entry<T> {
        match self {
            Self::File(file) => Entry::File(change(file)),
            Self::Directory => Entry::Directory,
        }
    }
}

impl Opened {
    /// A file of the disk.
    pub(crate) fn new(file: File, metadata: &Metadata) -> Self {
        Self {
            content: Content::Slice(Arc::new(Handle::new(file, metadata)), 0..metadata.len()),
            modified: metadata.modified().ok(),
            etag: None,
            identity: FileIdentity::new(metadata),
            is_unpacked: false,
        }
    }
}

impl Content {
    pub(crate) const fn len(&self) -> u64 {
        match self {
            Self::Bytes(bytes) => bytes.len() as u64,
            Self::Slice(_, slice) => slice.end - slice.start,
            #[cfg(feature = "zip")]
            Self::Framed(framed) => framed.len(),
            #[cfg(feature = "zip")]
            Self::Deflated(deflated) => deflated.length,
        }
    }

    /// Whether a part of it can be had without the rest.
    pub(crate) const fn has_ranges(&self) -> bool {
        match self {
            Self::Bytes(_) | Self::Slice(..) => true,
            #[cfg(feature = "zip")]
            Self::Framed(_) => true,
            #[cfg(feature = "zip")]
            Self::Deflated(_) => false,
        }
    }

    /// The open file, if it is one.
    pub(crate) const fn handle(&self) -> Option<&Arc<Handle>> {
        match self {
            Self::Bytes(_) => None,
            Self::Slice(handle, _) => Some(handle),
            #[cfg(feature = "zip")]
            Self::Framed(framed) => Some(&framed.handle),
            #[cfg(feature = "zip")]
            Self::Deflated(deflated) => Some(&deflated.handle),
        }
    }
}
