//! The names under which something is published.

use proc_macro2::Span;
use syn::{Error, Ident, LitStr, Result, ext::IdentExt};

/// A name, and where it was written.
#[derive(Clone)]
pub(crate) struct Name {
    pub(crate) text: String,
    pub(crate) span: Span,
}

impl Name {
    /// The one that was chosen, else the item's own.
    pub(crate) fn of(chosen: Option<&LitStr>, own: &Ident) -> Result<Self> {
        let name = match chosen {
            Some(chosen) => Self {
                text: chosen.value(),
                span: chosen.span(),
            },
            None => Self {
                text: own.unraw().to_string(),
                span: own.span(),
            },
        };
        match fault(&name.text) {
            Some(fault) => Err(Error::new(name.span, fault)),
            None => Ok(name),
        }
    }
}

fn fault(name: &str) -> Option<&'static str> {
    if name.starts_with('_') {
        Some("a name that begins with `_` is private and is never looked up")
    } else if matches!(name, "" | "." | "..")
        || name.contains(|c: char| matches!(c, '/' | '\\') || c.is_ascii_control())
    {
        Some("no request can have this name: it should be one segment of a path, decoded")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_segment_that_is_not_private() {
        for name in ["style.css", "a-b", "é", "a b", "..."] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in ["", ".", "..", "a/b", "a\\b", "a\n", "_x", "_"] {
            assert!(fault(name).is_some(), "{name}");
        }
    }
}
