//! Percent-encoding of what is put into a URL, straight into a text that is there already.

/// The bytes that stand for themselves.
pub(crate) struct Plain([bool; 256]);

impl Plain {
    const fn new(beside_words: &[u8]) -> Self {
        let mut plain = [false; 256];
        let mut byte = 0_u8;
        while byte.is_ascii() {
            plain[byte as usize] =
                byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-' | b'~');
            byte += 1;
        }
        let mut index = 0;
        while index < beside_words.len() {
            plain[beside_words[index] as usize] = true;
            index += 1;
        }
        Self(plain)
    }

    /// Are all bytes of a text? To look at each is faster than to stop at one that is not.
    fn are(&self, text: &str) -> bool {
        text.bytes()
            .fold(true, |all, byte| all & self.0[usize::from(byte)])
    }
}

/// In a path ([RFC 3986 §3.3](https://www.rfc-editor.org/rfc/rfc3986#section-3.3)), slashes among them.
pub(crate) static PATH: Plain = Plain::new(b"!$&'()*+,/:;=@");

/// In a key or a value of a query; a space is a plus there.
pub(crate) static QUERY: Plain = Plain::new(b"!$'()*,/:;?@");

/// In a segment of a path.
static SEGMENT: Plain = Plain::new(b"!$&'()*+,:;=@");

/// In a whole reference, which is encoded already as far as its author could ([RFC 3986 §2](https://www.rfc-editor.org/rfc/rfc3986#section-2)).
static REFERENCE: Plain = Plain::new(b"!#$%&'()*+,/:;=?@[]");

/// A reference without the bytes that none has: among them a backslash, a tab and a line's end, which browsers take for a slash or for nothing.
pub(crate) fn reference(text: &str) -> String {
    let mut url = String::with_capacity(text.len());
    push(&mut url, text, &REFERENCE);
    url
}

/// Adds `text` to `url`, if it is not empty and every byte of it stands for itself within a segment; says whether it did.
pub(crate) fn push_segment(url: &mut String, text: &str) -> bool {
    let does = !text.is_empty() && SEGMENT.are(text);
    if does {
        url.push_str(text);
    }
    does
}

/// Adds `text` to `url`, with the bytes that are not plain encoded.
pub(crate) fn push(url: &mut String, text: &str, plain: &Plain) {
    if plain.are(text) {
        return url.push_str(text);
    }
    let mut from = 0;
    for (at, &byte) in text.as_bytes().iter().enumerate() {
        if plain.0[usize::from(byte)] {
            continue;
        }
        // A byte that is not plain ends what is: within ASCII, so that it is a boundary; beyond, `from` has come up to it.
        if from < at {
            url.push_str(&text[from..at]);
        }
        from = at + 1;
        hex(url, byte);
    }
    if from < text.len() {
        url.push_str(&text[from..]);
    }
}

/// Leaves one of the slashes that a path begins with, which starts at `path` of `url`: with two it would be another host.
pub(crate) fn single_slash(url: &mut String, path: usize) {
    let slashes = url[path..].bytes().take_while(|&byte| byte == b'/').count();
    if slashes > 1 {
        url.drain(path + 1..path + slashes);
    }
}

/// Is there a segment of nothing but one dot or two? Browsers take it out of a path, and the one before it, so that the URL leads elsewhere; and
/// they do so however it is encoded ([URL, double-dot path segment](https://url.spec.whatwg.org/#double-dot-path-segment)).
pub(crate) fn has_dot_segments(path: &str) -> bool {
    let bytes = path.as_bytes();
    // Looked for without a stop, which is fast, because mostly there is none.
    let pairs = bytes.iter().zip(bytes.iter().skip(1));
    let may = pairs.fold(0, |any, (&one, &two)| {
        any | (u8::from(one == b'/') & u8::from(two == b'.'))
    });
    may > 0 && path.split('/').any(is_dots)
}

/// Makes each such segment one that leads nowhere: with an encoded slash at its end, which [`Path`](plywood_core::Path) refuses.
pub(crate) fn no_dot_segments(url: &mut String, path: usize) {
    if has_dot_segments(&url[path..]) {
        let segments = url[path..].split('/');
        let segments = segments.map(|one| {
            let end = if is_dots(one) { "%2F" } else { "" };
            format!("{one}{end}")
        });
        let mended = segments.collect::<Vec<_>>().join("/");
        url.truncate(path);
        url.push_str(&mended);
    }
}

fn is_dots(segment: &str) -> bool {
    matches!(segment, "." | "..")
}

/// Adds `text` to a query as [`push`] does, where a space becomes a plus.
pub(crate) fn push_query(url: &mut String, text: &str) {
    for (index, word) in text.split(' ').enumerate() {
        if index > 0 {
            url.push('+');
        }
        push(url, word, &QUERY);
    }
}

/// Adds a number to a text that is there already.
pub(crate) fn push_number(url: &mut String, mut number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    loop {
        at -= 1;
        digits[at] = b'0' + (number % 10) as u8;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    for &digit in &digits[at..] {
        url.push(digit.into());
    }
}

fn hex(url: &mut String, byte: u8) {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    url.push('%');
    url.push(char::from(DIGITS[usize::from(byte >> 4)]));
    url.push(char::from(DIGITS[usize::from(byte & 15)]));
}

#[cfg(test)]
mod tests {
    use plywood_core::path;
    use proptest::prelude::*;

    use super::*;

    fn pushed(text: &str) -> String {
        let mut url = String::new();
        push(&mut url, text, &PATH);
        url
    }

    #[test]
    fn a_query_has_plusses_for_spaces() {
        let mut url = String::new();
        push_query(&mut url, "a b&c=é+?/");
        assert_eq!(url, "a+b%26c%3D%C3%A9%2B?/");
    }

    #[test]
    fn a_segment_of_dots_leads_nowhere() {
        for (path, mended) in [
            ("/a/..", "/a/..%2F"),
            ("/./..x/.../..", "/.%2F/..x/.../..%2F"),
            ("/..", "/..%2F"),
            ("/.a/b..", "/.a/b.."),
        ] {
            let mut url = format!("/m{path}");
            no_dot_segments(&mut url, 2);
            assert_eq!(url, format!("/m{mended}"));
            assert_eq!(has_dot_segments(path), path != mended);
        }
    }

    proptest! {
        #[test]
        fn a_number_is_added_as_it_prints(number: u64) {
            let mut url = String::from("/");
            push_number(&mut url, number);
            prop_assert_eq!(url, format!("/{number}"));
        }

        #[test]
        fn a_path_is_encoded_as_core_encodes_it(text in ".{0,20}") {
            prop_assert_eq!(pushed(&text), path::encode(&text));
        }
    }
}
