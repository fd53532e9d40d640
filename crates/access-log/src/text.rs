//! What a line is made of: escaped text and numbers.
//!
//! What comes from outside is escaped, in each family of formats as its own software does it. Nothing that a client sends can end a field, a
//! line, or a terminal's patience.

/// The value of a quoted field, without its quotes, as Apache escapes it: `\"`, `\\`, C's names for white space, and `\xhh` for every
/// other byte that is not visible ASCII. A space stays.
pub(crate) fn apache(line: &mut Vec<u8>, value: &[u8]) {
    escaped(line, value, is_plain, by_apache);
}

/// A field that ends at a space, so that no space may stand in it; and no bracket, by which readers find the time behind it.
///
/// A value that reads as an absent one is escaped too, and an empty one is `""`, as Apache writes it.
pub(crate) fn apache_word(line: &mut Vec<u8>, value: &[u8]) {
    match value {
        b"" => line.extend_from_slice(b"\"\""),
        b"-" => line.extend_from_slice(b"\\x2d"),
        _ => escaped(line, value, is_plain_in_word, by_apache),
    }
}

/// As nginx escapes: `\xHH` for a quote, a backslash, and what is not visible ASCII.
pub(crate) fn nginx(line: &mut Vec<u8>, value: &[u8]) {
    escaped(line, value, is_plain, by_nginx);
}

/// The same for a field that ends at a space.
pub(crate) fn nginx_word(line: &mut Vec<u8>, value: &[u8]) {
    match value {
        b"-" => line.extend_from_slice(b"\\x2D"),
        _ => escaped(line, value, is_plain_in_word, by_nginx),
    }
}

/// nginx's `escape=none`, but for what ends a line or speaks to a terminal: that is escaped all the same.
pub(crate) fn bare(line: &mut Vec<u8>, value: &[u8]) {
    match std::str::from_utf8(value) {
        Ok(text) => {
            for character in text.chars() {
                let mut buffer = [0; 4];
                let bytes = character.encode_utf8(&mut buffer).as_bytes();
                if is_treacherous(character) {
                    escaped(line, bytes, |_| false, by_nginx);
                } else {
                    line.extend_from_slice(bytes);
                }
            }
        }
        Err(_) => escaped(line, value, |byte| (b' '..=b'~').contains(&byte), by_nginx),
    }
}

/// The inside of a JSON string ([RFC 8259 §7]).
///
/// Text in UTF-8 stays text, but for control characters, line separators and what turns the direction of writing, which are escaped. Other
/// bytes are read as Latin-1, which is what a header field's bytes are if they are anything.
///
/// [RFC 8259 §7]: https://www.rfc-editor.org/rfc/rfc8259#section-7
pub(crate) fn json(line: &mut Vec<u8>, value: &[u8]) {
    let plain = run(value, is_plain);
    line.extend_from_slice(&value[..plain]);
    let rest = &value[plain..];
    if rest.is_empty() {
        return;
    }
    match std::str::from_utf8(rest) {
        Ok(text) => text
            .chars()
            .for_each(|character| json_character(line, character)),
        Err(_) => rest
            .iter()
            .for_each(|byte| json_character(line, char::from(*byte))),
    }
}

fn json_character(line: &mut Vec<u8>, character: char) {
    match character {
        '"' => line.extend_from_slice(b"\\\""),
        '\\' => line.extend_from_slice(b"\\\\"),
        '\n' => line.extend_from_slice(b"\\n"),
        '\r' => line.extend_from_slice(b"\\r"),
        '\t' => line.extend_from_slice(b"\\t"),
        _ if is_treacherous(character) => {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                let [high, low] = unit.to_be_bytes();
                line.extend_from_slice(b"\\u");
                for byte in [high, low] {
                    line.extend_from_slice(&[hex(byte >> 4), hex(byte & 15)]);
                }
            }
        }
        _ => {
            let mut buffer = [0; 4];
            line.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
        }
    }
}

/// Controls (C1 too), the line and paragraph separators, and marks of direction, by which a line reads other than it is.
fn is_treacherous(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

/// A field of the W3C's extended format: a space is written `+`, and `+` itself, `%`, quotes and all else that is not visible ASCII as
/// `%HH`.
pub(crate) fn w3c(line: &mut Vec<u8>, value: &[u8]) {
    match value {
        b"-" => line.extend_from_slice(b"%2D"),
        _ => escaped(
            line,
            value,
            |byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'%' | b'+'),
            |line, byte| match byte {
                b' ' => line.push(b'+'),
                _ => by_percent(line, byte),
            },
        ),
    }
}

/// A URL in the same format, whose own escapes stay.
pub(crate) fn w3c_url(line: &mut Vec<u8>, value: &[u8]) {
    let is_plain = |byte: u8| byte.is_ascii_graphic() && byte != b'"';
    escaped(line, value, is_plain, by_percent);
}

/// A number in decimal digits.
pub(crate) fn number(line: &mut Vec<u8>, number: u64) {
    // Statuses, parts of addresses, and the lengths of what is small.
    match u16::try_from(number) {
        Ok(small @ 0..10) => return line.push(small_digit(small)),
        Ok(small @ 10..100) => {
            return line.extend_from_slice(&[small_digit(small / 10), small_digit(small % 10)]);
        }
        Ok(small @ 100..1000) => {
            let (tens, ones) = (small_digit(small / 10 % 10), small_digit(small % 10));
            return line.extend_from_slice(&[small_digit(small / 100), tens, ones]);
        }
        _ => {}
    }
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut left = number;
    loop {
        at -= 1;
        digits[at] = digit(left % 10);
        left /= 10;
        if left == 0 {
            break;
        }
    }
    line.extend_from_slice(&digits[at..]);
}

/// A number below a hundred in two digits.
pub(crate) fn two_digits(line: &mut Vec<u8>, number: u64) {
    line.extend_from_slice(&[digit(number / 10 % 10), digit(number % 10)]);
}

/// The last `width` digits of a number, with zeros in front.
pub(crate) fn digits(line: &mut Vec<u8>, number: u64, width: u32) {
    for place in (0..width).rev() {
        line.push(digit(number / 10_u64.pow(place) % 10));
    }
}

#[expect(clippy::needless_bitwise_bool, reason = "`&&` would be a branch")]
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) & (byte != b'"') & (byte != b'\\')
}

/// Plain in every format, and no mark behind which a URL may hold a secret.
#[expect(clippy::needless_bitwise_bool, reason = "`&&` would be a branch")]
pub(crate) fn is_plain_in_path(byte: u8) -> bool {
    is_plain(byte)
        & (byte != b' ')
        & (byte != b'?')
        & (byte != b'#')
        & (byte != b';')
        & (byte != b'@')
}

#[expect(clippy::needless_bitwise_bool, reason = "`&&` would be a branch")]
fn is_plain_in_word(byte: u8) -> bool {
    is_plain(byte) & (byte != b' ') & (byte != b'[') & (byte != b']')
}

fn by_apache(line: &mut Vec<u8>, byte: u8) {
    let named = match byte {
        b'"' | b'\\' => byte,
        0x08 => b'b',
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x0b => b'v',
        _ => {
            line.extend_from_slice(&[b'\\', b'x', hex(byte >> 4), hex(byte & 15)]);
            return;
        }
    };
    line.extend_from_slice(&[b'\\', named]);
}

fn by_nginx(line: &mut Vec<u8>, byte: u8) {
    line.extend_from_slice(&[b'\\', b'x', upper_hex(byte >> 4), upper_hex(byte & 15)]);
}

fn by_percent(line: &mut Vec<u8>, byte: u8) {
    line.extend_from_slice(&[b'%', upper_hex(byte >> 4), upper_hex(byte & 15)]);
}

/// Writes `value`, and each byte that is not plain by `other`.
fn escaped(
    line: &mut Vec<u8>,
    value: &[u8],
    is_plain: impl Fn(u8) -> bool + Copy,
    other: impl Fn(&mut Vec<u8>, u8),
) {
    let mut rest = value;
    loop {
        let (plain, after) = rest.split_at(run(rest, is_plain));
        line.extend_from_slice(plain);
        let [byte, after @ ..] = after else { break };
        other(line, *byte);
        rest = after;
    }
}

/// How many bytes at the front are all such.
///
/// Sixteen are looked at together, which becomes a few vector instructions where `is_such` has no branch.
pub(crate) fn run(bytes: &[u8], is_such: impl Fn(u8) -> bool + Copy) -> usize {
    let all = |chunk: &[u8; 16]| chunk.iter().fold(true, |all, byte| all & is_such(*byte));
    let (chunks, _) = bytes.as_chunks();
    let whole = 16 * chunks.iter().take_while(|chunk| all(chunk)).count();
    let others = &bytes[whole..];
    if others.len() < 16 && bytes.last_chunk().is_some_and(all) {
        return bytes.len();
    }
    whole + others.iter().take_while(|byte| is_such(**byte)).count()
}

fn digit(value: u64) -> u8 {
    b'0' + u8::try_from(value).expect("a digit is below ten")
}

fn small_digit(value: u16) -> u8 {
    b"0123456789"[usize::from(value % 10)]
}

fn hex(nibble: u8) -> u8 {
    b"0123456789abcdef"[usize::from(nibble)]
}

fn upper_hex(nibble: u8) -> u8 {
    b"0123456789ABCDEF"[usize::from(nibble)]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn text(write: impl FnOnce(&mut Vec<u8>)) -> String {
        let mut line = Vec::new();
        write(&mut line);
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn what_could_forge_a_line_is_escaped() {
        for (value, by_apache, by_nginx) in [
            (&b"/a b?c=d"[..], "/a b?c=d", "/a b?c=d"),
            (b"a\"b", r#"a\"b"#, r"a\x22b"),
            (b"a\\", r"a\\", r"a\x5C"),
            (
                b"\r\n127.0.0.1 - -",
                r"\r\n127.0.0.1 - -",
                r"\x0D\x0A127.0.0.1 - -",
            ),
            (b"\x08\t\x0b\x0c", r"\b\t\v\x0c", r"\x08\x09\x0B\x0C"),
            (b"\x1b[2J\x00\x7f", r"\x1b[2J\x00\x7f", r"\x1B[2J\x00\x7F"),
            (b"\xc2\x9b31m\x9b", r"\xc2\x9b31m\x9b", r"\xC2\x9B31m\x9B"),
            (b"", "", ""),
        ] {
            assert_eq!(text(|line| apache(line, value)), by_apache);
            assert_eq!(text(|line| nginx(line, value)), by_nginx);
        }
    }

    #[test]
    fn a_word_has_no_space_and_is_never_empty() {
        for (value, expected) in [
            (&b"ada"[..], "ada"),
            (b"ada lovelace", r"ada\x20lovelace"),
            (b"", "\"\""),
            (b"-", r"\x2d"),
            (b"--", "--"),
            (b"a [b]", r"a\x20\x5bb\x5d"),
            ("Zoë".as_bytes(), r"Zo\xc3\xab"),
        ] {
            assert_eq!(text(|line| apache_word(line, value)), expected);
        }
    }

    #[test]
    fn numbers_are_whole_where_their_length_changes() {
        for value in [0, 9, 10, 99, 100, 255, 999, 1000, 65_535, 65_536] {
            assert_eq!(text(|line| number(line, value)), value.to_string());
        }
    }

    #[test]
    fn json_keeps_text_and_escapes_what_only_looks_like_it() {
        for (value, expected) in [
            ("Zoë \u{1f600}".as_bytes(), "Zoë \u{1f600}"),
            (b"a\"b\\c\r\n\t\x1b\x7f", r#"a\"b\\c\r\n\t\u001b\u007f"#),
            (
                "\u{9b}\u{85}\u{2028}\u{202e}\u{feff}".as_bytes(),
                r"\u009b\u0085\u2028\u202e\ufeff",
            ),
            (b"\xe9t\xe9\x9b", "été\\u009b"),
            (b"", ""),
        ] {
            assert_eq!(text(|line| json(line, value)), expected);
        }
    }

    #[test]
    fn bare_text_ends_no_line() {
        for (value, expected) in [
            ("a \"b\\ Zoë".as_bytes(), "a \"b\\ Zoë"),
            (b"a\nb\x1b[m", r"a\x0Ab\x1B[m"),
            ("\u{9b}\u{2028}".as_bytes(), r"\xC2\x9B\xE2\x80\xA8"),
            (b"\xe9\x9b", r"\xE9\x9B"),
        ] {
            assert_eq!(text(|line| bare(line, value)), expected);
        }
    }

    #[test]
    fn fields_of_the_w3c_have_no_space() {
        assert_eq!(
            text(|line| w3c(line, b"a b+c%\"\n\xe9")),
            "a+b%2Bc%25%22%0A%E9"
        );
        assert_eq!(text(|line| w3c(line, b"-")), "%2D");
        assert_eq!(
            text(|line| w3c_url(line, b"/a%20b+c d\"")),
            "/a%20b+c%20d%22"
        );
    }

    proptest! {
        #[test]
        fn numbers_read_as_they_do_elsewhere(value: u64) {
            prop_assert_eq!(text(|line| number(line, value)), value.to_string());
            prop_assert_eq!(text(|line| two_digits(line, value % 100)), format!("{:02}", value % 100));
            prop_assert_eq!(text(|line| digits(line, value % 1000, 3)), format!("{:03}", value % 1000));
        }

        #[test]
        fn a_run_is_as_long_as_a_slow_search_says(bytes in "[ab]{0,40}", other in 0_usize..60) {
            let mut bytes = bytes.into_bytes();
            if let Some(byte) = bytes.get_mut(other) {
                *byte = b'c';
            }
            let slow = bytes.iter().position(|byte| *byte == b'c');
            prop_assert_eq!(run(&bytes, |byte| byte != b'c'), slow.unwrap_or(bytes.len()));
        }

        #[test]
        fn an_escaped_value_is_visible_ascii(value: Vec<u8>) {
            for write in [apache, nginx, w3c, w3c_url] {
                prop_assert!(text(|line| write(line, &value)).bytes().all(|byte| matches!(byte, b' '..=b'~')));
            }
            for write in [apache_word, nginx_word, w3c, w3c_url] {
                prop_assert!(text(|line| write(line, &value)).bytes().all(|byte| byte.is_ascii_graphic()));
            }
        }

        #[test]
        fn no_escape_leaves_a_control_character(value: Vec<u8>, other: String) {
            for value in [&value, other.as_bytes()] {
                for write in [json, bare] {
                    prop_assert!(!text(|line| write(line, value)).chars().any(is_treacherous));
                }
            }
        }
    }
}
