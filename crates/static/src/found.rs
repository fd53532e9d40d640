//! What is answered once the file is open: the preconditions first, then the range.

use std::{
    fs::{File, Metadata},
    time::SystemTime,
};

use http::{
    HeaderMap, HeaderValue, Method, Response, StatusCode,
    header::{
        ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
        LAST_MODIFIED, X_CONTENT_TYPE_OPTIONS,
    },
};
use plywood_core::{Body, FileIdentity};
use plywood_header::{
    date,
    preconditions::{self, Verdict},
    range::{self, Ranges, Resolution, Slice},
};

use crate::{body, byteranges::Byteranges, content_type, validators::Validators};

/// A file that is there and may be sent.
#[derive(Debug)]
pub(crate) struct Found {
    file: File,
    length: u64,
    validators: Validators,
    content_type: HeaderValue,
    /// Which file it is, if its state has a name that no other will have.
    identity: Option<FileIdentity>,
}

impl Found {
    /// An open file that goes by `name`.
    pub(crate) fn new(file: File, metadata: &Metadata, name: &str) -> Self {
        let now = SystemTime::now();
        let length = metadata.len();
        // A system without dates gives a tag that is always weak and always new.
        let modified = metadata.modified().unwrap_or(now);
        let validators = Validators::new(length, modified, now);
        let is_settled = !validators.etag.is_weak();
        Self {
            file,
            length,
            validators,
            content_type: content_type::of(name),
            identity: FileIdentity::new(metadata).filter(|_| is_settled),
        }
    }

    /// The answer to GET or HEAD with these header fields.
    pub(crate) fn into_response(
        self,
        method: &Method,
        headers: &HeaderMap,
        cache_control: Option<&HeaderValue>,
    ) -> Response<Body> {
        let etag = self.validators.etag.clone();
        let last_modified = self.validators.last_modified;
        let mut response =
            match preconditions::evaluate(method, headers, Some(&etag), Some(last_modified)) {
                Verdict::NotModified => empty(StatusCode::NOT_MODIFIED),
                Verdict::Failed => return empty(StatusCode::PRECONDITION_FAILED),
                Verdict::Proceed if *method == Method::HEAD => self.head(),
                Verdict::Proceed => self.selected(headers),
            };
        let headers = response.headers_mut();
        headers.insert(ETAG, etag.header_value().clone());
        if let Some(cache_control) = cache_control {
            headers.insert(CACHE_CONTROL, cache_control.clone());
        }
        response
    }

    /// What of the file the request asks for.
    fn selected(self, headers: &HeaderMap) -> Response<Body> {
        let length = self.length;
        match self.resolution(headers) {
            Resolution::Unsatisfiable => {
                let mut response = empty(StatusCode::RANGE_NOT_SATISFIABLE);
                let headers = response.headers_mut();
                headers.insert(CONTENT_RANGE, range::unsatisfied(length));
                response
            }
            Resolution::Single(slice) => {
                let mut response = self.described(slice.len());
                *response.status_mut() = StatusCode::PARTIAL_CONTENT;
                let headers = response.headers_mut();
                headers.insert(CONTENT_RANGE, slice.content_range(length));
                let slice = slice.start..slice.start + slice.len();
                response.map(|()| body::of_slice(self.file, slice))
            }
            Resolution::Several(slices) => self.parts(&slices),
            Resolution::Whole => self.whole(),
        }
    }

    /// The whole file where there is no range, or where the range belongs to another state of it.
    fn resolution(&self, headers: &HeaderMap) -> Resolution {
        let Some(ranges) = Ranges::read(headers) else {
            return Resolution::Whole;
        };
        let Validators { etag, .. } = &self.validators;
        if !preconditions::if_range(headers, Some(etag), self.validators.strong_date()) {
            return Resolution::Whole;
        }
        ranges.resolve(self.length)
    }

    fn whole(self) -> Response<Body> {
        let mut response = self.described(self.length);
        if let Some(identity) = self.identity {
            response.extensions_mut().insert(identity);
        }
        response.map(|()| body::of_slice(self.file, 0..self.length))
    }

    fn head(self) -> Response<Body> {
        self.described(self.length).map(Body::from)
    }

    /// Several parts; or everything, where that is less to send.
    fn parts(self, slices: &[Slice]) -> Response<Body> {
        let parts = Byteranges::new(slices, self.length, &self.content_type);
        if parts.len() >= self.length {
            return self.whole();
        }
        let mut response = self.described(parts.len());
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, parts.content_type);
        response.map(|()| body::of_pieces(self.file, parts.pieces))
    }

    /// The head of an answer with `content_length` bytes of the file.
    fn described(&self, content_length: u64) -> Response<()> {
        let mut response = Response::new(());
        let headers = response.headers_mut();
        headers.reserve(8);
        headers.insert(CONTENT_TYPE, self.content_type.clone());
        headers.insert(CONTENT_LENGTH, content_length.into());
        headers.insert(LAST_MODIFIED, date::write(self.validators.last_modified));
        headers.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

fn empty(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status;
    response
}
