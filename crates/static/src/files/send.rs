//! From a file to the answer: its form, its fields, and who sends its bytes.

use std::sync::Arc;

use http::{
    HeaderMap, HeaderValue, Request, Response,
    header::{ACCEPT_LANGUAGE, CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS},
};
use plywood_core::{Body, ServedFile};
use plywood_header::{accept_encoding::Coding, vary};

use super::{Config, Files, look_up::Hit};
use crate::{content_type, found::Found, source::Opened, variants};

impl Files {
    /// The fields of the file at `path` that its state does not change.
    pub(crate) fn fields(&self, path: &str) -> HeaderMap {
        self.config.fields(path)
    }

    /// The answer with a file: in the form that the request prefers, or by the server in front.
    pub(super) fn send<B>(&self, hit: Hit<'_>, request: &Request<B>) -> Response<Body> {
        self.send_form(self.in_form(hit, request), request)
    }

    /// The file in the form that the request prefers; as it is for the server in front, which chooses the form.
    pub(super) fn in_form<'p, B>(&self, hit: Hit<'p>, request: &Request<B>) -> Hit<'p> {
        let (Hit { path, found }, options) = (hit, &self.config.options);
        if !options.precompressed || options.handoff.is_some() {
            return Hit { path, found };
        }
        let open = |coding| self.open_coded(&path, coding, &found);
        let coded = variants::coded(request.headers(), open);
        Hit {
            found: coded.unwrap_or(found),
            path,
        }
    }

    /// The answer with a file in this form.
    pub(super) fn send_form<B>(&self, hit: Hit<'_>, request: &Request<B>) -> Response<Body> {
        let (method, headers) = (request.method(), request.headers());
        let (Hit { path, found }, options) = (hit, &self.config.options);
        if ServedFile::is_wanted(request) {
            self.tell(&path, &found, request);
        }
        let mut response = match &options.handoff {
            Some(handoff) => {
                let target = handoff.target(&path);
                found.handed_over(method, headers, handoff.field.clone(), target)
            }
            None => found.into_response(method, headers),
        };
        if options.speaks(&path) {
            vary::append(response.headers_mut(), ACCEPT_LANGUAGE);
        }
        response
    }

    /// Tells of the file that is sent.
    fn tell<B>(&self, path: &str, found: &Found, request: &Request<B>) {
        let extension = found.coding().map_or("", variants::extension);
        let name = self.config.source.name_of(&[path, extension].concat());
        if let Some(name) = name {
            ServedFile::new(name).tell(request);
        }
    }

    /// The file at `path` as it was packed beforehand, unless the original has changed since.
    fn open_coded(&self, path: &str, coding: Coding, original: &Found) -> Option<Arc<Found>> {
        let config = &self.config;
        let open = || config.source.open_coded(path, coding);
        let dress = |opened| config.dress(path, opened, Some(coding));
        let extension = variants::extension(coding);
        let found = config.store.find_beside(path, extension, open, dress)?;
        (found.modified() >= original.modified()).then_some(found)
    }
}

impl Config {
    /// What is sent of the file at `path`, perhaps packed.
    pub(super) fn dress(&self, path: &str, mut opened: Opened, coding: Option<Coding>) -> Found {
        if let Some(digests) = &self.options.digests {
            opened = digests.tag(opened);
        }
        let fields = self.fields(path);
        let found = match coding {
            Some(coding) => Found::coded(opened, fields, coding),
            None => Found::new(opened, fields),
        };
        if self.options.is_undated {
            return found.undated();
        }
        found
    }

    /// The fields of the file at `path` that its state does not change.
    fn fields(&self, path: &str) -> HeaderMap {
        // With what a found file adds, and what a server may.
        let mut fields = HeaderMap::with_capacity(12);
        fields.insert(CONTENT_TYPE, content_type::of(path));
        fields.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        if let Some(cache_control) = &self.cache_control {
            fields.insert(CACHE_CONTROL, cache_control.clone());
        }
        self.options.dress(path, &mut fields);
        fields
    }
}
