//! Lines to the system's own logs, whose daemons are played here.

#![cfg(unix)]
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    fs,
    io::Read,
    os::unix::net::{UnixDatagram, UnixListener},
    path::PathBuf,
    time::Duration,
};

use plywood_access_log::{Facility, Journal, Lines, Sink, Syslog};
use regex::Regex;

fn place() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("log");
    (folder, path)
}

fn daemon(path: &PathBuf) -> UnixDatagram {
    let daemon = UnixDatagram::bind(path).unwrap();
    daemon
        .set_read_timeout(Some(Duration::from_secs(240)))
        .unwrap();
    daemon
}

fn message(daemon: &UnixDatagram) -> String {
    let mut buffer = vec![0; 100_000];
    let length = daemon.recv(&mut buffer).unwrap();
    String::from_utf8(buffer[..length].to_vec()).unwrap()
}

const FORM: &str =
    r"^<(\d+)>1 \d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z \S+ (\S+) \d+ access - ([^\n]*)$";

#[test]
fn each_line_is_a_message_of_syslog() {
    let (_folder, path) = place();
    let daemon = daemon(&path);
    let syslog = Syslog::new(&path)
        .facility(Facility::Local3)
        .app_name("my shop é");
    let log = Lines::new(syslog);
    log.write(b"first \"line\"");
    log.write(b"second");
    log.flush();
    let form = Regex::new(FORM).unwrap();
    for expected in ["first \"line\"", "second"] {
        let message = message(&daemon);
        let parts = form
            .captures(&message)
            .unwrap_or_else(|| panic!("{message}"));
        assert_eq!(
            (&parts[1], &parts[2], &parts[3]),
            ("158", "myshop", expected)
        );
    }
    assert_eq!(log.dropped(), 0);
}

#[test]
fn a_daemon_that_goes_costs_lines_and_is_found_again() {
    let (_folder, path) = place();
    let first = daemon(&path);
    let log = Lines::options().report(|_| {}).writer(Syslog::new(&path));
    log.write(b"one");
    log.flush();
    assert!(message(&first).ends_with(" one"));
    drop(first);
    log.write(b"lost");
    log.flush();
    assert_eq!(log.dropped(), 1);
    fs::remove_file(&path).unwrap();
    let second = daemon(&path);
    log.write(b"two");
    log.flush();
    assert!(message(&second).ends_with(" two"));
    assert_eq!(log.dropped(), 1);
}

#[test]
fn a_daemon_with_a_stream_gets_lengths() {
    let (_folder, path) = place();
    let daemon = UnixListener::bind(&path).unwrap();
    let log = Lines::new(Syslog::new(&path));
    log.write(b"one");
    log.write(b"two");
    log.flush();
    drop(log);
    let mut text = String::new();
    daemon
        .accept()
        .unwrap()
        .0
        .read_to_string(&mut text)
        .unwrap();
    let form = Regex::new(FORM).unwrap();
    let mut rest = text.as_str();
    for expected in ["one", "two"] {
        let (length, after) = rest.split_once(' ').unwrap();
        let (message, after) = after.split_at(length.parse().unwrap());
        assert_eq!(&form.captures(message).unwrap()[3], expected);
        rest = after;
    }
    assert_eq!(rest, "");
}

#[test]
fn a_long_line_is_cut_between_two_characters() {
    let (_folder, path) = place();
    let daemon = daemon(&path);
    let log = Lines::new(Journal::at(&path));
    log.write("é".repeat(40_000).as_bytes());
    log.flush();
    let message = message(&daemon);
    let line = message.rsplit_once('=').unwrap().1;
    assert_eq!(line.trim_end(), "é".repeat(32 * 1024));
}

#[test]
fn each_line_is_an_entry_of_the_journal() {
    let (_folder, path) = place();
    let daemon = daemon(&path);
    let log = Lines::new(Journal::at(&path));
    log.write(b"a=line");
    log.flush();
    let form = Regex::new(r"^PRIORITY=6\nSYSLOG_IDENTIFIER=\S+\nMESSAGE=a=line\n$").unwrap();
    let message = message(&daemon);
    assert!(form.is_match(&message), "{message}");
}
