//! `multipart/form-data`, as browsers write it.
//!
//! [RFC 7578](https://www.rfc-editor.org/rfc/rfc7578), with the escapes of the
//! [HTML standard](https://html.spec.whatwg.org/multipage/form-control-infrastructure.html#multipart-form-data).

use bytes::Bytes;
use http::HeaderValue;
use plywood_core::Body;

/// A form with files, for [`RequestBuilder::multipart`](crate::RequestBuilder::multipart).
///
/// ```
/// use plywood_test::Multipart;
///
/// let form = Multipart::new()
///     .text("title", "A sheet")
///     .file("photo", "sheet.png", "image/png", b"\x89PNG".as_slice());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Multipart {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    name: String,
    /// The name and the type of a file.
    file: Option<(String, String)>,
    bytes: Bytes,
}

impl Multipart {
    /// A form without fields.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field of text.
    #[must_use]
    pub fn text(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.parts.push(Part {
            name: name.into(),
            file: None,
            bytes: value.into().into(),
        });
        self
    }

    /// Adds a file: the field's name, the file's name, its media type as it is to be sent, and what is in it.
    #[must_use]
    pub fn file(
        mut self,
        name: impl Into<String>,
        file_name: impl Into<String>,
        media_type: impl Into<String>,
        bytes: impl Into<Bytes>,
    ) -> Self {
        self.parts.push(Part {
            name: name.into(),
            file: Some((file_name.into(), media_type.into())),
            bytes: bytes.into(),
        });
        self
    }

    /// The value of the Content-Type, and the body. The same form gives the same bytes.
    pub(crate) fn encode(&self) -> (HeaderValue, Body) {
        let boundary = self.boundary();
        let mut body = Vec::new();
        for part in &self.parts {
            let name = escaped(&part.name);
            let head = match &part.file {
                None => format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n"
                ),
                Some((file, media_type)) => format!(
                    "--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"{}\"\r\nContent-Type: {media_type}\r\n\r\n",
                    escaped(file)
                ),
            };
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(&part.bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
        let media_type = format!("multipart/form-data; boundary={boundary}");
        let media_type = media_type
            .parse()
            .expect("a boundary has letters and digits");
        (media_type, body.into())
    }

    /// One that no part contains.
    fn boundary(&self) -> String {
        let occurs = |boundary: &str| {
            self.parts.iter().any(|part| {
                let mut windows = part.bytes.windows(boundary.len());
                windows.any(|window| window == boundary.as_bytes())
            })
        };
        let mut boundaries = (0..).map(|number: u64| format!("----PlywoodBoundary{number}"));
        boundaries
            .find(|boundary| !occurs(boundary))
            .expect("no body contains every number")
    }
}

/// A name between quotes.
fn escaped(name: &str) -> String {
    name.replace('\r', "%0D")
        .replace('\n', "%0A")
        .replace('"', "%22")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_as_browsers_write_them() {
        let form = Multipart::new().text("title", "ä\r\n").file(
            "a\"b\r\n",
            "c\"d.txt",
            "text/plain",
            "----PlywoodBoundary0",
        );
        let (media_type, body) = form.encode();
        assert_eq!(
            media_type,
            "multipart/form-data; boundary=----PlywoodBoundary1"
        );
        let expected = "------PlywoodBoundary1\r\n\
            Content-Disposition: form-data; name=\"title\"\r\n\r\nä\r\n\r\n\
            ------PlywoodBoundary1\r\n\
            Content-Disposition: form-data; name=\"a%22b%0D%0A\"; filename=\"c%22d.txt\"\r\n\
            Content-Type: text/plain\r\n\r\n----PlywoodBoundary0\r\n\
            ------PlywoodBoundary1--\r\n";
        assert_eq!(body.try_into_bytes().unwrap(), expected);
    }
}
