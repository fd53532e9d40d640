//! What the bytes of a body have to be, where its head says so.

use std::{io::IoSlice, sync::Arc};

use bytes::Buf;
use http::{HeaderMap, Method, StatusCode, header, response};
use plywood_header::media_type;

use crate::{
    asked::Asked,
    digest::{self, Digest},
    fields::Fields,
    memory::{Memory, Tagged},
    partial,
    parts::Parts,
    report::Report,
    rule,
};

/// The slices that one frame is read in. More of them, which no body here has, make the watch give up.
const SLICES: usize = 16;

/// Looks at the bytes of a body as they pass.
#[derive(Default)]
pub(crate) struct Watch {
    digests: Vec<Digest>,
    parts: Option<Parts>,
    slice: Option<Slice>,
    tagged: Option<Tagged>,
}

/// The one range of a 206.
struct Slice {
    announced: u64,
    sent: u64,
}

impl Watch {
    pub(crate) fn request(headers: &HeaderMap) -> Option<Box<Self>> {
        let mut digests = Digest::read(headers, &digest::CONTENT);
        if !headers.contains_key(header::CONTENT_RANGE) {
            digests.extend(Digest::read(headers, &digest::REPRESENTATION));
        }
        let watch = Self {
            digests,
            ..Self::default()
        };
        watch.boxed()
    }

    pub(crate) fn response(
        asked: &mut Asked,
        head: &response::Parts,
        fields: &Fields<'_>,
        memory: &Arc<Memory>,
        report: &Report,
    ) -> Option<Box<Self>> {
        let headers = &head.headers;
        let mut watch = Self::default();
        if fields.content_digest.is_some() {
            watch.digests = Digest::read(headers, &digest::CONTENT);
        }
        if head.status == StatusCode::PARTIAL_CONTENT {
            if media_type::is(headers, "multipart/byteranges") {
                watch.parts = Parts::read(headers);
            } else if !headers.contains_key(header::CONTENT_LENGTH) {
                // With a Content-Length the two were compared already.
                watch.slice = partial::announced(headers).map(Slice::new);
            }
        }
        // Elsewhere the representation is another one than what is sent, or not known to be the same.
        if head.status == StatusCode::OK && asked.method == Method::GET {
            if fields.repr_digest.is_some() {
                let digests = Digest::read(headers, &digest::REPRESENTATION);
                watch.digests.extend(digests);
            }
            let question = asked.question.take();
            watch.tagged = question.and_then(|question| memory.tagged(question, fields, report));
        }
        watch.boxed()
    }

    fn boxed(self) -> Option<Box<Self>> {
        let looks = !self.digests.is_empty()
            || self.parts.is_some()
            || self.slice.is_some()
            || self.tagged.is_some();
        looks.then(|| Box::new(self))
    }

    /// Takes the next frame.
    pub(crate) fn update(&mut self, data: &impl Buf, report: &Report) {
        let mut slices = [IoSlice::new(&[]); SLICES];
        let count = data.chunks_vectored(&mut slices);
        let slices = &slices[..count];
        if slices.iter().map(|slice| slice.len()).sum::<usize>() < data.remaining() {
            *self = Self::default();
        }
        for slice in slices {
            self.bytes(slice, report);
        }
    }

    fn bytes(&mut self, bytes: &[u8], report: &Report) {
        for digest in &mut self.digests {
            digest.update(bytes);
        }
        if let Some(slice) = &mut self.slice {
            slice.sent += bytes.len() as u64;
        }
        if let Some(tagged) = &mut self.tagged {
            tagged.update(bytes);
        }
        if let Some(Err(found)) = self.parts.as_mut().map(|parts| parts.update(bytes)) {
            self.parts = None;
            report.broken(rule::PARTS, found);
        }
    }

    /// The body is whole.
    pub(crate) fn end(&mut self, report: &Report) {
        for digest in &self.digests {
            report.expect(digest.is_true(), rule::DIGEST_IS_TRUE, || {
                format!("{digest} is not that of the bytes")
            });
        }
        if let Some(Slice { announced, sent }) = self.slice {
            report.expect(announced == sent, rule::PARTIAL, || {
                format!("a `content-range` of {announced} bytes, and {sent} bytes in all")
            });
        }
        if let Some(tagged) = &self.tagged {
            tagged.end(report);
        }
        if let Some(Err(found)) = self.parts.as_mut().map(Parts::end) {
            report.broken(rule::PARTS, found);
        }
    }
}

impl Slice {
    const fn new(announced: u64) -> Self {
        Self { announced, sent: 0 }
    }
}
