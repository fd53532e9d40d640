//! `multipart/byteranges`, [RFC 9110 §14.6](https://www.rfc-editor.org/rfc/rfc9110#section-14.6).

use crate::conformance::exchange::Answer;

/// One part, and where it says that it belongs.
#[derive(Debug, PartialEq)]
pub(super) struct Part {
    pub(super) first: usize,
    pub(super) last: usize,
    /// The length of the whole file.
    pub(super) whole: usize,
    pub(super) bytes: Vec<u8>,
}

impl Part {
    /// The bytes that `range` (`bytes 0-1/10`) speaks of.
    pub(super) fn new(range: &str, bytes: Vec<u8>) -> Result<Self, String> {
        let read = || {
            let (place, whole) = range.strip_prefix("bytes ")?.split_once('/')?;
            let (first, last) = place.split_once('-')?;
            Some((first.parse().ok()?, last.parse().ok()?, whole.parse().ok()?))
        };
        let (first, last, whole) = read().ok_or_else(|| format!("the content-range {range}"))?;
        Ok(Self {
            first,
            last,
            whole,
            bytes,
        })
    }
}

/// The parts of an answer, in the order sent. Every byte of the body must belong to one, or to the framing.
pub(super) fn read(answer: &Answer) -> Result<Vec<Part>, String> {
    let media_type = answer.field("content-type").unwrap_or("");
    let boundary = media_type
        .strip_prefix("multipart/byteranges")
        .and_then(|rest| rest.split_once("boundary="))
        .map(|(_, boundary)| boundary.trim_matches('"'))
        .ok_or_else(|| {
            format!("neither a content-range nor multipart/byteranges but {media_type}")
        })?;
    split(&answer.body, boundary)
}

fn split(body: &[u8], boundary: &str) -> Result<Vec<Part>, String> {
    let delimiter = format!("\r\n--{boundary}");
    // The first delimiter may stand at the very beginning.
    let body = [b"\r\n", body].concat();
    let mut rest = after(&body, delimiter.as_bytes()).ok_or("no delimiter")?;
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        let content = rest.strip_prefix(b"\r\n").ok_or("a bad delimiter")?;
        let end = find(content, b"\r\n\r\n").ok_or("a part without an end of its fields")?;
        let range = content_range(&content[..end]).ok_or("a part without a content-range")?;
        let bytes = &content[end + 4..];
        let length = find(bytes, delimiter.as_bytes()).ok_or("a part without an end")?;
        parts.push(Part::new(&range, bytes[..length].to_vec())?);
        rest = &bytes[length + delimiter.len()..];
    }
    if rest.trim_ascii() != b"--" {
        return Err("bytes after the last delimiter".to_owned());
    }
    Ok(parts)
}

fn content_range(fields: &[u8]) -> Option<String> {
    let fields = str::from_utf8(fields).ok()?;
    let mut fields = fields
        .split("\r\n")
        .filter_map(|field| field.split_once(':'));
    let (_, range) = fields.find(|(name, _)| name.eq_ignore_ascii_case("content-range"))?;
    Some(range.trim().to_owned())
}

fn after<'text>(text: &'text [u8], mark: &[u8]) -> Option<&'text [u8]> {
    find(text, mark).map(|at| &text[at + mark.len()..])
}

fn find(text: &[u8], mark: &[u8]) -> Option<usize> {
    text.windows(mark.len()).position(|window| window == mark)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_read_to_the_byte() {
        let body = b"--B\r\nContent-Type: a/b\r\nContent-Range: bytes 0-1/9\r\n\r\n\r\n\r\n--B\r\ncontent-range:bytes 8-8/9\r\n\r\nx\r\n--B--\r\n";
        let parts = split(body, "B").unwrap();
        assert_eq!(
            parts,
            [
                Part::new("bytes 0-1/9", b"\r\n".to_vec()).unwrap(),
                Part::new("bytes 8-8/9", b"x".to_vec()).unwrap()
            ]
        );
    }

    #[test]
    fn what_is_not_whole_is_refused() {
        for body in [
            "",
            "--B",
            "--B\r\nContent-Range: bytes 0-0/1\r\n\r\nx",
            "--B\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Range: bytes 0-0/*\r\n\r\nx\r\n--B--",
            "--B\r\nContent-Range: bytes 0-0/1\r\n\r\nx\r\n--B--more",
        ] {
            assert!(split(body.as_bytes(), "B").is_err(), "{body:?}");
        }
    }
}
