//! Files that fill up, are put away, moved and broken: no line is torn, none is lost but those that are counted.

#![allow(clippy::unwrap_used, reason = "all of this is a test")]

mod broken;
#[cfg(unix)]
mod disk;
mod order;
mod others;
#[cfg(unix)]
mod process;
mod rotation;

use std::{
    fs,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use plywood_access_log::{Lines, Sink, Trouble};

const PATIENCE: Duration = Duration::from_secs(240);

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
