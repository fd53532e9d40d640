use std::io::{Error, ErrorKind, Write};

/// Writes lines, and never tears one: a line that an error interrupted is finished before the next one begins.
#[derive(Debug)]
pub(super) struct Whole<W> {
    writer: W,
    /// What is left of an interrupted line.
    rest: Vec<u8>,
}

impl<W: Write> Whole<W> {
    pub(super) const fn new(writer: W) -> Self {
        Self {
            writer,
            rest: Vec::new(),
        }
    }

    /// What it writes to.
    pub(super) const fn target(&mut self) -> &mut W {
        &mut self.writer
    }

    /// Forgets an interrupted line, when nobody knows how much of it was written.
    pub(super) fn forget(&mut self) {
        self.rest.clear();
    }

    /// Writes `lines`, each with its line break, and says how many were lost, and to which error.
    pub(super) fn write(&mut self, lines: &[u8]) -> (u64, Option<Error>) {
        let (finished, error) = self.write_some(&self.rest.clone());
        self.rest.drain(..finished);
        if !self.rest.is_empty() {
            return (count(lines), error);
        }
        let (written, error) = self.write_some(lines);
        let mut lost = &lines[written..];
        if written > 0 && lines[written - 1] != b'\n' {
            let end = lost.iter().position(|byte| *byte == b'\n');
            let (rest, others) = lost.split_at(end.map_or(lost.len(), |end| end + 1));
            self.rest.extend_from_slice(rest);
            lost = others;
        }
        // What the writer keeps in a buffer of its own is beyond our count.
        let _ = self.writer.flush();
        (count(lost), error)
    }

    /// Writes up to the first error, and says how far that is.
    fn write_some(&mut self, text: &[u8]) -> (usize, Option<Error>) {
        let mut written = 0;
        while written < text.len() {
            match self.writer.write(&text[written..]) {
                Ok(0) => return (written, Some(ErrorKind::WriteZero.into())),
                Ok(more) => written += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return (written, Some(error)),
            }
        }
        (written, None)
    }
}

/// How many lines end in `lines`.
pub(super) fn count(lines: &[u8]) -> u64 {
    lines.split(|byte| *byte == b'\n').skip(1).count() as u64
}

#[cfg(test)]
mod tests {
    use std::io;

    use proptest::prelude::*;

    use super::*;

    /// A disk that takes as many bytes at a time as it is told, and is full where it is told nothing.
    struct Disk {
        steps: Vec<Option<usize>>,
        written: Vec<u8>,
    }

    impl Write for Disk {
        fn write(&mut self, text: &[u8]) -> io::Result<usize> {
            match self.steps.pop() {
                Some(None) => Err(ErrorKind::StorageFull.into()),
                Some(Some(most)) => {
                    let taken = most.min(text.len());
                    self.written.extend_from_slice(&text[..taken]);
                    Ok(taken)
                }
                None => {
                    self.written.extend_from_slice(text);
                    Ok(text.len())
                }
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    proptest! {
        #[test]
        fn every_line_is_whole_or_counted(steps: Vec<Option<u8>>, batches: Vec<u8>) {
            let steps = steps.into_iter().map(|step| step.map(usize::from)).collect();
            let mut whole = Whole::new(Disk { steps, written: Vec::new() });
            let (mut sent, mut lost) = (0_u64, 0);
            for batch in batches.into_iter().chain([0; 300]) {
                let first = sent + 1;
                sent += u64::from(batch % 4);
                let lines: Vec<String> = (first..=sent).map(|number| format!("line {number}\n")).collect();
                lost += whole.write(lines.concat().as_bytes()).0;
            }
            let written = String::from_utf8(whole.writer.written).unwrap();
            let numbers: Vec<u64> = written
                .lines()
                .map(|line| line.strip_prefix("line ").unwrap().parse().unwrap())
                .collect();
            prop_assert!(numbers.is_sorted());
            prop_assert_eq!(numbers.len() as u64 + lost, sent);
        }
    }
}
