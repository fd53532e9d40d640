/// A text in which what cannot be seen is spelled: control characters, which a terminal obeys, and those that turn the direction of writing, behind which
/// source code hides. Line breaks and tabs stay.
pub(crate) fn visible(text: &str) -> String {
    let mut seen = String::with_capacity(text.len());
    for character in text.chars() {
        let is_hidden = character.is_control() && !matches!(character, '\n' | '\t')
            || matches!(character, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}' | '\u{e0000}'..='\u{e007f}')
            || matches!(u32::from(character), 0xfdd0..=0xfdef)
            || u32::from(character) & 0xfffe == 0xfffe;
        if is_hidden {
            seen.extend(character.escape_unicode());
        } else {
            seen.push(character);
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_is_spelled() {
        assert_eq!(visible("a\n\tb é"), "a\n\tb é");
        assert_eq!(
            visible("\u{1b}[2J\0\r\u{61c}\u{202e}\u{e0041}\u{ffff}"),
            "\\u{1b}[2J\\u{0}\\u{d}\\u{61c}\\u{202e}\\u{e0041}\\u{ffff}"
        );
    }
}
