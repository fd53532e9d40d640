use std::{
    fs::{File, OpenOptions},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use plywood_core::BoxError;
use serde_json::Value;

use crate::{Report, Reporter};

/// Reports to a file: one JSON object a line, appended and never changed.
///
/// The file is opened for each report, so that it may be renamed and removed at any time. On Unix it is made for its owner alone, because causes
/// are told in it. It grows to [256 MiB](Self::max_size). Where a disk was full, half a line may be left; the next report begins a new one.
///
/// ```
/// use std::time::Duration;
///
/// use plywood_error::{Incident, IncidentKind, JsonLines, Reports};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("incidents.jsonl");
/// let reports = Reports::to(JsonLines::new(&path)?).start()?;
/// reports.tell(&Incident::new(IncidentKind::Failed, &std::io::Error::other("the disk is full")));
/// assert!(reports.finish(Duration::from_secs(10)));
/// assert!(std::fs::read_to_string(path)?.contains(r#""message":"the disk is full""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct JsonLines {
    path: PathBuf,
    max_size: u64,
}

impl JsonLines {
    /// Lines at the end of the file at `path`, which is made if it is not there.
    ///
    /// # Errors
    ///
    /// When it cannot be opened for writing.
    pub fn new(path: impl AsRef<Path>) -> io::Result<Self> {
        let lines = Self {
            path: path.as_ref().to_owned(),
            max_size: 256 * 1024 * 1024,
        };
        lines.open().map(|_| lines)
    }

    /// The size in bytes from which on nothing is appended: what comes then waits for the file to be put away, and is counted. Default: 256 MiB.
    #[must_use]
    pub const fn max_size(mut self, bytes: u64) -> Self {
        self.max_size = bytes;
        self
    }

    fn open(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        options.append(true).create(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        options.open(&self.path)
    }
}

impl Reporter for JsonLines {
    fn report(&mut self, report: &Report) -> Result<(), BoxError> {
        let mut file = self.open()?;
        let metadata = file.metadata()?;
        if metadata.len() >= self.max_size {
            return Err(format!("{} is as large as it may be", self.path.display()).into());
        }
        let is_torn = metadata.is_file() && is_torn(&self.path).unwrap_or(false);
        let begins = if is_torn { "\n" } else { "" };
        // In one write, so that lines of several processes stay whole.
        let line = format!("{begins}{}\n", Value::Object(report.json()));
        Ok(file.write_all(line.as_bytes())?)
    }
}

/// Did somebody not come to the end of the last line? The disk may have been full, or the machine may have stopped. Of an empty file, and of one
/// that may not be read, that is not known.
fn is_torn(path: &Path) -> io::Result<bool> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::End(-1))?;
    let mut last = [0];
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::{Incident, IncidentKind, Panicked};

    fn report(text: &str) -> Report {
        Report::of(Incident::new(IncidentKind::Failed, &io::Error::other(text)))
    }

    #[test]
    fn lines_are_appended_to_whatever_file_is_there() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("incidents.jsonl");
        let mut lines = JsonLines::new(&path).unwrap();
        lines.report(&report("one\ntwo\u{2028}\"")).unwrap();
        lines.report(&report("three")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let read: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(read.len(), 2);
        assert_eq!(read[0]["message"], "one\ntwo\u{2028}\"");
        fs::rename(&path, folder.path().join("old")).unwrap();
        lines.report(&report("four")).unwrap();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[test]
    #[cfg(unix)]
    fn it_is_its_owners_alone() {
        use std::os::unix::fs::PermissionsExt;

        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("incidents.jsonl");
        JsonLines::new(&path).unwrap();
        let mode = fs::metadata(path).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0);
    }

    #[test]
    fn half_a_line_is_not_continued() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("incidents.jsonl");
        let mut lines = JsonLines::new(&path).unwrap();
        lines.report(&report("one")).unwrap();
        let torn = fs::read_to_string(&path).unwrap() + "{\"time\":\"2026";
        fs::write(&path, torn).unwrap();
        lines.report(&report("two")).unwrap();
        lines.report(&report("three")).unwrap();
        let text = fs::read_to_string(&path).unwrap();
        let messages = text.lines().map(|line| {
            let line: Value = serde_json::from_str(line).ok()?;
            Some(line["message"].as_str()?.to_owned())
        });
        let expected = [Some("one"), None, Some("two"), Some("three")];
        assert!(messages.eq(expected.map(|message| message.map(str::to_owned))));
    }

    #[test]
    fn a_full_file_takes_no_more() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("incidents.jsonl");
        let mut lines = JsonLines::new(&path).unwrap().max_size(100);
        lines.report(&report("one")).unwrap();
        assert!(lines.report(&report("two")).is_err());
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1);
    }

    #[test]
    fn a_panic_is_told_with_its_place() {
        Panicked::watch();
        let panicked = Panicked::catch(|| panic!("the disk is full")).unwrap_err();
        let report = Report::of(Incident::new(IncidentKind::Panicked, &panicked));
        let told = Value::Object(report.json());
        assert!(told["place"].as_str().unwrap().starts_with(file!()));
        let place = format!("panicked: the disk is full ({}", file!());
        assert!(report.subject().starts_with(&place));
        assert!(report.text().contains("\nfingerprint: "));
    }
}
