use std::fmt;

use plywood_core::html::escape;

use crate::visible::visible;

/// Writes HTML. What is markup stands in the source of this crate; all else is escaped.
#[derive(Default)]
pub(crate) struct Writer(String);

impl Writer {
    /// Markup of our own: it cannot be made of anything that came with a request.
    pub(crate) fn markup(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// A text from anywhere, as content or between the quotes of an attribute.
    pub(crate) fn text(&mut self, text: impl fmt::Display) -> &mut Self {
        self.0.push_str(&escape(&visible(&text.to_string())));
        self
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}
