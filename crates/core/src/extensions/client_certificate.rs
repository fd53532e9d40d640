use std::{fmt, sync::Arc};

use bytes::Bytes;

use super::Carrier;

/// The certificates that the client proved itself with in the TLS handshake.
///
/// For a gateway that speaks TLS and has verified them to leave, and for whoever decides by them to read. It is never made from a header,
/// unless by a layer that trusts the proxy and strips that header from everyone else.
#[derive(Clone, PartialEq, Eq)]
pub struct ClientCertificate(Arc<[Bytes]>);

impl ClientCertificate {
    /// The chain in DER, the client's own certificate first. `None` for an empty chain, which proves nothing.
    pub fn new(chain: impl IntoIterator<Item = Bytes>) -> Option<Self> {
        let chain: Arc<[Bytes]> = chain.into_iter().collect();
        (!chain.is_empty()).then_some(Self(chain))
    }

    /// The client's own certificate, in DER.
    pub fn leaf(&self) -> &Bytes {
        &self.0[0]
    }

    /// The whole chain, in DER, the client's own certificate first.
    pub fn chain(&self) -> &[Bytes] {
        &self.0
    }

    /// The certificate that the gateway left, if it left one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("certificates", &self.0.len())
            .finish()
    }
}
