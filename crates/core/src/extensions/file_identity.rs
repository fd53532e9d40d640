use std::fs::Metadata;

use super::Carrier;

/// Which state of which file the body of a response is, as far as the file system knows.
///
/// Left by static in the **response** that carries the whole of a file, byte for byte. Read by compression, which keeps by it what it made of
/// the bytes. Two files may share an entity tag, because a tag holds within one URL only, and a deployment can put a file of the
/// same length and date in another's place; they do not share this.
///
/// Whoever changes the body takes it out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileIdentity {
    device: u64,
    inode: u64,
    length: u64,
    modified: Moment,
    changed: Moment,
}

/// Seconds, and the nanoseconds after them.
type Moment = (i64, i64);

impl FileIdentity {
    /// The file that has this metadata: its device, number and length, and when its bytes and its entry last changed.
    ///
    /// `None` where the system gives files no number. A file that changes twice within one step of the clock keeps its identity: leave it
    /// only when the file has rested for longer than that.
    #[cfg_attr(
        unix,
        expect(clippy::unnecessary_wraps, reason = "elsewhere files have no number")
    )]
    #[cfg_attr(
        not(unix),
        allow(unused_variables, reason = "files have no number there")
    )]
    pub fn new(metadata: &Metadata) -> Option<Self> {
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt;

            Some(Self {
                device: metadata.dev(),
                inode: metadata.ino(),
                length: metadata.size(),
                modified: (metadata.mtime(), metadata.mtime_nsec()),
                changed: (metadata.ctime(), metadata.ctime_nsec()),
            })
        }
        #[cfg(not(unix))]
        None
    }

    /// How long the file is, in bytes: a body of another length is not its.
    pub const fn length(&self) -> u64 {
        self.length
    }

    /// The file that the body of this response is, if it is one.
    pub fn of(carrier: &impl Carrier) -> Option<Self> {
        carrier.extensions().get().copied()
    }
}

#[cfg(all(test, unix))]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn neither_another_file_nor_another_state_has_the_same() {
        let directory = tempfile::tempdir().unwrap();
        let path = |name| directory.path().join(name);
        let write = |name, text| fs::write(path(name), text).unwrap();
        let identity = |name| FileIdentity::new(&fs::metadata(path(name)).unwrap()).unwrap();
        write("one", "same");
        write("two", "same");
        let one = identity("one");
        assert_eq!(one.length(), 4);
        assert_eq!(identity("one"), one);
        assert_ne!(identity("two"), one);
        write("one", "other");
        assert_ne!(identity("one"), one);
    }
}
