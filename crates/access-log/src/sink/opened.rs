use std::{
    fs::{File, Metadata},
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
    time::SystemTime,
};

use super::mode;

/// A file as it was found.
pub(super) struct Opened {
    pub(super) file: File,
    pub(super) size: u64,
    /// When it was written to, if there is anything in it.
    pub(super) last: Option<SystemTime>,
    /// What goes before the next line.
    pub(super) top: Vec<u8>,
}

impl Opened {
    /// Where there is none it is made, with the permissions of the old one.
    pub(super) fn at(path: &Path, old: Option<&Metadata>) -> io::Result<Self> {
        let file = open(path, old)?;
        let metadata = file.metadata()?;
        let size = metadata.len();
        let mut opened = Self {
            file,
            size,
            last: metadata.modified().ok().filter(|_| size > 0),
            top: Vec::new(),
        };
        // Who may only append cannot look, and goes on behind whatever is there.
        if metadata.is_file() && size > 0 && is_torn(path).unwrap_or(false) {
            opened.end_line();
        }
        Ok(opened)
    }

    /// Ends the line that a crash has left unfinished. It stays, because it may be that of another process, which is writing it.
    fn end_line(&mut self) {
        // At once, because the file may be put away before the next line. On a full disk the end waits for that.
        match self.file.write_all(b"\n") {
            Ok(()) => self.size += 1,
            Err(_) => self.top.push(b'\n'),
        }
    }
}

fn open(path: &Path, old: Option<&Metadata>) -> io::Result<File> {
    let mut options = File::options();
    options.append(true);
    match options.open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        opened => return opened,
    }
    if let Some(old) = old.filter(|old| old.is_file()) {
        match mode::make_like(old, path, options.clone()) {
            // Somebody else was faster.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => return made,
        }
    }
    options.create(true).open(path)
}

fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}
