//! Writers that cannot write.

use std::{
    fs::{self, File},
    process::{Command, Stdio},
};

use plywood_access_log::{Lines, LogFile, Sink};

use crate::{Folder, Told, lines, numbered, write};

#[test]
fn a_file_that_cannot_be_written_is_an_error_that_names_it() {
    let folder = Folder::new();
    for path in [
        folder.0.path().to_owned(),
        folder.0.path().join("no/such/folder"),
    ] {
        let error = Lines::file(&path).unwrap_err();
        assert!(
            error.to_string().contains(&path.display().to_string()),
            "{error}"
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_stops_nobody_and_is_told() {
    let told = Told::default();
    let log = Lines::options()
        .report(told.hear())
        .file(LogFile::at("/dev/full"))
        .unwrap();
    write(&log, &numbered(100));
    assert_eq!(log.dropped(), 100);
    drop(log);
    assert!(
        told.all()
            .contains("100 lines of the access log could not be written: No space left on device"),
        "{}",
        told.all()
    );
}

#[test]
fn whoever_cannot_write_loses_lines_and_counts_them() {
    let folder = Folder::new();
    fs::write(folder.log(), "").unwrap();
    let told = Told::default();
    let log = Lines::options()
        .report(told.hear())
        .writer(File::open(folder.log()).unwrap());
    write(&log, &numbered(3));
    assert_eq!(log.dropped(), 3);
    drop(log);
    assert!(
        told.all()
            .contains("3 lines of the access log could not be written"),
        "{}",
        told.all()
    );
}

/// A reader at the other end of a pipe, such as `rotatelogs`, that somebody kills.
#[test]
fn a_reader_that_is_killed_costs_what_it_did_not_read_and_stops_nobody() {
    let folder = Folder::new();
    let mut reader = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(File::create(folder.log()).unwrap())
        .spawn()
        .unwrap();
    let told = Told::default();
    let log = Lines::options()
        .report(told.hear())
        .writer(reader.stdin.take().unwrap());
    write(&log, &numbered(100));
    crate::wait_until(|| lines(&folder.log()).len() == 100);
    reader.kill().unwrap();
    reader.wait().unwrap();
    write(&log, &numbered(50));
    assert_eq!(log.dropped(), 50);
    log.write(b"and one more");
    drop(log);
    assert_eq!(lines(&folder.log()), numbered(100));
    let told = told.all();
    assert!(told.contains("could not be written: Broken pipe"), "{told}");
}

/// Whoever may do everything may write to a read-only file, so that somebody else has to try.
#[cfg(target_os = "linux")]
#[test]
fn a_file_that_becomes_read_only_is_told_and_the_old_one_written_on() {
    use std::os::unix::fs::PermissionsExt;

    const NOBODY: &str = "65534";
    if let Some(path) = crate::process::told_path() {
        return in_another_process(&path);
    }
    let folder = Folder::new();
    let open_to_all = |path: &std::path::Path| {
        fs::set_permissions(path, PermissionsExt::from_mode(0o777)).unwrap();
    };
    open_to_all(folder.0.path());
    // Where the tests are built, nobody else may look.
    let program = folder.0.path().join("program");
    fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    open_to_all(&program);
    let is_root = fs::metadata("/proc/self").is_ok_and(|me| {
        use std::os::unix::fs::MetadataExt;
        me.uid() == 0
    });
    let mut command = if is_root {
        let mut command = Command::new("setpriv");
        command.args(["--reuid", NOBODY, "--regid", NOBODY, "--clear-groups"]);
        command.arg(&program);
        command
    } else {
        Command::new(&program)
    };
    let name = "broken::a_file_that_becomes_read_only_is_told_and_the_old_one_written_on";
    crate::process::expect(
        &mut command,
        name,
        &folder.log(),
        "the old one was written on",
    );
}

#[cfg(target_os = "linux")]
fn in_another_process(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt;

    let told = Told::default();
    let log = Lines::options()
        .report(told.hear())
        .file(LogFile::at(path))
        .unwrap();
    write(&log, &numbered(10));
    let moved = path.with_extension("1");
    fs::rename(path, &moved).unwrap();
    fs::write(path, "").unwrap();
    fs::set_permissions(path, PermissionsExt::from_mode(0o444)).unwrap();
    let error = Lines::file(path).unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::PermissionDenied);
    assert!(
        error.to_string().contains(path.to_str().unwrap()),
        "{error}"
    );
    log.reopen();
    write(&log, &["still here".to_owned()]);
    assert_eq!(log.dropped(), 0);
    let mut expected = numbered(10);
    expected.push("still here".to_owned());
    assert_eq!(lines(&moved), expected);
    assert!(told.all().contains("Permission denied"), "{}", told.all());
    // Somebody mends it.
    fs::set_permissions(path, PermissionsExt::from_mode(0o644)).unwrap();
    log.reopen();
    write(&log, &["here again".to_owned()]);
    assert_eq!(lines(path), ["here again"]);
    println!("the old one was written on");
}
