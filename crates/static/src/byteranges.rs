//! `multipart/byteranges`: several parts of a file in one body.
//!
//! [RFC 9110 §14.6](https://www.rfc-editor.org/rfc/rfc9110#section-14.6)

use std::{
    collections::hash_map::RandomState,
    hash::{BuildHasher, Hasher},
};

use bytes::Bytes;
use http::HeaderValue;
use plywood_header::range::Slice;

use crate::body::Piece;

/// Several parts, ready to be sent.
#[derive(Debug)]
pub(crate) struct Byteranges {
    pub(crate) content_type: HeaderValue,
    pub(crate) pieces: Vec<Piece>,
}

impl Byteranges {
    /// The parts `slices` of a file of `length` bytes and this type.
    pub(crate) fn new(slices: &[Slice], length: u64, content_type: Option<&HeaderValue>) -> Self {
        Self::bounded_by(&boundary(), slices, length, content_type)
    }

    fn bounded_by(
        boundary: &str,
        slices: &[Slice],
        length: u64,
        content_type: Option<&HeaderValue>,
    ) -> Self {
        let content_type = content_type.map_or_else(Vec::new, |content_type| {
            [b"\r\nContent-Type: ", content_type.as_bytes()].concat()
        });
        let mut pieces = Vec::with_capacity(2 * slices.len() + 1);
        for slice in slices {
            let content_range = slice.content_range(length);
            let head = [
                if pieces.is_empty() { "--" } else { "\r\n--" }.as_bytes(),
                boundary.as_bytes(),
                &content_type,
                b"\r\nContent-Range: ",
                content_range.as_bytes(),
                b"\r\n\r\n",
            ];
            pieces.push(Piece::Text(head.concat().into()));
            pieces.push(Piece::Slice(slice.start..slice.start + slice.len()));
        }
        let end = ["\r\n--", boundary, "--\r\n"].concat();
        pieces.push(Piece::Text(Bytes::from(end)));
        let content_type = ["multipart/byteranges; boundary=", boundary].concat();
        Self {
            content_type: content_type
                .try_into()
                .expect("a boundary of hexadecimal digits is a field value"),
            pieces,
        }
    }

    /// How many bytes the body has.
    pub(crate) fn len(&self) -> u64 {
        self.pieces.iter().map(Piece::len).sum()
    }
}

/// A text that no file holds but by luck: another one for each answer, and nobody can foresee it.
fn boundary() -> String {
    let random = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", random(), random())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_are_written_as_the_standard_has_them() {
        let slice = |start, end_inclusive| Slice {
            start,
            end_inclusive,
        };
        let content_type = HeaderValue::from_static("text/plain; charset=utf-8");
        let parts =
            Byteranges::bounded_by("B", &[slice(5, 9), slice(0, 0)], 10, Some(&content_type));
        assert_eq!(parts.content_type, "multipart/byteranges; boundary=B");
        let text: String = parts
            .pieces
            .iter()
            .map(|piece| match piece {
                Piece::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                Piece::Slice(slice) => format!("<{slice:?}>"),
            })
            .collect();
        assert_eq!(
            text,
            "--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 5-9/10\r\n\r\n<5..10>\
             \r\n--B\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Range: bytes 0-0/10\r\n\r\n<0..1>\
             \r\n--B--\r\n"
        );
        assert_eq!(
            parts.len(),
            text.len() as u64 - "<5..10><0..1>".len() as u64 + 6
        );
    }

    #[test]
    fn no_two_boundaries_are_the_same() {
        assert_ne!(boundary(), boundary());
        assert_eq!(boundary().len(), 32);
    }
}
