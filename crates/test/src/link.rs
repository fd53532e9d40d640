use std::fmt;

use crate::page::Anchor;

/// A link of a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    text: String,
    href: String,
}

impl Link {
    pub(crate) fn new(anchor: Anchor) -> Self {
        Self {
            text: anchor.text,
            href: anchor.href,
        }
    }

    /// What it shows, with single spaces; of a picture the alternative text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Where it leads, as it is written.
    pub fn href(&self) -> &str {
        &self.href
    }
}

impl fmt::Display for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} -> {}", self.text, self.href)
    }
}
