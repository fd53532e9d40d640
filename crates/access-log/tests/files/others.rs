//! Files that somebody else moves, or writes to.

use std::fs::{self, File};

use plywood_access_log::Lines;

use crate::{Folder, lines, wait_until, write};

#[test]
fn a_file_that_was_moved_is_opened_anew() {
    let folder = Folder::new();
    let log = Lines::file(folder.log()).unwrap();
    write(&log, &["first".to_owned()]);
    let moved = folder.0.path().join("access.log.1");
    fs::rename(folder.log(), &moved).unwrap();
    log.reopen();
    write(&log, &["second".to_owned()]);
    assert_eq!(
        (lines(&moved), lines(&folder.log())),
        (vec!["first".to_owned()], vec!["second".to_owned()])
    );

    // And without being told.
    fs::remove_file(folder.log()).unwrap();
    wait_until(|| {
        write(&log, &["third".to_owned()]);
        folder.log().exists()
    });
    assert!(lines(&folder.log()).iter().all(|line| line == "third"));
}

#[test]
fn half_a_line_of_a_crash_gets_its_end() {
    let folder = Folder::new();
    for (before, after) in [
        ("whole\nhal", "whole\nhal\nnext\n"),
        ("hal", "hal\nnext\n"),
        ("whole\n", "whole\nnext\n"),
        ("", "next\n"),
    ] {
        fs::write(folder.log(), before).unwrap();
        let log = Lines::file(folder.log()).unwrap();
        write(&log, &["next".to_owned()]);
        drop(log);
        assert_eq!(fs::read_to_string(folder.log()).unwrap(), after);
    }
}

#[test]
fn what_another_process_has_written_stays_whenever_the_file_is_opened() {
    use std::io::Write;

    let folder = Folder::new();
    let mut other = File::options()
        .append(true)
        .create(true)
        .open(folder.log())
        .unwrap();
    other.write_all(b"theirs, in two").unwrap();
    let log = Lines::file(folder.log()).unwrap();
    other.write_all(b" parts\n").unwrap();
    write(&log, &["ours".to_owned()]);
    other.write_all(b"theirs, in two").unwrap();
    log.reopen();
    write(&log, &["ours".to_owned()]);
    other.write_all(b" parts\n").unwrap();
    drop(log);
    assert_eq!(
        fs::read_to_string(folder.log()).unwrap(),
        "theirs, in two\n parts\nours\ntheirs, in two\nours\n parts\n"
    );
}
