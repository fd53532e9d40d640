//! A process that is told to open its log anew. Alone, because a signal is for all.

#![cfg(feature = "signal")]
#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    fs, thread,
    time::{Duration, Instant},
};

use plywood_access_log::{Lines, LogFile, Overflow, Sink};
use signal_hook::{consts::SIGHUP, low_level::raise};

const PATIENCE: Duration = Duration::from_secs(240);

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
    raise(SIGHUP).unwrap();
    log.write(b"second");
    log.flush();
    assert_eq!(fs::read_to_string(&moved).unwrap(), "first\n");
    assert_eq!(fs::read_to_string(&path).unwrap(), "second\n");
}

#[test]
fn hangups_under_load_lose_and_tear_no_line() {
    const THREADS: usize = 4;
    const LINES: usize = 5000;
    const HANGUPS: usize = 20;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("access.log");
    let moved = |number: usize| folder.path().join(format!("access.log.{number}"));
    let file = LogFile::at(&path).reopen_on_hangup();
    let log = Lines::options()
        .overflow(Overflow::Block)
        .gathering(Duration::from_millis(1))
        .file(file)
        .unwrap();
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let log = &log;
            scope.spawn(move || {
                for number in 0..LINES {
                    log.write(format!("{thread} {number} {}", "x".repeat(number % 300)).as_bytes());
                }
            });
        }
        for number in 0..HANGUPS {
            fs::rename(&path, moved(number)).unwrap();
            raise(SIGHUP).unwrap();
            let end = Instant::now() + PATIENCE;
            while !path.exists() {
                assert!(Instant::now() < end, "it is never opened anew");
                // Should all have been written already, nothing else would open it.
                log.write(b"a line of nobody's");
                thread::sleep(Duration::from_millis(1));
            }
        }
    });
    log.flush();
    assert_eq!(log.dropped(), 0);
    let mut next = [0; THREADS];
    for file in (0..HANGUPS).map(moved).chain([path.clone()]) {
        let text = fs::read_to_string(file).unwrap();
        assert!(text.is_empty() || text.ends_with('\n'));
        for line in text.lines().filter(|line| *line != "a line of nobody's") {
            let mut parts = line.splitn(3, ' ');
            let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
            let (thread, number) = (number(), number());
            assert_eq!(
                (number, parts.next().unwrap().len()),
                (next[thread], number % 300)
            );
            next[thread] += 1;
        }
    }
    assert_eq!(next, [LINES; THREADS]);
}
