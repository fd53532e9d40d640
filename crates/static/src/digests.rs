//! Entity tags made of the bytes, and which files they belong to.

use std::{
    collections::{HashMap, VecDeque},
    io,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{SystemTime, UNIX_EPOCH},
};

use plywood_core::FileIdentity;
use plywood_header::entity_tag::EntityTag;
use sha2::{Digest, Sha256};
use tokio::runtime::Handle as Runtime;

use crate::{
    body,
    buffer::BUFFER,
    handle::Handle,
    read,
    source::{Content, Opened},
};

/// How many files' tags are known.
const MOST: usize = 4096;

/// Up to here the bytes are read and hashed before the answer.
const AT_ONCE: u64 = 256 * 1024;

/// How many larger files are read at the same time.
const AT_WORK: usize = 2;

/// The tags of files that were read, by their identity.
#[derive(Debug, Default)]
pub(crate) struct Digests(Mutex<Known>);

#[derive(Debug, Default)]
struct Known {
    tags: HashMap<FileIdentity, EntityTag>,
    /// The oldest first.
    order: VecDeque<FileIdentity>,
    at_work: Vec<FileIdentity>,
}

impl Digests {
    /// Gives `opened` the tag that its bytes make.
    ///
    /// A large file is read on a thread that may wait. Until that has come to an end its tag is weak and no other answer has it, because
    /// its date may say nothing.
    pub(crate) fn tag(self: &Arc<Self>, mut opened: Opened) -> Opened {
        if opened.etag.is_some() {
            return opened;
        }
        let (handle, slice) = match &opened.content {
            Content::Bytes(bytes) => {
                opened.etag = Some(tag(&Sha256::digest(bytes)));
                return opened;
            }
            Content::Slice(handle, slice) => (Arc::clone(handle), slice.clone()),
            // An archive has tags of its own.
            #[cfg(feature = "zip")]
            Content::Framed(_) | Content::Deflated(_) => return opened,
        };
        // What is still being written may change without another identity.
        opened.identity = opened.identity.filter(|_| handle.is_settled());
        opened.etag = opened.identity.and_then(|identity| self.known(&identity));
        if opened.etag.is_some() {
            return opened;
        }
        if slice.end - slice.start <= AT_ONCE
            && let Some(bytes) = body::at_once(&handle, &slice)
        {
            let etag = tag(&Sha256::digest(&bytes));
            if let Some(identity) = opened.identity {
                self.learn(identity, etag.clone());
            }
            opened.etag = Some(etag);
            opened.content = Content::Bytes(bytes);
            return opened;
        }
        if let Some(identity) = opened.identity.take() {
            self.read(identity, handle, slice);
        }
        opened.etag = Some(unknown());
        opened
    }

    fn known(&self, identity: &FileIdentity) -> Option<EntityTag> {
        self.lock().tags.get(identity).cloned()
    }

    fn learn(&self, identity: FileIdentity, etag: EntityTag) {
        let mut known = self.lock();
        if known.tags.insert(identity, etag).is_none() {
            known.order.push_back(identity);
        }
        if known.order.len() > MOST
            && let Some(oldest) = known.order.pop_front()
        {
            known.tags.remove(&oldest);
        }
    }

    /// Reads a file for its tag, where nobody does so already, and not too many others are being read.
    fn read(self: &Arc<Self>, identity: FileIdentity, handle: Arc<Handle>, slice: Range<u64>) {
        let Ok(runtime) = Runtime::try_current() else {
            return;
        };
        {
            let mut known = self.lock();
            if known.at_work.len() >= AT_WORK || known.at_work.contains(&identity) {
                return;
            }
            known.at_work.push(identity);
        }
        let digests = Arc::clone(self);
        runtime.spawn_blocking(move || {
            if let Ok(etag) = digest(&handle, slice) {
                digests.learn(identity, etag);
            }
            digests.lock().at_work.retain(|other| *other != identity);
        });
    }

    /// What is done under it does not panic half way.
    fn lock(&self) -> MutexGuard<'_, Known> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The tag of these bytes of a file, if it stayed as it was while they were read.
fn digest(handle: &Handle, slice: Range<u64>) -> io::Result<EntityTag> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    let mut position = slice.start;
    while position < slice.end {
        let left = slice.end - position;
        let length = usize::try_from(left).map_or(BUFFER, |left| left.min(BUFFER));
        let count = read::with_a_wait(&handle.file, position, &mut buffer[..length])?;
        hash.update(&buffer[..count]);
        position += count as u64;
    }
    handle.is_as_found()?;
    Ok(tag(&hash.finalize()))
}

/// Half of the hash: nobody finds two files that share it.
fn tag(hash: &[u8]) -> EntityTag {
    use std::fmt::Write;

    let mut opaque = String::with_capacity(32);
    for byte in &hash[..16] {
        write!(opaque, "{byte:02x}").expect("writing to a string does not fail");
    }
    EntityTag::strong(opaque).expect("digits are an entity tag")
}

/// A weak tag that no other answer has.
fn unknown() -> EntityTag {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let opaque = format!("{:x}", now.unwrap_or_default().as_nanos());
    EntityTag::weak(opaque).expect("digits are an entity tag")
}
