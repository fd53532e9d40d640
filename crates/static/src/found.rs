//! What is answered once the file is open: the preconditions first, then the range.

use std::{sync::Arc, time::SystemTime};

use http::{
    HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_LOCATION,
        CONTENT_RANGE, CONTENT_TYPE, ETAG, EXPIRES, LAST_MODIFIED, VARY,
    },
};
use plywood_core::{Body, FileIdentity};
use plywood_header::{
    accept_encoding::Coding,
    date,
    preconditions::{self, Verdict},
    range::{self, Ranges, Resolution, Slice},
};

use crate::{
    body,
    byteranges::Byteranges,
    source::{Content, Opened},
    validators::Validators,
    variants::CODINGS,
};

/// A file that is there and may be sent.
#[derive(Debug)]
pub(crate) struct Found {
    content: Content,
    validators: Validators,
    /// The fields of the answer that has all of it.
    fields: HeaderMap,
    modified: Option<SystemTime>,
    /// Which file it is, if its state has a name that no other will have.
    identity: Option<FileIdentity>,
    /// Whether it is a member of an archive, which is read once, and had to be unpacked.
    is_unpacked: bool,
}

impl Found {
    /// A file that is sent with these fields, among them its media type. What its state gives is added: its length, its tag, its date.
    pub(crate) fn new(opened: Opened, fields: HeaderMap) -> Self {
        Self::in_form(opened, fields, None)
    }

    /// The same in a content coding.
    pub(crate) fn coded(opened: Opened, mut fields: HeaderMap, coding: Coding) -> Self {
        fields.insert(CONTENT_ENCODING, coding.header_value());
        Self::in_form(opened, fields, Some(coding))
    }

    fn in_form(opened: Opened, mut fields: HeaderMap, coding: Option<Coding>) -> Self {
        let now = SystemTime::now();
        let length = opened.content.len();
        let is_dated = opened.etag.is_none();
        let validators = match opened.etag {
            Some(etag) => Validators::known(etag, opened.modified, now),
            // A system without dates gives a tag that is always weak and always new.
            None => Validators::new(length, opened.modified.unwrap_or(now), now),
        };
        let validators = match &opened.content {
            // Time goes on between the opening and the tag.
            Content::Slice(handle, _) if is_dated && !handle.is_settled() => validators.weakened(),
            _ => validators,
        };
        let validators = match coding {
            Some(coding) => validators.coded(coding),
            None => validators,
        };
        fields.insert(CONTENT_LENGTH, length.into());
        fields.insert(ETAG, validators.etag.header_value().clone());
        if let Some(last_modified) = validators.last_modified {
            fields.insert(LAST_MODIFIED, date::write(last_modified));
        }
        let ranges = if opened.content.has_ranges() {
            "bytes"
        } else {
            "none"
        };
        fields.insert(ACCEPT_RANGES, HeaderValue::from_static(ranges));
        let is_settled = !validators.etag.is_weak();
        if is_settled && let Some(handle) = opened.content.handle() {
            handle.promise();
        }
        Self {
            content: opened.content,
            modified: opened.modified,
            validators,
            fields,
            identity: opened.identity.filter(|_| is_settled),
            is_unpacked: opened.is_unpacked,
        }
    }

    /// The same without a date, in the answer and in preconditions.
    pub(crate) fn undated(mut self) -> Self {
        self.fields.remove(LAST_MODIFIED);
        self.validators.last_modified = None;
        self
    }

    /// The same with its bytes at hand, if there are at most `most` of them, they are there without a wait, and of this state.
    pub(crate) fn at_hand(mut self, most: u64) -> Self {
        if self.identity.is_some()
            && let Content::Slice(handle, slice) = &self.content
            && slice.end - slice.start <= most
            && let Some(bytes) = body::at_once(handle, slice)
        {
            self.content = Content::Bytes(bytes);
        }
        self
    }

    /// Whether `opened`, which stands at the same path, is the same file in the same state.
    pub(crate) fn is_of(&self, opened: &Opened) -> bool {
        self.identity.is_some() && self.identity == opened.identity
    }

    /// Whether its path names its state for ever: then there is nothing to be compared.
    pub(crate) const fn is_unpacked(&self) -> bool {
        self.is_unpacked
    }

    /// Whether its state has a name by which it can be compared later.
    pub(crate) const fn is_comparable(&self) -> bool {
        self.identity.is_some() || self.is_unpacked
    }

    /// How many of its bytes are at hand; nothing, if it is open.
    pub(crate) const fn bytes_at_hand(&self) -> Option<usize> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes.len()),
            #[cfg(feature = "zip")]
            Content::Framed(_) | Content::Deflated(_) => None,
            Content::Slice(..) => None,
        }
    }

    /// Whether it has to be read, and was written since it was opened.
    pub(crate) fn has_changed(&self) -> bool {
        matches!(&self.content, Content::Slice(handle, _) if handle.is_as_found().is_err())
    }

    /// The coding in which it was packed beforehand.
    pub(crate) fn coding(&self) -> Option<Coding> {
        let sent = self.fields.get(CONTENT_ENCODING)?;
        let mut codings = CODINGS.into_iter();
        codings.find(|coding| coding.header_value() == sent)
    }

    /// How long it is, in bytes.
    pub(crate) const fn len(&self) -> u64 {
        self.content.len()
    }

    /// The answer to GET or HEAD with these header fields.
    pub(crate) fn into_response(
        self: Arc<Self>,
        method: &Method,
        headers: &HeaderMap,
    ) -> Response<Body> {
        let Validators {
            etag,
            last_modified,
        } = &self.validators;
        match preconditions::evaluate(method, headers, Some(etag), *last_modified) {
            Verdict::NotModified => self.not_modified(),
            Verdict::Failed => empty(StatusCode::PRECONDITION_FAILED),
            Verdict::Proceed if *method == Method::HEAD => self.head(),
            Verdict::Proceed if *method == Method::GET => self.selected(headers),
            // Ranges are defined for GET alone (RFC 9110 §14.2).
            Verdict::Proceed => self.whole(),
        }
    }

    /// The answer that leaves the bytes, and their ranges, to the server in front: `field` tells it where `target` is.
    pub(crate) fn handed_over(
        self: Arc<Self>,
        method: &Method,
        headers: &HeaderMap,
        field: HeaderName,
        target: HeaderValue,
    ) -> Response<Body> {
        let Validators {
            etag,
            last_modified,
        } = &self.validators;
        match preconditions::evaluate(method, headers, Some(etag), *last_modified) {
            Verdict::NotModified => self.not_modified(),
            // The visitor may hold a tag that the server in front gave, and only that server knows it.
            Verdict::Failed | Verdict::Proceed => {
                let mut response = self.described(Body::empty());
                let headers = response.headers_mut();
                headers.remove(CONTENT_LENGTH);
                headers.remove(ACCEPT_RANGES);
                headers.insert(field, target);
                response
            }
        }
    }

    /// When it was last changed.
    pub(crate) const fn modified(&self) -> Option<SystemTime> {
        self.modified
    }

    /// What a 304 says again of the 200 (RFC 9110 §15.4.5).
    fn not_modified(&self) -> Response<Body> {
        let mut response = empty(StatusCode::NOT_MODIFIED);
        for name in [ETAG, CACHE_CONTROL, CONTENT_LOCATION, EXPIRES, VARY] {
            self.copy(&name, &mut response);
        }
        response
    }

    /// It may not be kept as the file may, because the next state of it may be longer.
    fn not_satisfiable(&self) -> Response<Body> {
        let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
        for name in [ETAG, VARY] {
            self.copy(&name, &mut response);
        }
        let content_range = range::unsatisfied(self.content.len());
        response.headers_mut().insert(CONTENT_RANGE, content_range);
        response
    }

    fn copy(&self, name: &HeaderName, response: &mut Response<Body>) {
        for value in self.fields.get_all(name) {
            response.headers_mut().append(name, value.clone());
        }
    }

    /// What of the file the request asks for.
    fn selected(self: Arc<Self>, headers: &HeaderMap) -> Response<Body> {
        match self.resolution(headers) {
            Resolution::Unsatisfiable => self.not_satisfiable(),
            Resolution::Single(slice) => self.part(slice),
            Resolution::Several(slices) => self.parts(&slices),
            Resolution::Whole => self.whole(),
        }
    }

    /// The whole file where there is no range, or where the range belongs to another state of it.
    fn resolution(&self, headers: &HeaderMap) -> Resolution {
        let ranges = Ranges::read(headers).filter(|_| self.content.has_ranges());
        let Some(ranges) = ranges else {
            return Resolution::Whole;
        };
        let Validators { etag, .. } = &self.validators;
        if !preconditions::if_range(headers, Some(etag), self.validators.strong_date()) {
            return Resolution::Whole;
        }
        ranges.resolve(self.content.len())
    }

    fn head(self: Arc<Self>) -> Response<Body> {
        self.described(Body::empty())
    }

    fn whole(self: Arc<Self>) -> Response<Body> {
        let body = body::of_slice(&self.content, 0..self.content.len());
        let identity = self.identity;
        let mut response = self.described(body);
        if let Some(identity) = identity {
            response.extensions_mut().insert(identity);
        }
        response
    }

    fn part(self: Arc<Self>, slice: Slice) -> Response<Body> {
        let content_range = slice.content_range(self.content.len());
        let body = body::of_slice(&self.content, slice.start..slice.start + slice.len());
        let mut response = self.described(body);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let headers = response.headers_mut();
        headers.insert(CONTENT_LENGTH, slice.len().into());
        headers.insert(CONTENT_RANGE, content_range);
        response
    }

    /// Several parts; or everything, where that is less to send.
    fn parts(self: Arc<Self>, slices: &[Slice]) -> Response<Body> {
        let length = self.content.len();
        let parts = Byteranges::new(slices, length, self.fields.get(CONTENT_TYPE));
        let parts_length = parts.len();
        if parts_length >= length {
            return self.whole();
        }
        let body = body::of_pieces(&self.content, parts.pieces);
        let mut response = self.described(body);
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, parts.content_type);
        headers.insert(CONTENT_LENGTH, parts_length.into());
        response
    }

    /// `body` with the fields of the whole file.
    fn described(self: Arc<Self>, body: Body) -> Response<Body> {
        let mut response = Response::new(body);
        // Nobody else has a file that no cache keeps: its fields move.
        *response.headers_mut() = match Arc::try_unwrap(self) {
            Ok(found) => found.fields,
            Err(shared) => shared.fields.clone(),
        };
        response
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
