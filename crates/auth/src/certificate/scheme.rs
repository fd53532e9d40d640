use std::{fmt, sync::Arc, time::SystemTime};

use plywood_core::{ClientCertificate, Identity, future::Next};

use super::Certificate;
use crate::{Finding, Head, IntoVerdict, Scheme, Verdict, scheme::proved_by};

/// The scheme of client certificates: who asks is whoever a closure takes the certificate for.
///
/// The certificate is the one that the gateway has verified and left as a [`ClientCertificate`]: `plywood-serve` with `tls`. No header can
/// bring one. Its dates are looked at again for each request, because a connection can outlast it.
///
/// A client without one, and one whose certificate is nobody's here, is a stranger: `403`, unless another scheme knows it or strangers are let
/// through ([`optional`](crate::AuthLayer::optional)).
///
/// ```
/// use plywood_auth::{AuthLayer, certificate::ClientCertificates};
/// use plywood_core::Identity;
///
/// // Everybody whom our authority has named, and those of the operations as such.
/// let staff = ClientCertificates::new(|certificate| {
///     let name = certificate.common_name()?;
///     let operates = certificate.subject().ends_with(",OU=Operations,O=Engines");
///     Some(Identity::new(name).roles(operates.then_some("operator")))
/// });
/// let layer = AuthLayer::new(staff).below("/staff");
/// ```
#[derive(Clone)]
pub struct ClientCertificates(Arc<Ask>);

type Ask = dyn Fn(&Certificate<'_>) -> Verdict + Send + Sync;

impl ClientCertificates {
    /// Asks `find` whose certificate this is: see [`Verdict`](crate::Verdict) for what it may answer.
    ///
    /// A common name is unique only as far as the authority makes it so. Where several authorities are trusted, look at the
    /// [issuer](Certificate::issuer) too, or at the [fingerprint](Certificate::fingerprint) alone.
    ///
    /// The identity's scheme is set to `certificate`, and its method to `pop`, if the closure leaves the scheme empty.
    pub fn new<V: IntoVerdict>(
        find: impl Fn(&Certificate<'_>) -> V + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(move |certificate| find(certificate).into()))
    }
}

impl Scheme for ClientCertificates {
    fn examine(&self, head: &Head<'_>) -> Next<Finding> {
        let Some(shown) = ClientCertificate::of(head) else {
            return Next::Now(Finding::Nothing);
        };
        let read = Certificate::read(shown.leaf());
        let Some(certificate) = read.ok().filter(|read| read.holds_at(SystemTime::now())) else {
            return Next::Now(Finding::Nothing);
        };
        let found = (self.0)(&certificate).into_next();
        found.map(|found| Finding::of(found.map(|caller| caller.map(named))))
    }
}

fn named(caller: Identity) -> Identity {
    // RFC 8176: proof of possession of a key.
    proved_by(caller, "certificate", "pop")
}

impl fmt::Debug for ClientCertificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientCertificates(..)")
    }
}
