//! What the thread writes to: a stream, or a file that is put away now and then.

use std::io::{self, Write};

/// A writer that knows of logs.
pub(super) trait Target: Write + Send {
    /// Takes what stands at the top of each file, or of the stream.
    fn preamble(&mut self, text: &str);

    /// Opens the file anew, for whoever has moved it.
    fn reopen(&mut self) {}

    /// What went wrong since it was asked last, while the lines were written all the same.
    fn trouble(&mut self) -> Option<io::Error> {
        None
    }
}

/// Any writer.
#[derive(Debug)]
pub(super) struct Stream<W> {
    writer: W,
    preamble: Vec<u8>,
}

impl<W> Stream<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self {
            writer,
            preamble: Vec::new(),
        }
    }
}

impl<W: Write> Write for Stream<W> {
    fn write(&mut self, lines: &[u8]) -> io::Result<usize> {
        first(&mut self.preamble, &mut self.writer)?;
        self.writer.write(lines)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl<W: Write + Send> Target for Stream<W> {
    fn preamble(&mut self, text: &str) {
        self.preamble.extend_from_slice(text.as_bytes());
    }
}

/// Writes what must stand before the lines, as far as the writer takes it, and forgets that much.
pub(super) fn first(preamble: &mut Vec<u8>, writer: &mut impl Write) -> io::Result<()> {
    while !preamble.is_empty() {
        match writer.write(preamble) {
            Ok(0) => return Err(io::ErrorKind::WriteZero.into()),
            Ok(written) => {
                preamble.drain(..written);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
