//! The framing of `multipart/byteranges`.
//!
//! [RFC 9110 §14.6](https://www.rfc-editor.org/rfc/rfc9110#section-14.6),
//! [RFC 2046 §5.1](https://www.rfc-editor.org/rfc/rfc2046#section-5.1)

use http::{HeaderMap, header};

use crate::{fields, partial};

/// The longest line of a part's head that is read. What comes before the first boundary may be longer.
const LONGEST_LINE: usize = 8 * 1024;

/// Reads a body of parts as it passes.
///
/// Each part says its length in its Content-Range, so that nothing is searched and nothing is kept but the line at hand.
pub(crate) struct Parts {
    delimiter: Vec<u8>,
    state: State,
    line: Vec<u8>,
    count: u64,
}

#[derive(Clone, Copy)]
enum State {
    /// Before the first boundary.
    Preamble,
    /// In the head of a part, whose range has this length.
    Head(Option<u64>),
    /// So many bytes are left of a part.
    Content(u64),
    /// After a part, where its line ends ..
    PartEnd,
    /// .. and a boundary must stand.
    Boundary,
    /// After the last boundary, or in a part whose length nobody can tell.
    Over,
}

type Found = Result<(), &'static str>;

impl Parts {
    /// For a body of this type; nothing if it names no boundary.
    pub(crate) fn read(headers: &HeaderMap) -> Option<Self> {
        let boundary = boundary(headers)?;
        Some(Self {
            delimiter: [b"--", boundary.as_bytes()].concat(),
            state: State::Preamble,
            line: Vec::new(),
            count: 0,
        })
    }

    /// Takes the next bytes.
    pub(crate) fn update(&mut self, mut bytes: &[u8]) -> Found {
        while !bytes.is_empty() {
            match self.state {
                State::Over => return Ok(()),
                State::Content(left) => {
                    let taken =
                        usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
                    bytes = &bytes[taken..];
                    let left = left - taken as u64;
                    self.state = if left == 0 {
                        State::PartEnd
                    } else {
                        State::Content(left)
                    };
                }
                _ => bytes = self.take_line(bytes)?,
            }
        }
        Ok(())
    }

    /// The body is over.
    pub(crate) fn end(&mut self) -> Found {
        if let State::Boundary = self.state {
            // Nothing need follow the last boundary, not even the end of its line.
            let line = std::mem::take(&mut self.line);
            self.line_read(&line)?;
        }
        match self.state {
            State::Over if self.count == 0 => Err("no part at all"),
            State::Over => Ok(()),
            State::Preamble => Err("no boundary at all"),
            State::Content(_) => Err("a part with fewer bytes than its `content-range` says"),
            State::Head(_) | State::PartEnd | State::Boundary => {
                Err("no boundary after the last part")
            }
        }
    }

    fn take_line<'b>(&mut self, bytes: &'b [u8]) -> Result<&'b [u8], &'static str> {
        let end = bytes.iter().position(|&byte| byte == b'\n');
        let taken = &bytes[..end.unwrap_or(bytes.len())];
        let room = LONGEST_LINE - self.line.len();
        self.line.extend(&taken[..taken.len().min(room)]);
        let Some(end) = end else {
            return Ok(&[]);
        };
        let line = std::mem::take(&mut self.line);
        self.line_read(&line)?;
        Ok(&bytes[end + 1..])
    }

    /// Takes a line, without its line feed.
    fn line_read(&mut self, raw: &[u8]) -> Found {
        let line = raw.strip_suffix(b"\r").unwrap_or(raw);
        self.state = match self.state {
            State::Preamble => match self.after_delimiter(line) {
                Some(b"--") => State::Over,
                Some(b"") => State::Head(None),
                _ => State::Preamble,
            },
            State::Head(length) if line.is_empty() => {
                self.count += 1;
                match length {
                    Some(0) => State::PartEnd,
                    Some(length) => State::Content(length),
                    None => return Err("a part without a `content-range` that says its length"),
                }
            }
            State::Head(length) => match content_range(line) {
                // Another unit than bytes: nobody here can tell where the part ends.
                Some(value) if !value.starts_with("bytes ") => {
                    self.count += 1;
                    State::Over
                }
                Some(value) => {
                    let length = value.strip_prefix("bytes ").and_then(partial::slice_length);
                    State::Head(Some(
                        length.ok_or("a part whose `content-range` says no slice")?,
                    ))
                }
                None => State::Head(length),
            },
            State::PartEnd if raw == b"\r" => State::Boundary,
            State::PartEnd => return Err("a part with more bytes than its `content-range` says"),
            State::Boundary => match self.after_delimiter(line) {
                Some(b"--") => State::Over,
                Some(b"") => State::Head(None),
                _ => return Err("no boundary where a part ends"),
            },
            State::Content(_) | State::Over => self.state,
        };
        Ok(())
    }

    /// What stands after the delimiter, without white space, in a line that begins with it.
    fn after_delimiter<'l>(&self, line: &'l [u8]) -> Option<&'l [u8]> {
        Some(line.strip_prefix(&self.delimiter[..])?.trim_ascii_end())
    }
}

fn content_range(line: &[u8]) -> Option<&str> {
    let (name, value) = std::str::from_utf8(line).ok()?.split_once(':')?;
    name.eq_ignore_ascii_case("content-range")
        .then(|| value.trim())
}

/// The boundary that the Content-Type names.
pub(crate) fn boundary(headers: &HeaderMap) -> Option<&str> {
    let line = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    fields::split(line, ';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.trim().split_once('=')?;
        let value = value.trim_matches('"');
        (name.eq_ignore_ascii_case("boundary") && !value.is_empty()).then_some(value)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "\r\n--b\r\nContent-Type: text/plain\r\nContent-Range: bytes 0-2/9\r\n\r\nabc\r\n--b \r\n\
        content-range: bytes 5-8/9\r\n\r\n\r\n--\r\n--b--";

    fn read(body: &str, step: usize) -> Result<(), &'static str> {
        let mut parts = parts();
        for piece in body.as_bytes().chunks(step) {
            parts.update(piece)?;
        }
        parts.end()
    }

    fn parts() -> Parts {
        let line = "multipart/byteranges; boundary=\"b\"".parse().unwrap();
        Parts::read(&HeaderMap::from_iter([(header::CONTENT_TYPE, line)])).unwrap()
    }

    #[test]
    fn parts_are_read_however_the_body_is_cut() {
        for step in 1..=GOOD.len() {
            assert_eq!(read(GOOD, step), Ok(()), "{step}");
            assert_eq!(read(&format!("{GOOD}\r\nepilogue"), step), Ok(()), "{step}");
        }
    }

    #[test]
    fn what_is_wrong_with_parts_is_found() {
        for (body, expected) in [
            (GOOD.replace("abc", "abcd"), "more bytes"),
            (GOOD.replace("abc", "ab"), "more bytes"),
            (GOOD.replace("5-8", "5-9"), "no slice"),
            (
                GOOD.replace("content-range: bytes 5-8/9\r\n", ""),
                "without a `content-range`",
            ),
            (
                GOOD.replace("abc\r\n--b ", "abc\r\n--x"),
                "no boundary where",
            ),
            (GOOD.replace("--b--", "--b\r\n"), "no boundary after"),
            (GOOD.replace("\r\n--b--", ""), "no boundary after"),
            (GOOD[..GOOD.len() - 9].to_owned(), "fewer bytes"),
            ("--b--".to_owned() + "\r\n", "no part"),
            ("abc".to_owned(), "no boundary at all"),
            (String::new(), "no boundary at all"),
        ] {
            for step in [1, 7, body.len().max(1)] {
                let found = read(&body, step).unwrap_err();
                assert!(found.contains(expected), "{found} for {body:?}");
            }
        }
    }

    #[test]
    fn a_line_without_an_end_is_not_kept() {
        let mut parts = parts();
        for _ in 0..100 {
            parts.update(&[b'x'; 1000]).unwrap();
        }
        assert!(parts.line.len() <= LONGEST_LINE);
        parts.update(b"\r\n--b\r\n").unwrap();
        assert!(matches!(parts.state, State::Head(None)));
    }
}
