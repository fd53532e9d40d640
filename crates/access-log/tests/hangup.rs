//! A process that is told to open its log anew. Alone, because a signal is for all.

#![cfg(feature = "signal")]
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::fs;

use plywood_access_log::{Lines, LogFile, Sink};

#[test]
fn a_hangup_opens_the_file_anew() {
    let folder = tempfile::tempdir().unwrap();
    let (path, moved) = (
        folder.path().join("access.log"),
        folder.path().join("access.log.1"),
    );
    let file = LogFile::at(&path).reopen_on_hangup();
    let log = Lines::options().file(file).unwrap();
    log.write(b"first");
    log.flush();
    fs::rename(&path, &moved).unwrap();
    signal_hook::low_level::raise(signal_hook::consts::SIGHUP).unwrap();
    log.write(b"second");
    log.flush();
    assert_eq!(fs::read_to_string(&moved).unwrap(), "first\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "second\n");
}
