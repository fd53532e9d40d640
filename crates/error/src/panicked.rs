use std::{
    any::{Any, TypeId},
    backtrace::{Backtrace, BacktraceStatus},
    cell::RefCell,
    error::Error,
    fmt, mem,
    panic::{self, AssertUnwindSafe, PanicHookInfo, catch_unwind},
    sync::{Arc, Once, OnceLock},
};

use crate::Place;

/// A panic, as an error: what it said, where it happened, and by which calls.
///
/// The place is that of the panic, not that of the catch. It is known from [`watch`](Self::watch) on.
#[derive(Clone, Debug)]
pub struct Panicked {
    message: Box<str>,
    place: Option<Place>,
    trace: Option<Arc<dyn Trace>>,
}

/// The calls that led to a panic. It is displayed as text, as a terminal shows it.
///
/// It is taken in the hook and read later, if at all: what costs much belongs into the reading.
pub trait Trace: fmt::Debug + fmt::Display + Send + Sync {
    /// The calls, the innermost first; none, if only the text is known.
    fn frames(&self) -> Vec<Frame> {
        Vec::new()
    }
}

impl Trace for Backtrace {}

/// One call of a [`Trace`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// The function, with its path.
    pub function: Box<str>,
    /// Where the call was going on.
    pub place: Option<Place>,
}

type Tracer = fn() -> Box<dyn Trace>;

static TRACER: OnceLock<Tracer> = OnceLock::new();

thread_local! {
    /// The panics of this thread that nobody has asked about yet, the last one last. Whoever catches a panic is in the thread that panicked; but
    /// while it unwinds, what is dropped may have panicked and caught that by itself.
    static NOTED: RefCell<Vec<Noted>> = const { RefCell::new(Vec::new()) };
}

/// So many of them are kept: those that others have caught are never asked about.
const MAX_NOTED: usize = 8;

/// What the hook saw of a panic.
struct Noted {
    mark: Mark,
    place: Option<Place>,
    trace: Option<Box<dyn Trace>>,
}

/// By this a payload that was caught is known to be the one that the hook saw, and not one that was carried over from another thread. The text
/// of a panic is not moved between the two.
#[derive(PartialEq)]
enum Mark {
    Text(usize, usize),
    Other(TypeId),
}

impl Panicked {
    /// Has the place and the calls of every panic noted from now on, in the thread that panics.
    ///
    /// It puts a hook before the one that is there, once per program; that one runs as before, and so does the one that
    /// [`std::panic::take_hook`] gives back. Calls are noted where `RUST_BACKTRACE` asks for them, or where [`trace_by`](Self::trace_by) does.
    pub fn watch() {
        static ONCE: Once = Once::new();
        ONCE.call_once(|| {
            let before = panic::take_hook();
            panic::set_hook(Box::new(move |info| {
                note(info);
                before(info);
            }));
        });
    }

    /// Has the calls of every panic noted by `tracer` from now on, whatever `RUST_BACKTRACE` says, and [watches](Self::watch). The first
    /// tracer stays.
    pub fn trace_by(tracer: fn() -> Box<dyn Trace>) {
        // Whoever comes second asks for the same thing, or cannot be served.
        let _ = TRACER.set(tracer);
        Self::watch();
    }

    /// Runs `work`, and gives a panic of it as an error.
    ///
    /// # Errors
    ///
    /// When `work` panics. What it was about to change may be half changed.
    pub fn catch<T>(work: impl FnOnce() -> T) -> Result<T, Self> {
        catch_unwind(AssertUnwindSafe(work)).map_err(Self::from_payload)
    }

    /// The same as [`of`](Self::of), for whoever has no further use of the payload. It is dropped here, and what panics in that is caught, too.
    pub fn from_payload(payload: Box<dyn Any + Send>) -> Self {
        let panicked = Self::of(&*payload);
        if let Err(another) = catch_unwind(AssertUnwindSafe(|| drop(payload))) {
            // Who panics when he is dropped may do so again.
            mem::forget(another);
        }
        panicked
    }

    /// The panic that was just caught in this thread, by its payload. A payload that is a `Panicked` itself is that one.
    ///
    /// Where a payload comes from another thread, as that of a task that was joined, its place is not known here.
    pub fn of(payload: &(dyn Any + Send)) -> Self {
        if let Some(panicked) = payload.downcast_ref::<Self>() {
            return panicked.clone();
        }
        let noted = NOTED.try_with(|noted| {
            let mut noted = noted.try_borrow_mut().ok()?;
            taken(&mut noted, payload)
        });
        let noted = noted.ok().flatten();
        let (place, trace) = noted.map_or((None, None), |noted| (noted.place, noted.trace));
        Self {
            message: text(payload).unwrap_or("without words").into(),
            place,
            trace: trace.map(Arc::from),
        }
    }

    /// What it said, if it said it in words.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Where it happened.
    pub const fn place(&self) -> Option<&Place> {
        self.place.as_ref()
    }

    /// The calls that led there.
    pub fn trace(&self) -> Option<&dyn Trace> {
        self.trace.as_deref()
    }

    pub(crate) fn shared_trace(&self) -> Option<Arc<dyn Trace>> {
        self.trace.clone()
    }
}

impl fmt::Display for Panicked {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "panicked: {}", self.message)
    }
}

impl Error for Panicked {}

impl Mark {
    fn of(payload: &(dyn Any + Send)) -> Self {
        match text(payload) {
            Some(text) => Self::Text(text.as_ptr().addr(), text.len()),
            None => Self::Other(payload.type_id()),
        }
    }
}

fn text(payload: &(dyn Any + Send)) -> Option<&str> {
    let literal = payload.downcast_ref::<&str>().copied();
    literal.or_else(|| payload.downcast_ref().map(String::as_str))
}

/// What was noted of the panic with this payload. Those after it are over, because they happened while it was unwinding; and if it was not noted,
/// all are: it came from elsewhere.
fn taken(noted: &mut Vec<Noted>, payload: &(dyn Any + Send)) -> Option<Noted> {
    let mark = Mark::of(payload);
    let at = noted.iter().rposition(|noted| noted.mark == mark);
    let mut over = noted.drain(at.unwrap_or(0)..);
    if at.is_some() { over.next() } else { None }
}

fn note(info: &PanicHookInfo<'_>) {
    let trace = TRACER.get().map_or_else(own_trace, |tracer| Some(tracer()));
    let noted = Noted {
        mark: Mark::of(info.payload()),
        place: info
            .location()
            .map(|at| Place::new(at.file().to_owned(), at.line(), at.column())),
        trace,
    };
    // A thread that ends has nobody who will ask.
    let _ = NOTED.try_with(|all| {
        let mut all = all.try_borrow_mut().ok()?;
        let oldest = (all.len() == MAX_NOTED).then(|| all.remove(0));
        all.push(noted);
        oldest
    });
}

fn own_trace() -> Option<Box<dyn Trace>> {
    let trace = Backtrace::capture();
    let taken = trace.status() == BacktraceStatus::Captured;
    taken.then(|| Box::new(trace) as Box<dyn Trace>)
}

#[cfg(test)]
mod tests {
    use std::{panic::resume_unwind, thread};

    use super::*;

    fn caught(work: impl FnOnce()) -> Panicked {
        Panicked::watch();
        Panicked::catch(work).unwrap_err()
    }

    #[test]
    fn the_place_is_that_of_the_panic() {
        let line = line!() + 1;
        let panicked = caught(|| panic!("the {} is full", "disk"));
        assert_eq!(panicked.to_string(), "panicked: the disk is full");
        let place = panicked.place().unwrap();
        assert_eq!((place.file(), place.line()), (file!(), line));
    }

    #[test]
    fn literals_values_and_formatted_texts_have_a_place() {
        assert!(caught(|| panic!("literal")).place().is_some());
        let number = caught(|| panic::panic_any(7));
        assert_eq!(number.message(), "without words");
        assert!(number.place().is_some());
        let expected = caught(|| {
            "x".parse::<u8>().expect("a number");
        });
        assert!(expected.message().starts_with("a number: ParseIntError"));
        assert_eq!(expected.place().unwrap().file(), file!());
    }

    #[test]
    fn panics_at_the_same_time_are_not_mixed_up() {
        Panicked::watch();
        let threads = (0..8).map(|thread| {
            thread::spawn(move || {
                for round in 0..200 {
                    let (line, even) = (line!() + 3, round % 2 == 0);
                    let panicked = Panicked::catch(|| {
                        if even {
                            panic!("{thread} {round}")
                        } else {
                            panic!("{round} {thread}")
                        }
                    });
                    let panicked = panicked.unwrap_err();
                    let said = if even {
                        [thread, round]
                    } else {
                        [round, thread]
                    };
                    assert_eq!(panicked.message(), format!("{} {}", said[0], said[1]));
                    let expected = line + if even { 0 } else { 2 };
                    assert_eq!(panicked.place().unwrap().line(), expected);
                }
            })
        });
        for thread in threads.collect::<Vec<_>>() {
            thread.join().unwrap();
        }
    }

    #[test]
    fn what_comes_from_elsewhere_does_not_get_the_place_of_another_panic() {
        Panicked::watch();
        let payload = thread::spawn(|| panic!("{}", "elsewhere"))
            .join()
            .unwrap_err();
        // Somebody panics here and catches it by himself: the hook has seen that one.
        catch_unwind(|| panic!("{}", "here and dealt with")).unwrap_err();
        let panicked = caught(|| resume_unwind(payload));
        assert_eq!(panicked.message(), "elsewhere");
        assert_eq!(panicked.place(), None);
    }

    #[test]
    fn what_panics_and_is_caught_while_another_panic_unwinds_does_not_take_its_place() {
        struct Catches;

        impl Drop for Catches {
            fn drop(&mut self) {
                let within = Panicked::catch(|| panic!("{}", "within")).unwrap_err();
                assert!(within.place().is_some());
                catch_unwind(|| panic!("{}", "and nobody asks")).unwrap_err();
            }
        }

        let line = line!() + 3;
        let outer = caught(|| {
            let _catches = Catches;
            panic!("{}", "the first");
        });
        assert_eq!(outer.message(), "the first");
        assert_eq!(outer.place().map(Place::line), Some(line));
    }

    #[test]
    fn panics_that_nobody_asks_about_are_forgotten() {
        Panicked::watch();
        for number in 0..3 * MAX_NOTED {
            catch_unwind(|| panic!("{number}")).unwrap_err();
        }
        NOTED.with_borrow(|noted| assert_eq!(noted.len(), MAX_NOTED));
        assert!(caught(|| panic!("{}", "the last")).place().is_some());
    }

    #[test]
    fn a_payload_that_panics_when_it_is_dropped_is_caught_too() {
        struct Again;

        impl Drop for Again {
            fn drop(&mut self) {
                panic::panic_any(Self);
            }
        }

        let panicked = caught(|| panic::panic_any(Again));
        assert_eq!(panicked.message(), "without words");
        assert!(panicked.place().is_some());
    }

    #[test]
    fn a_panic_that_is_carried_on_keeps_its_place() {
        let first = caught(|| panic!("first"));
        let place = first.place().cloned();
        let again = caught(|| resume_unwind(Box::new(first)));
        assert_eq!(again.message(), "first");
        assert_eq!(again.place(), place.as_ref());
    }
}
