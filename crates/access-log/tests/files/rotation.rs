//! Files that are put away.

use std::{
    fs::{self, File},
    time::{Duration, SystemTime},
};

use plywood_access_log::{Lines, LogFile, Period, Sink};

use crate::{Folder, Told, lines, numbered, wait_until, write};

#[test]
fn a_file_is_put_away_before_it_grows_too_large() {
    let folder = Folder::new();
    let file = LogFile::at(folder.log()).max_size(100);
    let log = Lines::options().file(file).unwrap();
    let mut sent = numbered(55);
    sent.insert(30, "x".repeat(300));
    write(&log, &sent);
    assert_eq!(folder.lines(), sent);
    let old = folder.old();
    assert_eq!(
        old.len(),
        6,
        "ten lines a file, and the long one has its own: {old:?}"
    );
    for path in &old {
        let size = fs::metadata(path).unwrap().len();
        assert!(size == 100 || size == 301, "{size}");
    }
    assert_eq!(log.dropped(), 0);
}

#[test]
fn so_many_are_kept() {
    let folder = Folder::new();
    let file = LogFile::at(folder.log()).max_size(100).keep(2);
    let log = Lines::options().file(file).unwrap();
    let sent = numbered(105);
    // One at a time, so that the thread that tidies has its turn behind each.
    for line in &sent {
        log.write(line.as_bytes());
        log.flush();
    }
    let last = || {
        write(&log, &numbered(11));
        folder.old().len() <= 3
    };
    wait_until(last);
    let stranger = folder.0.path().join("access.log.bak");
    fs::write(&stranger, "not ours").unwrap();
    wait_until(last);
    assert!(stranger.exists());
    // The last handle waits until it is tidy: nothing goes while it is read.
    drop(log);
    assert!(folder.lines().len() < sent.len());
}

#[test]
fn what_is_too_old_goes() {
    let folder = Folder::new();
    let ancient = folder.0.path().join("access.log.20200101-000000");
    fs::write(&ancient, "old\n").unwrap();
    let then = SystemTime::now() - Duration::from_secs(3600);
    File::options()
        .write(true)
        .open(&ancient)
        .unwrap()
        .set_modified(then)
        .unwrap();
    let file = LogFile::at(folder.log())
        .max_size(100)
        .keep_for(Duration::from_secs(60));
    let log = Lines::options().file(file).unwrap();
    write(&log, &numbered(25));
    drop(log);
    assert!(!ancient.exists(), "the last handle waits for it");
    assert_eq!(folder.lines(), numbered(25));
}

#[test]
fn a_file_of_another_day_is_put_away() {
    let folder = Folder::new();
    let periods = [Period::Hour, Period::Day, Period::Week, Period::Month];
    for (before, period) in periods.into_iter().enumerate() {
        fs::write(folder.log(), "before\n").unwrap();
        let then = SystemTime::now() - Duration::from_secs(40 * 24 * 3600);
        File::options()
            .write(true)
            .open(folder.log())
            .unwrap()
            .set_modified(then)
            .unwrap();
        let log = Lines::options()
            .file(LogFile::at(folder.log()).every(period))
            .unwrap();
        write(&log, &["after".to_owned()]);
        assert_eq!(lines(&folder.log()), ["after"]);
        assert_eq!(folder.old().len(), before + 1);
    }
}

#[cfg(feature = "gzip")]
#[test]
fn what_was_put_away_is_packed_and_whole() {
    use std::io::Read;

    let folder = Folder::new();
    let file = LogFile::at(folder.log()).max_size(1000).gzip();
    let log = Lines::options().file(file).unwrap();
    let sent = numbered(950);
    write(&log, &sent);
    drop(log);
    // A file may have been put away while others were packed; the next time takes it along.
    let file = LogFile::at(folder.log()).max_size(1).gzip();
    let log = Lines::options().file(file).unwrap();
    write(&log, &["last".to_owned()]);
    drop(log);

    let mut found = Vec::new();
    for path in folder.old() {
        assert_eq!(path.extension().unwrap(), "gz", "{path:?}");
        let mut text = String::new();
        flate2::read::GzDecoder::new(File::open(path).unwrap())
            .read_to_string(&mut text)
            .unwrap();
        found.extend(text.lines().map(str::to_owned));
    }
    assert_eq!(found, sent);
    assert_eq!(lines(&folder.log()), ["last"]);
}

#[test]
fn the_w3cs_directives_stand_at_the_top_of_each_file() {
    let folder = Folder::new();
    let file = LogFile::at(folder.log()).max_size(40);
    let log = Lines::options().file(file).unwrap();
    log.preamble("#top of the file\n");
    write(&log, &numbered(9));
    let mut found = Vec::new();
    for path in folder.old().into_iter().chain([folder.log()]) {
        let mut lines = lines(&path);
        assert_eq!(lines.remove(0), "#top of the file");
        found.extend(lines);
    }
    assert_eq!(found, numbered(9));
    drop(log);

    let log = Lines::file(folder.log()).unwrap();
    log.preamble("#top of the file\n");
    write(&log, &["more".to_owned()]);
    let lines = lines(&folder.log());
    assert_eq!(
        lines.iter().filter(|line| line.starts_with('#')).count(),
        1,
        "it stands there already"
    );
}

#[test]
fn a_file_with_half_a_line_is_as_old_as_that() {
    let folder = Folder::new();
    fs::write(folder.log(), "hal").unwrap();
    let then = SystemTime::now() - Duration::from_secs(40 * 24 * 3600);
    File::options()
        .write(true)
        .open(folder.log())
        .unwrap()
        .set_modified(then)
        .unwrap();
    let file = LogFile::at(folder.log()).every(Period::Month);
    let log = Lines::options().file(file).unwrap();
    write(&log, &["next".to_owned()]);
    assert_eq!(folder.old().len(), 1);
    assert_eq!(folder.lines(), ["hal", "next"]);
}

#[cfg(unix)]
#[test]
fn whoever_may_not_read_the_log_may_not_read_what_was_put_away() {
    use std::os::unix::fs::PermissionsExt;

    for mode in [0o600, 0o640, 0o664] {
        let folder = Folder::new();
        fs::write(folder.log(), "").unwrap();
        fs::set_permissions(folder.log(), PermissionsExt::from_mode(mode)).unwrap();
        let file = LogFile::at(folder.log()).max_size(100);
        #[cfg(feature = "gzip")]
        let file = file.gzip();
        let log = Lines::options().file(file).unwrap();
        write(&log, &numbered(55));
        // Moved by somebody else, it is made anew in the same way.
        fs::remove_file(folder.log()).unwrap();
        log.reopen();
        write(&log, &["last".to_owned()]);
        drop(log);
        let files = folder.old().into_iter().chain([folder.log()]);
        let modes: Vec<_> = files
            .map(|path| fs::metadata(path).unwrap().permissions().mode() & 0o777)
            .collect();
        assert!(modes.len() > 2, "{modes:?}");
        assert!(modes.iter().all(|found| *found == mode), "{modes:?}");
    }
}

#[test]
fn where_nothing_can_be_renamed_lines_are_written_all_the_same() {
    let folder = Folder::new();
    let told = Told::default();
    // A name that is too long for a suffix.
    let path = folder.0.path().join("x".repeat(250));
    let log = Lines::options()
        .report(told.hear())
        .file(LogFile::at(&path).max_size(50))
        .unwrap();
    write(&log, &numbered(50));
    assert_eq!(lines(&path), numbered(50));
    drop(log);
    assert!(told.all().contains("was not rotated"), "{}", told.all());
}
