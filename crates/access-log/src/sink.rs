mod archive;
mod drain;
mod events;
mod file;
#[cfg(feature = "signal")]
mod hangup;
mod lines;
mod mode;
mod opened;
mod options;
mod period;
mod queue;
mod rotating;
#[cfg(unix)]
mod syslog;
mod target;
mod trouble;
mod whole;

#[cfg(unix)]
pub use self::syslog::{Facility, Journal, Syslog};
pub use self::{
    events::Events,
    file::{LogFile, Period},
    lines::Lines,
    options::LineOptions,
    queue::Overflow,
    trouble::Trouble,
};

/// Where lines go.
///
/// Every closure on `&[u8]` is one; [`Lines`] is the one for files, streams and the system's logs, [`Events`] the one for `tracing`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not take the lines of a log",
    label = "lines cannot be written to it",
    note = "take `Lines::stdout()`, `Lines::file(path)?`, or a closure of `&[u8]`"
)]
pub trait Sink: Send + Sync + 'static {
    /// Takes one line, without a line break.
    ///
    /// It is called where the answer ends, on the thread that serves the request, and from several threads at once: it must not block.
    /// A panic in it is caught, and costs the line.
    fn write(&self, line: &[u8]);

    /// Takes what stands at the top of a log, before the first line: the W3C's directives, each with its line break. By default they are
    /// written as lines.
    fn preamble(&self, text: &str) {
        for line in text.lines() {
            self.write(line.as_bytes());
        }
    }
}

impl<F: Fn(&[u8]) + Send + Sync + 'static> Sink for F {
    fn write(&self, line: &[u8]) {
        self(line);
    }
}
