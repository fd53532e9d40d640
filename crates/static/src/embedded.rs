//! Files in the program itself.

use std::{
    borrow::Cow,
    collections::BTreeSet,
    fmt,
    ops::Bound::{Included, Unbounded},
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use plywood_header::entity_tag::EntityTag;
use rust_embed::{EmbeddedFile, RustEmbed};

use crate::{
    Files, listing,
    refusal::Refusal,
    source::{Content, Entry, Opened, Source},
};

/// What a type that derives `RustEmbed` has.
#[derive(Clone)]
pub(crate) struct Embedded {
    file: fn(&str) -> Option<EmbeddedFile>,
    /// Their paths as they were when the service was made: one that a debug build finds later is served, and not listed.
    paths: Arc<BTreeSet<Cow<'static, str>>>,
}

impl Files {
    /// Serves the files that `E` has in the program itself: `#[derive(RustEmbed)] #[folder = "public"] struct E;`. Needs the feature `embed`.
    ///
    /// Entity tags are made of the hashes that were computed when the program was compiled, and contents are neither read nor copied. The rules for
    /// names are the same as on the disk. In a debug build rust-embed reads the folder anew each time.
    ///
    /// Dates are those of the files when they were compiled in: a build in which they are all at 1970 has none.
    pub fn embedded<E: RustEmbed>() -> Self {
        let embedded = Embedded {
            file: E::get,
            paths: Arc::new(E::iter().collect()),
        };
        Self::of(Source::Embedded(embedded), None)
    }
}

impl Embedded {
    pub(crate) fn open(&self, path: &str) -> Result<Entry, Refusal> {
        match (self.file)(path) {
            Some(file) => Ok(Entry::File(opened(file))),
            None if self.has_directory(path) => Ok(Entry::Directory),
            None => Err(Refusal::Missing),
        }
    }

    fn has_directory(&self, path: &str) -> bool {
        let below = [path, "/"].concat();
        let mut after = self.paths.range::<str, _>((Included(&*below), Unbounded));
        let is_above = after.next().is_some_and(|path| path.starts_with(&below));
        is_above || path.is_empty()
    }

    pub(crate) fn entries(&self, directory: &str) -> (Vec<listing::Entry>, bool) {
        let paths = self.paths.iter().map(|path| &**path);
        listing::of_paths(paths, directory, |path| {
            let opened = opened((self.file)(path)?);
            Some((opened.content.len(), opened.modified))
        })
    }
}

fn opened(file: EmbeddedFile) -> Opened {
    let bytes = match file.data {
        Cow::Borrowed(data) => Bytes::from_static(data),
        Cow::Owned(data) => data.into(),
    };
    Opened {
        content: Content::Bytes(bytes),
        modified: file.metadata.last_modified().and_then(date),
        etag: Some(tag(&file.metadata.sha256_hash())),
        identity: None,
        is_unpacked: false,
    }
}

/// Reproducible builds set every date to the first second of 1970, which is no date.
fn date(seconds: u64) -> Option<SystemTime> {
    let time = UNIX_EPOCH.checked_add(Duration::from_secs(seconds));
    time.filter(|_| seconds > 1)
}

/// Half of the hash: 128 bits are more than chance can meet.
fn tag(hash: &[u8; 32]) -> EntityTag {
    let half: [u8; 16] = hash.first_chunk().copied().expect("32 bytes have 16");
    EntityTag::strong(format!("{:032x}", u128::from_be_bytes(half)))
        .expect("hexadecimal digits are an entity tag")
}

impl fmt::Debug for Embedded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let files = self.paths.len();
        f.debug_struct("Embedded")
            .field("files", &files)
            .finish_non_exhaustive()
    }
}
