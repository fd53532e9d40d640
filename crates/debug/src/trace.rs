//! The calls that led to a panic, as frames.

use std::{
    fmt,
    sync::{Mutex, PoisonError},
};

use backtrace::Backtrace;
use plywood_error::{Frame, Place, Trace};

/// So many frames are told.
const MAX_FRAMES: usize = 200;

/// The calls of this thread, by their addresses. Their names are looked up when somebody asks, which takes a hundred times as long.
pub(crate) fn take() -> Box<dyn Trace> {
    crate::events::panics();
    Box::new(Taken(Mutex::new(Backtrace::new_unresolved())))
}

struct Taken(Mutex<Backtrace>);

impl Trace for Taken {
    fn frames(&self) -> Vec<Frame> {
        let mut trace = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        trace.resolve();
        let symbols = trace
            .frames()
            .iter()
            .flat_map(backtrace::BacktraceFrame::symbols);
        let frames = symbols.take(MAX_FRAMES).map(|symbol| Frame {
            // With `#`, without the hash at its end.
            function: symbol
                .name()
                // With `#`, without the hash at its end.
                .map_or_else(|| "?".to_owned(), |name| named(format!("{name:#}")))
                .into(),
            place: symbol.filename().zip(symbol.lineno()).map(|(file, line)| {
                Place::new(
                    file.to_string_lossy().into_owned(),
                    line,
                    symbol.colno().unwrap_or(1),
                )
            }),
        });
        frames.collect()
    }
}

/// Debug information of lines alone calls a function without a name of its own `{async_fn#0}`.
fn named(function: String) -> String {
    let bare = function
        .strip_prefix('{')
        .and_then(|rest| rest.split_once('#'));
    match bare {
        Some((kind, number)) if number.ends_with('}') && !number.contains(':') => {
            kind.replace('_', " ")
        }
        _ => function,
    }
}

impl fmt::Display for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (number, frame) in self.frames().iter().enumerate() {
            writeln!(f, "{number:4}: {}", frame.function)?;
            if let Some(place) = &frame.place {
                writeln!(f, "             at {place}")?;
            }
        }
        Ok(())
    }
}

impl fmt::Debug for Taken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Taken").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_without_a_name_are_called_what_they_are() {
        for (function, name) in [
            ("{async_fn#0}", "async fn"),
            ("{closure#12}", "closure"),
            ("shop::pay::{closure#0}", "shop::pay::{closure#0}"),
            ("pay", "pay"),
        ] {
            assert_eq!(named(function.to_owned()), name);
        }
    }
}
