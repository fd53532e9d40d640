//! Text in HTML.

use std::borrow::Cow;

/// `text`, so that HTML shows it as it is: as content, and in an attribute between quotes of either kind.
///
/// Escaped are `&`, `<`, `>`, `"` and `'`. Text without them is borrowed. It does not help inside of `<script>` and `<style>`, nor does it make
/// a link safe: an address may begin with `javascript:`
/// ([HTML Standard](https://html.spec.whatwg.org/multipage/parsing.html#escapingString)).
///
/// ```
/// use plywood_core::html;
///
/// assert_eq!(html::escape("ada"), "ada");
/// assert_eq!(html::escape(r#"<i title='"'>&"#), "&lt;i title=&#39;&quot;&#39;&gt;&amp;");
/// ```
pub fn escape(text: &str) -> Cow<'_, str> {
    let is_markup = |character| matches!(character, '&' | '<' | '>' | '"' | '\'');
    let Some(first) = text.find(is_markup) else {
        return Cow::Borrowed(text);
    };
    let mut html = String::with_capacity(text.len() + 16);
    html.push_str(&text[..first]);
    for character in text[first..].chars() {
        match character {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            plain => html.push(plain),
        }
    }
    Cow::Owned(html)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn text_without_markup_is_borrowed() {
        for text in ["", "ada", "naïve ü"] {
            assert!(matches!(escape(text), Cow::Borrowed(same) if same == text));
        }
    }

    proptest! {
        #[test]
        fn what_is_escaped_marks_nothing_up_and_reads_back(text in "[a-c<>&;#39\"'é]{0,20}") {
            let html = escape(&text);
            prop_assert!(!html.contains(['<', '>', '"', '\'']));
            let back = html.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"");
            prop_assert_eq!(back.replace("&#39;", "'").replace("&amp;", "&"), text);
        }
    }
}
