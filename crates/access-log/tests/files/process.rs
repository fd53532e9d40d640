//! Processes that come to grief: what they have written is whole.
//!
//! A test is its own child: it is started once more, by its name, with a variable that says where to write.

use std::{
    fs,
    os::unix::process::{ExitStatusExt, parent_id},
    panic,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::Duration,
};

use plywood_access_log::{LineOptions, Lines, LogFile, Overflow, Sink};

use crate::{Folder, lines, numbered, wait_until, write};

const WHERE: &str = "PLYWOOD_LOG";

/// Where this process is to write, if it is the child.
pub(crate) fn told_path() -> Option<PathBuf> {
    std::env::var_os(WHERE).map(PathBuf::from)
}

/// Makes the command run the test of this name as a child.
pub(crate) fn child<'c>(command: &'c mut Command, test: &str, path: &Path) -> &'c mut Command {
    command
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(WHERE, path)
}

/// The child succeeds, and says so: one that ran no test at all would succeed, too.
pub(crate) fn expect(command: &mut Command, test: &str, path: &Path, word: &str) {
    let output = child(command, test, path).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && said.contains(word),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

fn this_program() -> Command {
    Command::new(std::env::current_exe().unwrap())
}

/// Lines wait for company until long after the test.
fn patient() -> LineOptions {
    Lines::options().gathering(Duration::from_secs(3600))
}

/// Panics, and ends at once, as under `panic = "abort"`.
fn dies(options: LineOptions, path: &Path) {
    // Who was asked first has the last word.
    panic::set_hook(Box::new(|_| std::process::abort()));
    let log = options.file(LogFile::at(path)).unwrap();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for line in numbered(100) {
                    log.write(line.as_bytes());
                }
            });
        }
    });
    panic!("as intended");
}

#[test]
fn whoever_flushes_on_panic_has_the_lines_before_it_whole() {
    if let Some(path) = told_path() {
        return dies(patient().flush_on_panic(), &path);
    }
    let folder = Folder::new();
    let test = "process::whoever_flushes_on_panic_has_the_lines_before_it_whole";
    let status = child(&mut this_program(), test, &folder.log())
        .status()
        .unwrap();
    assert_eq!(status.signal(), Some(6), "it aborts: {status}");
    let mut found = lines(&folder.log());
    found.sort_unstable();
    let mut expected = vec![numbered(100); 4].concat();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn whoever_does_not_loses_what_was_gathered() {
    if let Some(path) = told_path() {
        return dies(patient(), &path);
    }
    let folder = Folder::new();
    let test = "process::whoever_does_not_loses_what_was_gathered";
    let status = child(&mut this_program(), test, &folder.log())
        .status()
        .unwrap();
    assert_eq!(status.signal(), Some(6), "it aborts: {status}");
    assert_eq!(fs::read_to_string(folder.log()).unwrap(), "");
}

/// Nobody can be told of it: what the system has taken is whole up to its last line, and that one sticks to no other.
#[test]
fn a_process_that_is_killed_tears_its_last_line_at_most() {
    if let Some(path) = told_path() {
        let log = Lines::options()
            .gathering(Duration::ZERO)
            .overflow(Overflow::Block)
            .file(LogFile::at(&path))
            .unwrap();
        let parent = parent_id();
        let lines = (0_u64..).map(|number| format!("line {number} {}", "x".repeat(200)));
        for line in lines.take_while(|_| parent_id() == parent) {
            log.write(line.as_bytes());
        }
        return;
    }
    let folder = Folder::new();
    let test = "process::a_process_that_is_killed_tears_its_last_line_at_most";
    let mut killed = child(&mut this_program(), test, &folder.log())
        .spawn()
        .unwrap();
    wait_until(|| fs::metadata(folder.log()).is_ok_and(|file| file.len() > 1 << 20));
    killed.kill().unwrap();
    killed.wait().unwrap();
    let before = fs::read_to_string(folder.log()).unwrap();
    let log = Lines::file(folder.log()).unwrap();
    write(&log, &["after".to_owned()]);
    let found = lines(&folder.log());
    let whole = before.matches('\n').count();
    for (number, line) in found[..whole].iter().enumerate() {
        assert_eq!(*line, format!("line {number} {}", "x".repeat(200)));
    }
    assert_eq!(found.last().unwrap(), "after");
    assert!(found.len() - whole <= 2, "half a line, and ours");
}
