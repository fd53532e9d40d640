//! A file that takes another one's place is for those who might read that one, and for nobody else.

use std::{
    fs::{File, Metadata, OpenOptions},
    io,
    path::Path,
};

/// Makes the file, which may not be there, with the permissions of the old one before anything is in it.
#[cfg(unix)]
pub(super) fn make_like(old: &Metadata, path: &Path, mut options: OpenOptions) -> io::Result<File> {
    use std::{
        fs::Permissions,
        os::unix::fs::{OpenOptionsExt, PermissionsExt},
    };

    let mode = old.permissions().mode() & 0o777;
    let file = options.create_new(true).mode(mode).open(path)?;
    // The process may take off some more by its mask, and where this fails it has.
    let _ = file.set_permissions(Permissions::from_mode(mode));
    Ok(file)
}

#[cfg(not(unix))]
pub(super) fn make_like(_: &Metadata, path: &Path, mut options: OpenOptions) -> io::Result<File> {
    options.create_new(true).open(path)
}
