//! `Content-Disposition`: is the answer shown or saved, and under which name?
//!
//! [RFC 6266](https://www.rfc-editor.org/rfc/rfc6266), [RFC 8187](https://www.rfc-editor.org/rfc/rfc8187)

use std::{borrow::Cow, fmt::Write};

use http::HeaderValue;

/// How long a name is written, in bytes of UTF-8: no file system takes a longer one.
pub const MAX_NAME: usize = 255;

/// An extension of at most this many bytes survives when a name is cut.
const MAX_EXTENSION: usize = 16;

/// The value that makes browsers save the answer, under `name`.
///
/// The name goes through [`file_name`] first, so that it may come from a visitor. A plain one is written as `filename`; any other twice: in
/// ASCII for old clients, with `_` for what they cannot read, and whole as `filename*`. Without a name left, the value is `attachment` alone.
///
/// ```
/// use plywood_header::content_disposition::attachment;
///
/// assert_eq!(attachment("report.pdf"), r#"attachment; filename="report.pdf""#);
/// assert_eq!(
///     attachment("Grüße.txt"),
///     r#"attachment; filename="Gr_e.txt"; filename*=UTF-8''Gr%C3%BC%C3%9Fe.txt"#
/// );
/// assert_eq!(attachment("../../etc/passwd"), r#"attachment; filename="passwd""#);
/// ```
pub fn attachment(name: &str) -> HeaderValue {
    write("attachment", name)
}

/// The value that lets browsers show the answer, and save it under `name` when the visitor asks them to. Names are written as by
/// [`attachment`].
pub fn inline(name: &str) -> HeaderValue {
    write("inline", name)
}

/// What of `name` may be proposed as the name of a file: its last part, without what cannot be seen.
///
/// Removed are the directories in front (`/` and `\` both separate), control characters, the invisible characters that turn the direction of
/// text (`exe.gpj` would be read as `jpg.exe`), and white space around it. `.` and `..` are no names. What is longer than [`MAX_NAME`]
/// bytes is cut before its extension. [RFC 6266 §4.3](https://www.rfc-editor.org/rfc/rfc6266#section-4.3)
pub fn file_name(name: &str) -> Cow<'_, str> {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
    let seen = if base.contains(is_unseen) {
        let seen: String = base.chars().filter(|c| !is_unseen(*c)).collect();
        Cow::Owned(seen.trim().to_owned())
    } else {
        Cow::Borrowed(base)
    };
    if seen.bytes().all(|byte| byte == b'.') {
        return Cow::Borrowed("");
    }
    if seen.len() > MAX_NAME {
        return Cow::Owned(cut(&seen));
    }
    seen
}

fn cut(name: &str) -> String {
    let extension = match name.rfind('.') {
        Some(dot) if name.len() - dot <= MAX_EXTENSION => &name[dot..],
        _ => "",
    };
    let most = MAX_NAME - extension.len();
    let end = (0..=most).rev().find(|at| name.is_char_boundary(*at));
    [&name[..end.unwrap_or(0)], extension].concat()
}

/// A control character, or one that changes how the text around it is shown.
fn is_unseen(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
        )
}

fn write(disposition: &str, name: &str) -> HeaderValue {
    let name = file_name(name);
    let mut value = String::with_capacity(disposition.len() + 2 * name.len() + 40);
    value.push_str(disposition);
    if !name.is_empty() {
        value.push_str("; filename=\"");
        value.push_str(&in_ascii(&name));
        value.push('"');
    }
    if !is_plain(&name) {
        value.push_str("; filename*=UTF-8''");
        encode(&mut value, &name);
    }
    HeaderValue::try_from(value).expect("what is written is visible ASCII and spaces")
}

/// Is it read by every client as it stands? Some take `%41` in a quoted string for `A`.
fn is_plain(name: &str) -> bool {
    name.bytes().all(is_simple)
}

const fn is_simple(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\' | b'%')
}

/// The name with one `_` for each run of characters that do not stand in a quoted string.
fn in_ascii(name: &str) -> Cow<'_, str> {
    if is_plain(name) {
        return Cow::Borrowed(name);
    }
    let mut ascii = String::with_capacity(name.len());
    let mut replaced = false;
    for character in name.chars() {
        let simple = u8::try_from(character).is_ok_and(is_simple);
        if simple {
            ascii.push(character);
        } else if !replaced {
            ascii.push('_');
        }
        replaced = !simple;
    }
    Cow::Owned(ascii)
}

/// `value-chars` of [RFC 8187 §3.2.1](https://www.rfc-editor.org/rfc/rfc8187#section-3.2.1).
fn encode(value: &mut String, name: &str) {
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"!#$&+-.^_`|~".contains(&byte) {
            value.push(byte.into());
        } else {
            write!(value, "%{byte:02X}").expect("writing to a string does not fail");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_name_is_written_once_and_any_other_twice() {
        for (name, expected) in [
            ("a.txt", r#"attachment; filename="a.txt""#),
            ("a b;c='d'.txt", r#"attachment; filename="a b;c='d'.txt""#),
            ("", "attachment"),
            (
                "naïve.txt",
                "attachment; filename=\"na_ve.txt\"; filename*=UTF-8''na%C3%AFve.txt",
            ),
            (
                "€ rates",
                "attachment; filename=\"_ rates\"; filename*=UTF-8''%E2%82%AC%20rates",
            ),
            (
                "日本語.pdf",
                "attachment; filename=\"_.pdf\"; filename*=UTF-8''%E6%97%A5%E6%9C%AC%E8%AA%9E.pdf",
            ),
            (
                "100%41.txt",
                "attachment; filename=\"100_41.txt\"; filename*=UTF-8''100%2541.txt",
            ),
            (
                "a\"; filename=\"b.exe",
                "attachment; filename=\"a_; filename=_b.exe\"; filename*=UTF-8''a%22%3B%20filename%3D%22b.exe",
            ),
            ("(*'!).txt", "attachment; filename=\"(*'!).txt\""),
        ] {
            assert_eq!(attachment(name), expected, "{name}");
        }
        assert_eq!(inline("a.txt"), "inline; filename=\"a.txt\"");
    }

    #[test]
    fn a_name_loses_its_directories_and_what_cannot_be_seen() {
        for (name, expected) in [
            ("a.txt", "a.txt"),
            ("/etc/passwd", "passwd"),
            ("../../x", "x"),
            ("C:\\Users\\ada\\x.doc", "x.doc"),
            ("..\\x", "x"),
            ("a/", ""),
            (".", ""),
            ("..", ""),
            ("...", ""),
            ("a/..", ""),
            (".bashrc", ".bashrc"),
            ("  a.txt ", "a.txt"),
            ("a\r\nSet-Cookie: b=c", "aSet-Cookie: b=c"),
            ("a\0.txt", "a.txt"),
            ("a\u{7f}\u{85}.txt", "a.txt"),
            ("photo\u{202e}gpj.exe", "photogpj.exe"),
            ("\u{2066}a\u{2069}.txt", "a.txt"),
            ("\u{200f} a\u{feff}", "a"),
            ("\u{202e}..", ""),
            ("family 👨\u{200d}👩.png", "family 👨\u{200d}👩.png"),
        ] {
            assert_eq!(file_name(name), expected, "{name:?}");
        }
    }

    #[test]
    fn a_long_name_keeps_its_extension() {
        let long = "é".repeat(300);
        assert_eq!(file_name(&long), "é".repeat(127));
        let named = file_name(&(long + ".pdf")).into_owned();
        assert_eq!(named, "é".repeat(125) + ".pdf");
        let dotted = "a.".repeat(10) + &"b".repeat(300);
        assert_eq!(file_name(&dotted).len(), MAX_NAME);
    }
}
