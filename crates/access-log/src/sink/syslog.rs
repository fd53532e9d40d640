//! Lines to the system's own logs, over a Unix socket.

use std::{
    fmt,
    io::{self, Write},
    os::unix::net::{UnixDatagram, UnixStream},
    path::{Path, PathBuf},
    time::Duration,
};

use jiff::{Timestamp, tz::TimeZone};

use crate::{
    text,
    time::{TimeFormat, Zone},
};

/// A message longer than this is cut: more fits into no datagram.
const LONGEST: usize = 64 * 1024;

/// A daemon that takes no message for so long costs those that wait.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a message comes from, to the rules of syslog.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
#[allow(missing_docs, reason = "they are names and nothing else")]
pub enum Facility {
    User = 1,
    Daemon = 3,
    Local0 = 16,
    Local1,
    Local2,
    Local3,
    Local4,
    Local5,
    Local6,
    #[default]
    Local7,
}

/// A writer for [`Lines`](crate::Lines): each line is a message of syslog ([RFC 5424]), of severity *informational*.
///
/// It goes over a Unix socket, as a datagram, or where the daemon wants a stream, with its length before it ([RFC 6587 §3.4.1]). A daemon
/// that comes back is found again.
///
/// ```no_run
/// use plywood_access_log::{Lines, Syslog};
///
/// let log = Lines::new(Syslog::new("/dev/log"));
/// ```
///
/// [RFC 5424]: https://www.rfc-editor.org/rfc/rfc5424
/// [RFC 6587 §3.4.1]: https://www.rfc-editor.org/rfc/rfc6587#section-3.4.1
#[derive(Debug)]
pub struct Syslog {
    facility: Facility,
    /// What stands between the time and the message.
    origin: Vec<u8>,
    host: Box<str>,
    socket: Socket,
    message: Vec<u8>,
}

/// A writer for [`Lines`](crate::Lines): each line is an entry of systemd's journal, of priority *informational*, by its
/// [native protocol](https://systemd.io/JOURNAL_NATIVE_PROTOCOL/).
///
/// ```no_run
/// use plywood_access_log::{Journal, Lines};
///
/// let log = Lines::new(Journal::new());
/// ```
#[derive(Debug)]
pub struct Journal {
    head: Vec<u8>,
    socket: Socket,
    message: Vec<u8>,
}

impl Syslog {
    /// To the socket at `path`, which is `/dev/log` most often. It is connected with the first line.
    pub fn new(path: impl AsRef<Path>) -> Self {
        Self {
            facility: Facility::default(),
            origin: Vec::new(),
            host: crate::format::hostname().unwrap_or_else(|| "-".into()),
            socket: Socket::new(path.as_ref(), true),
            message: Vec::new(),
        }
        .app_name(&program())
    }

    /// The facility. [`Facility::Local7`] by default, as in nginx.
    #[must_use]
    pub const fn facility(mut self, facility: Facility) -> Self {
        self.facility = facility;
        self
    }

    /// The name of the program. The file's by default. What is not visible ASCII, and what is beyond 48 letters, is left out.
    #[must_use]
    pub fn app_name(mut self, name: &str) -> Self {
        self.origin = format!(
            " {} {} {} access - ",
            word(&self.host, 255),
            word(name, 48),
            std::process::id()
        )
        .into_bytes();
        self
    }
}

impl Write for Syslog {
    /// Takes one line.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let line = next(lines);
        let utc = Zone::new(TimeZone::UTC);
        self.message.clear();
        self.message.push(b'<');
        text::number(&mut self.message, self.facility as u64 * 8 + 6);
        self.message.extend_from_slice(b">1 ");
        TimeFormat::Rfc3339.write(&mut self.message, &utc, Timestamp::now());
        self.message.extend_from_slice(&self.origin);
        self.message.extend_from_slice(cut(line));
        self.socket.send(&self.message)?;
        Ok(lines.len().min(line.len() + 1))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Journal {
    /// To the journal of this machine. It is connected with the first line.
    pub fn new() -> Self {
        Self::at("/run/systemd/journal/socket")
    }

    /// To the socket at `path`.
    pub fn at(path: impl AsRef<Path>) -> Self {
        let name = word(&program(), 48);
        Self {
            head: format!("PRIORITY=6\nSYSLOG_IDENTIFIER={name}\nMESSAGE=").into_bytes(),
            socket: Socket::new(path.as_ref(), false),
            message: Vec::new(),
        }
    }
}

impl Default for Journal {
    fn default() -> Self {
        Self::new()
    }
}

impl Write for Journal {
    /// Takes one line.
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        let line = next(lines);
        self.message.clear();
        self.message.extend_from_slice(&self.head);
        self.message.extend_from_slice(cut(line));
        self.message.push(b'\n');
        self.socket.send(&self.message)?;
        Ok(lines.len().min(line.len() + 1))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A connection that is made when it is needed, and made again when it broke.
struct Socket {
    path: PathBuf,
    may_stream: bool,
    open: Option<Open>,
}

enum Open {
    Datagram(UnixDatagram),
    Stream(UnixStream),
}

impl Socket {
    fn new(path: &Path, may_stream: bool) -> Self {
        Self {
            path: path.to_owned(),
            may_stream,
            open: None,
        }
    }

    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        if let Some(open) = &mut self.open {
            match open.send(message) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    if matches!(open, Open::Stream(_)) {
                        // Nobody knows how much of it has gone.
                        self.open = None;
                    }
                    return Err(error);
                }
                Err(_) => self.open = None,
                Ok(()) => return Ok(()),
            }
        }
        let mut open = self.connect()?;
        open.send(message)?;
        self.open = Some(open);
        Ok(())
    }

    fn connect(&self) -> io::Result<Open> {
        let datagram = UnixDatagram::unbound()?;
        match datagram.connect(&self.path) {
            Ok(()) => {
                datagram.set_write_timeout(Some(PATIENCE))?;
                Ok(Open::Datagram(datagram))
            }
            // It is a socket, and of the other kind.
            Err(error) if self.may_stream => {
                let stream = UnixStream::connect(&self.path).map_err(|_| error)?;
                stream.set_write_timeout(Some(PATIENCE))?;
                Ok(Open::Stream(stream))
            }
            Err(error) => Err(error),
        }
    }
}

impl Open {
    fn send(&mut self, message: &[u8]) -> io::Result<()> {
        match self {
            Self::Datagram(socket) => socket.send(message).map(drop),
            Self::Stream(stream) => {
                let mut framed = message.len().to_string().into_bytes();
                framed.push(b' ');
                framed.extend_from_slice(message);
                stream.write_all(&framed)
            }
        }
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.path.fmt(f)
    }
}

/// The line at the front, without its line break.
fn next(lines: &[u8]) -> &[u8] {
    lines.split(|byte| *byte == b'\n').next().unwrap_or(lines)
}

fn cut(line: &[u8]) -> &[u8] {
    let mut end = line.len().min(LONGEST);
    // Not in the middle of a character.
    while end < line.len() && end > 0 && line[end] & 0xc0 == 0x80 {
        end -= 1;
    }
    &line[..end]
}

/// A word of a syslog header: visible ASCII, and `-` for none.
fn word(text: &str, longest: usize) -> String {
    let word: String = text
        .chars()
        .filter(char::is_ascii_graphic)
        .take(longest)
        .collect();
    if word.is_empty() {
        "-".to_owned()
    } else {
        word
    }
}

/// The name of the program's file.
fn program() -> String {
    std::env::current_exe()
        .ok()
        .and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()))
        .unwrap_or_default()
}
