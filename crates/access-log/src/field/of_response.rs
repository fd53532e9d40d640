use http::HeaderMap;

use super::OfResponse;
use crate::dress::Out;

impl OfResponse {
    /// `None` where there was no response.
    pub(crate) fn write(&self, out: Out<'_>, headers: Option<&HeaderMap>) {
        match self {
            Self::Header(header) => header.write(out, headers),
        }
    }
}
