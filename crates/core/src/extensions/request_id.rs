use http::HeaderValue;

use super::Carrier;

/// The name of one request, by which its traces in several logs are found again.
///
/// Left by a layer that takes it from the request or makes it up. Read by the error pages and whoever calls further services.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RequestId(HeaderValue);

impl RequestId {
    /// An id as it stands in a header field.
    pub const fn new(id: HeaderValue) -> Self {
        Self(id)
    }

    /// The id as a header's value.
    pub const fn header_value(&self) -> &HeaderValue {
        &self.0
    }

    /// The id as text, if it is visible ASCII.
    pub fn as_str(&self) -> Option<&str> {
        self.0.to_str().ok()
    }

    /// The id of this request, if it has one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}
