//! Files that fill up, are put away, moved and broken: no line is torn, none is lost but those that are counted.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

use std::{
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant, SystemTime},
};

use plywood_access_log::{Lines, LogFile, Overflow, Period, Sink, Trouble};
use proptest::prelude::*;

const PATIENCE: Duration = Duration::from_secs(60);

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn log(&self) -> PathBuf {
        self.0.path().join("access.log")
    }

    /// The files that were put away, the oldest first.
    fn old(&self) -> Vec<PathBuf> {
        let mut old: Vec<_> = fs::read_dir(self.0.path())
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.to_str().unwrap().contains("access.log.2"))
            .collect();
        old.sort_by_key(|path| {
            let name = path.file_name().unwrap().to_str().unwrap().to_owned();
            let name = name
                .trim_start_matches("access.log.")
                .trim_end_matches(".gz")
                .to_owned();
            let number = name.get(16..).map_or(1, |number| number.parse().unwrap());
            (name[..15].to_owned(), number)
        });
        old
    }

    /// All lines, the oldest first.
    fn lines(&self) -> Vec<String> {
        let files = self.old().into_iter().chain([self.log()]);
        files.flat_map(|path| lines(&path)).collect()
    }
}

fn lines(path: &Path) -> Vec<String> {
    let text = fs::read_to_string(path).unwrap();
    assert!(text.is_empty() || text.ends_with('\n'), "torn: {text}");
    text.lines().map(str::to_owned).collect()
}

fn numbered(count: usize) -> Vec<String> {
    (0..count)
        .map(|number| format!("line {number:04}"))
        .collect()
}

fn write(log: &Lines, lines: &[String]) {
    for line in lines {
        log.write(line.as_bytes());
    }
    log.flush();
}

/// Tries until it is so.
fn wait_until(mut is_so: impl FnMut() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !is_so() {
        assert!(Instant::now() < end, "it never came to be");
        thread::sleep(Duration::from_millis(20));
    }
}

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
    assert!(folder.lines().len() < sent.len());
    let stranger = folder.0.path().join("access.log.bak");
    fs::write(&stranger, "not ours").unwrap();
    wait_until(last);
    assert!(stranger.exists());
    drop(log);
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

/// What a log reported.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn hear(&self) -> impl Fn(&Trouble) + Send + Sync + 'static {
        let told = Arc::clone(&self.0);
        move |trouble| told.lock().unwrap().push(trouble.to_string())
    }

    fn all(&self) -> String {
        self.0.lock().unwrap().join("\n")
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

/// The limit of a file's size stands in for the disk's: the system takes a part of a line, and then nothing.
///
/// Both are of the whole process, so that another one has to suffer them.
#[test]
fn a_disk_that_fills_up_in_the_middle_of_a_line_tears_none() {
    let folder = Folder::new();
    let script =
        "trap '' XFSZ; ulimit -f 8; exec \"$0\" --exact in_another_process --ignored --nocapture";
    let output = Command::new("bash")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env("PLYWOOD_LOG", folder.log())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{said}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(said.contains("lost some, tore none"), "{said}");
}

#[test]
#[ignore = "started by the test above, under a limit of the system's"]
fn in_another_process() {
    let path = PathBuf::from(std::env::var_os("PLYWOOD_LOG").expect("the test above says where"));
    let told = Told::default();
    let log = Lines::options()
        .report(told.hear())
        .file(LogFile::at(&path))
        .unwrap();
    let sent = numbered(2000);
    for lines in sent.chunks(37) {
        write(&log, lines);
    }
    let lost = usize::try_from(log.dropped()).unwrap();
    // The last line may wait for its end.
    let text = fs::read_to_string(&path).unwrap();
    let whole = text.lines().count() - usize::from(!text.ends_with('\n'));
    assert!(
        text.len() <= 8 * 1024 && lost > 1000,
        "{} {lost}",
        text.len()
    );
    assert!(sent.len() - lost - whole <= 1);

    // Somebody makes room.
    File::options()
        .write(true)
        .open(&path)
        .unwrap()
        .set_len(0)
        .unwrap();
    write(&log, &["after".to_owned()]);
    drop(log);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.ends_with("\nafter\n") || text == "after\n", "{text:?}");
    assert!(
        told.all().contains("could not be written"),
        "{}",
        told.all()
    );
    println!("lost some, tore none");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(8))]

    #[test]
    fn threads_do_not_tear_each_others_lines_and_keep_their_order(
        max_size in prop_oneof![Just(u64::MAX), 500_u64..5000],
        capacity in 600_usize..4000,
        lengths in prop::collection::vec(0_usize..400, 1..8),
    ) {
        const THREADS: usize = 32;
        const LINES: usize = 40;
        let folder = Folder::new();
        let file = LogFile::at(folder.log()).max_size(max_size);
        let log = Lines::options()
            .capacity(capacity)
            .overflow(Overflow::Block)
            .file(file)
            .unwrap();
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let (log, lengths) = (log.clone(), &lengths);
                scope.spawn(move || {
                    for number in 0..LINES {
                        let filling = "x".repeat(lengths[number % lengths.len()]);
                        log.write(format!("{thread} {number} {filling}").as_bytes());
                    }
                });
            }
        });
        log.flush();
        let mut next = [0; THREADS];
        for line in folder.lines() {
            let mut parts = line.splitn(3, ' ');
            let mut number = || parts.next().unwrap().parse::<usize>().unwrap();
            let (thread, number) = (number(), number());
            prop_assert_eq!(number, next[thread]);
            let filling = "x".repeat(lengths[number % lengths.len()]);
            prop_assert_eq!(parts.next().unwrap(), filling);
            next[thread] += 1;
        }
        prop_assert_eq!((next, log.dropped()), ([LINES; THREADS], 0));
    }
}
