//! What the thread does: it takes what waits, writes it, and tells of trouble.

use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
};

use super::{
    queue::{Queue, Work},
    target::Target,
    trouble::{Report, Reporter},
    whole::{Whole, count},
};

pub(super) fn drain(queue: &Queue, target: Box<dyn Target>, report: Report) {
    queue.adopt();
    let _gone = Gone(queue);
    let mut writer = Whole::new(target);
    let mut reporter = Reporter::new(report);
    let mut work = Work::default();
    while queue.take(&mut work) {
        let lost = one(&mut writer, &work, &mut reporter);
        queue.done(lost);
        work.lines.clear();
        reporter.tell();
    }
    reporter.dropped(work.dropped);
    reporter.tell_all();
}

/// Does one piece of work, and says how many lines were lost in it. A writer that panics costs that much, and is asked again.
fn one(writer: &mut Whole<Box<dyn Target>>, work: &Work, reporter: &mut Reporter) -> u64 {
    reporter.dropped(work.dropped);
    let written = catch_unwind(AssertUnwindSafe(|| {
        let target = writer.target();
        if work.reopen {
            target.reopen();
        }
        target.preamble(&work.preamble);
        writer.write(&work.lines)
    }));
    let (lost, error) = written.unwrap_or_else(|_| {
        writer.forget();
        let error = io::Error::other("the writer panicked");
        (count(&work.lines), Some(error))
    });
    if lost > 0 {
        reporter.lost(lost, error);
    }
    if let Some(error) = writer.target().trouble() {
        reporter.rotation(error);
    }
    lost
}

/// Tells those who wait that nobody writes any more, should a report panic.
struct Gone<'a>(&'a Queue);

impl Drop for Gone<'_> {
    fn drop(&mut self) {
        self.0.abandon();
    }
}
