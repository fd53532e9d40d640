//! What a line is made of: escaped text and numbers.
//!
//! What comes from outside is escaped as Apache does: `\"`, `\\`, and `\xhh` for every byte that is not visible ASCII. Nothing that
//! a client sends can end a field, a line, or a terminal's patience.

/// The value of a quoted field, without its quotes. A space stays.
pub(crate) fn quoted(line: &mut Vec<u8>, value: &[u8]) {
    escaped(line, value, is_plain);
}

/// A field that ends at a space, so that no space may stand in it.
///
/// A value that reads as an absent one is escaped too, and an empty one is `""`, as Apache writes it.
pub(crate) fn word(line: &mut Vec<u8>, value: &[u8]) {
    match value {
        b"" => line.extend_from_slice(b"\"\""),
        b"-" => line.extend_from_slice(b"\\x2d"),
        _ => escaped(line, value, |byte| is_plain(byte) && byte != b' '),
    }
}

/// A number in decimal digits.
pub(crate) fn number(line: &mut Vec<u8>, number: u64) {
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

#[expect(clippy::needless_bitwise_bool, reason = "`&&` would be a branch")]
fn is_plain(byte: u8) -> bool {
    (b' '..=b'~').contains(&byte) & (byte != b'"') & (byte != b'\\')
}

fn escaped(line: &mut Vec<u8>, value: &[u8], is_plain: impl Fn(u8) -> bool + Copy) {
    let mut rest = value;
    loop {
        let (plain, other) = rest.split_at(run(rest, is_plain));
        line.extend_from_slice(plain);
        match other {
            [] => break,
            [byte @ (b'"' | b'\\'), ..] => line.extend_from_slice(&[b'\\', *byte]),
            [byte, ..] => {
                line.extend_from_slice(&[b'\\', b'x', hex(byte >> 4), hex(byte & 15)]);
            }
        }
        rest = &other[1..];
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

fn hex(nibble: u8) -> u8 {
    b"0123456789abcdef"[usize::from(nibble)]
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
        for (value, expected) in [
            (&b"/a b?c=d"[..], "/a b?c=d"),
            (b"a\"b", r#"a\"b"#),
            (b"a\\", r"a\\"),
            (b"\r\n127.0.0.1 - -", r"\x0d\x0a127.0.0.1 - -"),
            (b"\x1b[2J\x00\x7f", r"\x1b[2J\x00\x7f"),
            (b"\xc2\x9b31m\x9b", r"\xc2\x9b31m\x9b"),
            (b"", ""),
        ] {
            assert_eq!(text(|line| quoted(line, value)), expected);
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
            ("Zoë".as_bytes(), r"Zo\xc3\xab"),
        ] {
            assert_eq!(text(|line| word(line, value)), expected);
        }
    }

    proptest! {
        #[test]
        fn numbers_read_as_they_do_elsewhere(value: u64) {
            prop_assert_eq!(text(|line| number(line, value)), value.to_string());
            prop_assert_eq!(text(|line| two_digits(line, value % 100)), format!("{:02}", value % 100));
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
            prop_assert!(text(|line| quoted(line, &value)).bytes().all(|byte| matches!(byte, b' '..=b'~')));
            prop_assert!(text(|line| word(line, &value)).bytes().all(|byte| byte.is_ascii_graphic()));
        }
    }
}
