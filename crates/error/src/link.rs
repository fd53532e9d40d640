//! One link of a chain of errors.

use std::{error::Error, io, iter};

use crate::{HttpError, Panicked, Place, bounded};

/// So many links of a chain are looked at: one that ends in itself has no end.
const MAX_LINKS: usize = 16;

/// An error and what caused it, the outermost first.
pub(crate) fn chain<'a>(
    error: &'a (dyn Error + 'static),
) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    iter::successors(Some(error), |&error| error.source()).take(MAX_LINKS)
}

/// Where the standard library calls functions that were handed over by their names, as in `map_err(HttpError::internal)`: their place is that of
/// nobody in particular.
const SHIM: &str = "library/core/src/ops/function.rs";

/// The place that an error knows: where it panicked, or where it was made.
pub(crate) fn place(error: &(dyn Error + 'static)) -> Option<Place> {
    let panicked = error.downcast_ref::<Panicked>().and_then(Panicked::place);
    panicked
        .cloned()
        .or_else(|| error.downcast_ref().map(HttpError::place))
        .filter(|place| place.stable_file() != SHIM)
}

/// The type of an error, as far as it can be known of one behind a pointer: what a derived `Debug` begins with, which is the name of the type or
/// of the variant. None for a text, and for what is written by hand and reads like one: its first word may be a visitor's name.
pub(crate) fn type_name(error: &(dyn Error + 'static)) -> Option<String> {
    if let Some(error) = error.downcast_ref::<io::Error>() {
        return Some(format!("io::Error({:?})", error.kind()));
    }
    let mut name = bounded::text(64, format_args!("{error:?}"));
    let end = name.find(|c: char| !c.is_alphanumeric() && c != '_');
    let rest = name.split_off(end.unwrap_or(name.len()));
    let is_name = name.starts_with(|c: char| c.is_uppercase() || c == '_');
    let is_derived = rest.is_empty() || rest.starts_with('(') || rest.starts_with(" {");
    (is_name && is_derived).then_some(name)
}

#[cfg(test)]
mod tests {
    use std::fmt;

    use super::*;

    #[derive(Debug)]
    enum Trouble {
        NoSuchUser { _id: u64 },
    }

    impl fmt::Display for Trouble {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("no such user")
        }
    }

    impl Error for Trouble {}

    #[test]
    fn the_type_is_what_debug_says_first() {
        let name = |error: Box<dyn Error>| type_name(&*error);
        let trouble = Trouble::NoSuchUser { _id: 7 };
        assert_eq!(name(trouble.into()).as_deref(), Some("NoSuchUser"));
        let gone = io::Error::from(io::ErrorKind::NotFound);
        assert_eq!(name(gone.into()).as_deref(), Some("io::Error(NotFound)"));
        assert_eq!(name(fmt::Error.into()).as_deref(), Some("Error"));
        assert_eq!(name("the disk is full".into()), None);
    }

    #[test]
    fn what_reads_like_a_text_names_no_type() {
        struct Prose(&'static str);

        impl fmt::Debug for Prose {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)
            }
        }

        impl fmt::Display for Prose {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.0)
            }
        }

        impl Error for Prose {}

        for (text, name) in [
            ("eve is unknown", None),
            ("Eve is unknown", None),
            ("eve", None),
            ("Eve: unknown\n\nCaused by: the disk", None),
            ("Io(Os { code: 2 })", Some("Io")),
            ("Parse { at: 7 }", Some("Parse")),
            ("Unit", Some("Unit")),
            ("", None),
        ] {
            assert_eq!(type_name(&Prose(text)).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn a_chain_that_ends_in_itself_ends() {
        #[derive(Debug)]
        struct Ouroboros;

        impl fmt::Display for Ouroboros {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("again")
            }
        }

        impl Error for Ouroboros {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(self)
            }
        }

        assert_eq!(chain(&Ouroboros).count(), MAX_LINKS);
    }
}
