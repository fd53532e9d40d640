use std::borrow::Cow;

use plywood_core::html::escape;

/// `text` without what neither a page nor XML nor a terminal should be given: control characters other than tab and line breaks, and code points
/// that are no characters. A sign stands in their place ([HTML](https://html.spec.whatwg.org/multipage/parsing.html#preprocessing-the-input-stream),
/// [XML §2.2](https://www.w3.org/TR/xml/#charsets)).
pub(crate) fn printable(text: &str) -> Cow<'_, str> {
    if text.contains(is_foreign) {
        Cow::Owned(text.replace(is_foreign, "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

/// The same, for a place between the tags of HTML or XML.
pub(crate) fn content(text: &str) -> Cow<'_, str> {
    match printable(text) {
        Cow::Borrowed(text) => escape(text),
        Cow::Owned(text) => Cow::Owned(escape(&text).into_owned()),
    }
}

fn is_foreign(c: char) -> bool {
    (c.is_control() && !matches!(c, '\t' | '\n' | '\r'))
        || matches!(c, '\u{fdd0}'..='\u{fdef}')
        || u32::from(c) & 0xfffe == 0xfffe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_character_is_a_sign_that_there_was_one() {
        for (text, shown) in [
            ("a\tb\r\nü 😀", "a\tb\r\nü 😀"),
            (
                "\u{1b}[2J\0\u{9b}\u{7f}",
                "\u{fffd}[2J\u{fffd}\u{fffd}\u{fffd}",
            ),
            ("\u{fdd0}\u{ffff}\u{1fffe}", "\u{fffd}\u{fffd}\u{fffd}"),
        ] {
            assert_eq!(printable(text), shown);
        }
        assert_eq!(content("<\u{1}>"), "&lt;\u{fffd}&gt;");
        assert!(matches!(content("plain"), Cow::Borrowed("plain")));
    }
}
