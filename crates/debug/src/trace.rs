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
                .map_or_else(|| "?".to_owned(), |name| named(&format!("{name:#}")))
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

/// A function's name as it is shown: without the types that it was made for, which fill a page, and with a word for one that has no name of its own,
/// which debug information of lines alone calls `{async_fn#0}`.
fn named(function: &str) -> String {
    let name = without_arguments(function);
    let bare = name.strip_prefix('{').and_then(|rest| rest.split_once('#'));
    match bare {
        Some((kind, number)) if number.ends_with('}') && !number.contains(':') => {
            kind.replace('_', " ")
        }
        _ => name,
    }
}

/// `poll` of `poll<A, B<C>>`; of `<A<B> as C>::poll`, `<A as C>::poll`.
fn without_arguments(function: &str) -> String {
    // What stands between the first brackets of `<A as B>::c` is no argument.
    let kept = u32::from(function.starts_with('<'));
    let (mut name, mut depth, mut before) = (String::new(), 0_u32, ' ');
    for character in function.chars() {
        let is_arrow = character == '>' && before == '-';
        let opens = character == '<';
        let closes = character == '>' && !is_arrow;
        depth += u32::from(opens);
        if depth <= kept {
            name.push(character);
        }
        depth = depth.saturating_sub(u32::from(closes));
        before = character;
    }
    // `a::<B>::c` has lost what stood between its colons.
    name.replace("::::", "::").trim_end_matches("::").to_owned()
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
    fn a_name_is_short_and_what_has_none_is_called_what_it_is() {
        for (function, name) in [
            ("{async_fn#0}", "async fn"),
            ("{closure#12}", "closure"),
            ("shop::pay::{closure#0}", "shop::pay::{closure#0}"),
            ("pay", "pay"),
            ("poll<a::B<c::D>, e::F>", "poll"),
            ("{closure#0}<a::B<fn(c::D) -> e::F>>", "closure"),
            ("<a::B<C> as d::E<F>>::poll", "<a::B as d::E>::poll"),
            ("a::b::<c::D>::e", "a::b::e"),
            ("a::b::<c::D>", "a::b"),
        ] {
            assert_eq!(named(function), name);
        }
    }
}
