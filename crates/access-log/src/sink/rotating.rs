//! A file that is put away between two lines.

use std::{
    fs::{self, File, Metadata},
    io::{self, Write},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use jiff::{Timestamp, tz::TimeZone};

#[cfg(feature = "signal")]
use super::hangup::Hangup;
use super::{
    archive,
    file::LogFile,
    opened::Opened,
    target::{Target, first},
};

/// So often it is looked at whether the file is still where it was.
const LOOK: Duration = Duration::from_secs(1);

/// So long it is not tried again to put a file away, when that failed.
const PAUSE: Duration = Duration::from_secs(60);

#[derive(Debug)]
pub(super) struct Rotating {
    config: LogFile,
    zone: TimeZone,
    /// Nothing when it could not be opened anew.
    file: Option<File>,
    size: u64,
    /// The last byte was a line break.
    between_lines: bool,
    due: Option<Timestamp>,
    looked: Instant,
    failed: Option<Instant>,
    preamble: String,
    /// What is left to write of the preamble.
    top: Vec<u8>,
    trouble: Option<io::Error>,
    janitor: Option<JoinHandle<io::Result<()>>>,
    #[cfg(feature = "signal")]
    hangup: Option<Hangup>,
}

impl LogFile {
    pub(super) fn open(self) -> io::Result<Rotating> {
        let named = |error: io::Error| {
            let text = format!("cannot write the log {}: {error}", self.path.display());
            io::Error::new(error.kind(), text)
        };
        let opened = Opened::at(&self.path, None).map_err(named)?;
        let zone = TimeZone::system();
        let last = opened.last.and_then(|time| Timestamp::try_from(time).ok());
        let due = self
            .every
            .map(|period| period.end(last.unwrap_or_else(Timestamp::now), &zone));
        Ok(Rotating {
            #[cfg(feature = "signal")]
            hangup: self.on_hangup.then(Hangup::listen).transpose()?,
            config: self,
            zone,
            file: Some(opened.file),
            size: opened.size,
            between_lines: true,
            due,
            looked: Instant::now(),
            failed: None,
            preamble: String::new(),
            top: opened.top,
            trouble: None,
            janitor: None,
        })
    }
}

impl Rotating {
    /// What may happen between two lines, of which the next is that long.
    fn between(&mut self, next: u64) {
        let was_told = {
            #[cfg(feature = "signal")]
            {
                self.hangup.as_ref().is_some_and(Hangup::came)
            }
            #[cfg(not(feature = "signal"))]
            {
                false
            }
        };
        if self.file.is_none() || was_told || self.was_moved() {
            self.open_anew();
        }
        let is_too_large = self
            .config
            .max_size
            .is_some_and(|most| self.size > 0 && self.size + next > most);
        let is_due = self.due.is_some_and(|due| Timestamp::now() >= due);
        let may_try = self.failed.is_none_or(|failed| failed.elapsed() >= PAUSE);
        if (is_too_large || is_due) && may_try {
            self.rotate();
        }
    }

    fn was_moved(&mut self) -> bool {
        if self.looked.elapsed() < LOOK {
            return false;
        }
        self.looked = Instant::now();
        let Some(Ok(ours)) = self.file.as_ref().map(File::metadata) else {
            return true;
        };
        // Somebody may have emptied it.
        self.size = ours.len();
        fs::metadata(&self.config.path).map_or(true, |there| !is_same(&ours, &there))
    }

    fn rotate(&mut self) {
        let now = Timestamp::now();
        if self.size > 0 {
            match archive::put_away(&self.config, &now.to_zoned(self.zone.clone())) {
                Ok(()) => {
                    self.failed = None;
                    self.open_anew();
                    self.tidy();
                }
                Err(error) => {
                    self.failed = Some(Instant::now());
                    self.trouble = Some(error);
                    return;
                }
            }
        }
        self.due = self.config.every.map(|period| period.end(now, &self.zone));
    }

    /// Where that fails, the old file is written on, wherever it is now.
    fn open_anew(&mut self) {
        let old = self.file.as_ref().and_then(|file| file.metadata().ok());
        match Opened::at(&self.config.path, old.as_ref()) {
            Ok(opened) => {
                self.file = Some(opened.file);
                self.size = opened.size;
                self.top = opened.top;
                self.looked = Instant::now();
                self.begin();
            }
            Err(error) => self.trouble = Some(error),
        }
    }

    fn begin(&mut self) {
        if self.size == 0 {
            self.top.extend_from_slice(self.preamble.as_bytes());
        }
    }

    /// Packs and removes what was put away, without holding up the lines.
    fn tidy(&mut self) {
        let has_work =
            self.config.gzip || self.config.keep.is_some() || self.config.keep_for.is_some();
        if !has_work
            || self
                .janitor
                .as_ref()
                .is_some_and(|last| !last.is_finished())
        {
            return;
        }
        self.collect();
        let config = self.config.clone();
        let janitor = thread::Builder::new().name("access-log-archive".to_owned());
        match janitor.spawn(move || archive::tidy(&config)) {
            Ok(janitor) => self.janitor = Some(janitor),
            Err(error) => self.trouble = Some(error),
        }
    }

    fn collect(&mut self) {
        if let Some(Ok(Err(error))) = self.janitor.take().map(JoinHandle::join) {
            self.trouble = Some(error);
        }
    }
}

impl Write for Rotating {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let first_line = lines.iter().position(|byte| *byte == b'\n');
        let next = first_line.map_or(lines.len(), |end| end + 1);
        if self.between_lines {
            self.between(next as u64);
        }
        let Some(file) = &mut self.file else {
            let error = self.trouble.take();
            return Err(error.unwrap_or_else(|| io::ErrorKind::NotFound.into()));
        };
        let top = self.top.len();
        let written = first(&mut self.top, file);
        self.size += (top - self.top.len()) as u64;
        written?;
        let mut room = lines.len();
        if let Some(most) = self.config.max_size.filter(|_| self.between_lines) {
            let left = usize::try_from(most.saturating_sub(self.size)).unwrap_or(usize::MAX);
            if room > left {
                let fitting = lines[..left].iter().rposition(|byte| *byte == b'\n');
                room = fitting.map_or(next, |end| end + 1);
            }
        }
        let written = file.write(&lines[..room])?;
        self.size += written as u64;
        if written > 0 {
            self.between_lines = lines[written - 1] == b'\n';
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Target for Rotating {
    fn preamble(&mut self, text: &str) {
        if !text.is_empty() {
            self.preamble.push_str(text);
            self.begin();
        }
    }

    fn reopen(&mut self) {
        // In the middle of a line the rest goes where the beginning is.
        if self.between_lines {
            self.open_anew();
        } else if let Some(past) = Instant::now().checked_sub(LOOK) {
            self.looked = past;
        }
    }

    fn trouble(&mut self) -> Option<io::Error> {
        if self.janitor.as_ref().is_some_and(JoinHandle::is_finished) {
            self.collect();
        }
        self.trouble.take()
    }
}

impl Drop for Rotating {
    fn drop(&mut self) {
        self.collect();
    }
}

#[cfg(unix)]
fn is_same(ours: &Metadata, there: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt;
    (ours.dev(), ours.ino()) == (there.dev(), there.ino())
}

/// Elsewhere a file that is open cannot be moved.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
