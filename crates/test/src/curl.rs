//! A request as a command for a shell.

use std::fmt::Write;

use http::{Method, header};

use crate::{client::authority, reply::Asked};

/// All that was asked, secrets too. A streamed body is not in it.
pub(crate) fn command(asked: &Asked) -> String {
    let mut command = String::from("curl --path-as-is");
    match asked.method {
        Method::GET => {}
        Method::HEAD => command.push_str(" --head"),
        ref method => push(&mut command, &["-X", method.as_str()]),
    }
    for (name, value) in &asked.headers {
        // Curl counts by itself, and a request that is changed by hand is counted anew.
        if name != header::CONTENT_LENGTH {
            let value = String::from_utf8_lossy(value.as_bytes());
            // A semicolon is how curl is told to send an empty value.
            let line = if value.is_empty() {
                format!("{name};")
            } else {
                format!("{name}: {value}")
            };
            push(&mut command, &["-H", &line]);
        }
    }
    let bytes = asked.body.as_deref().unwrap_or_default();
    let sends_content = !bytes.is_empty() || asked.headers.contains_key(header::CONTENT_LENGTH);
    if sends_content && !asked.headers.contains_key(header::CONTENT_TYPE) {
        // Curl would take it for a form.
        push(&mut command, &["-H", "content-type:"]);
    }
    let text = str::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'));
    let mut before = String::new();
    match text {
        _ if !sends_content => {}
        Some(text) => push(&mut command, &["--data-raw", text]),
        None => {
            push(&mut command, &["--data-binary", "@-"]);
            before = format!("printf {} | ", quoted(&octal(bytes)));
        }
    }
    let url = &asked.url;
    if url.path() == "*" {
        let scheme = url.scheme_str().unwrap_or("http");
        let root = format!("{scheme}://{}", authority(url));
        push(&mut command, &["--request-target", "*", &root]);
    } else {
        push(&mut command, &[&url.to_string()]);
    }
    before + &command
}

fn push(command: &mut String, words: &[&str]) {
    for word in words {
        command.push(' ');
        command.push_str(&quoted(word));
    }
}

/// A word for a shell, in quotes unless it is plain.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@%+=,".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// Bytes as `printf` is told them.
fn octal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for &byte in bytes {
        match byte {
            // At the head it would begin an option.
            b'-' if text.is_empty() => text.push_str(r"\055"),
            b'%' => text.push_str("%%"),
            b'\\' => text.push_str(r"\\"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => write!(text, "\\{byte:03o}").expect("a string takes all"),
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stays_one_word_in_a_shell() {
        for (word, expected) in [
            ("http://localhost/a?b=c", "'http://localhost/a?b=c'"),
            ("content-type:", "content-type:"),
            ("", "''"),
            ("it's $HOME", r"'it'\''s $HOME'"),
        ] {
            assert_eq!(quoted(word), expected);
        }
    }

    #[test]
    fn bytes_are_written_so_that_printf_gives_them_back() {
        assert_eq!(octal(b"a%\\\0\xff\n"), r"a%%\\\000\377\012");
        assert_eq!(octal(b"--a"), r"\055-a");
    }
}
