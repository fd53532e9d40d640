//! Files by names that change with them.

use http::{HeaderValue, Request, Response, StatusCode, header::CACHE_CONTROL};
use plywood_core::{Body, Path};
use plywood_header::accept_encoding::Coding;

use super::Files;
use crate::{
    refusal::Refusal,
    source::{Entry, Opened},
};

impl Files {
    /// The answer for a path with a fingerprint: to be kept for ever, if the file is still the one that it names.
    pub(super) fn asset<B>(
        &self,
        path: &str,
        request: &Request<B>,
    ) -> Result<Option<Response<Body>>, Refusal> {
        const FOR_EVER: HeaderValue =
            HeaderValue::from_static("public, max-age=31536000, immutable");
        let assets = self.config.options.assets.as_ref();
        let Some(asset) = assets.and_then(|assets| assets.at(path)) else {
            return Ok(None);
        };
        let Entry::File(hit) = self.find(&asset.path, request)? else {
            return Ok(None);
        };
        let hit = self.in_form(hit, request);
        // What the server in front sends is not looked at here.
        let is_named = self.config.options.handoff.is_none() && asset.is(&hit.found);
        let mut response = self.send_form(hit, request);
        let status = response.status();
        if is_named && (status.is_success() || status == StatusCode::NOT_MODIFIED) {
            response.headers_mut().insert(CACHE_CONTROL, FOR_EVER);
        }
        Ok(Some(response))
    }

    /// The answer for a path with the fingerprint of another state, as a page has it that was open during a deployment.
    pub(super) fn outdated_asset<B>(
        &self,
        path: &Path<'_>,
        request: &Request<B>,
    ) -> Result<Option<Response<Body>>, Refusal> {
        let relative = path.as_str().trim_start_matches('/');
        let assets = self.config.options.assets.as_ref();
        let Some(plain) = assets.and_then(|assets| assets.outdated(relative)) else {
            return Ok(None);
        };
        Ok(match self.find(&plain, request)? {
            Entry::File(hit) => Some(self.send(hit, request)),
            Entry::Directory => None,
        })
    }

    /// What the source has at `path`, as it was packed beforehand.
    pub(crate) fn opened_coded(&self, path: &str, coding: Coding) -> Option<Opened> {
        self.config.source.open_coded(path, coding)
    }
}
