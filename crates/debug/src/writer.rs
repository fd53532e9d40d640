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

    /// The same for a path, which may be wider than a window: it breaks after its separators before it breaks anywhere.
    pub(crate) fn path(&mut self, path: impl fmt::Display, separator: &str) -> &mut Self {
        for (at, piece) in path.to_string().split_inclusive(separator).enumerate() {
            if at > 0 {
                self.markup("<wbr>");
            }
            self.text(piece);
        }
        self
    }

    pub(crate) fn into_string(self) -> String {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_breaks_after_its_separators_and_is_escaped() {
        for (path, separator, html) in [
            ("shop::Order::pay", "::", "shop::<wbr>Order::<wbr>pay"),
            ("src/main.rs:7:9", "/", "src/<wbr>main.rs:7:9"),
            ("<a as b>::c", "::", "&lt;a as b&gt;::<wbr>c"),
            ("main", "::", "main"),
            ("", "::", ""),
        ] {
            let mut page = Writer::default();
            page.path(path, separator);
            assert_eq!(page.into_string(), html);
        }
    }
}
