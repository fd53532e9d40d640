//! Whose certificates clients show.

use std::{
    fmt, io,
    path::{Path, PathBuf},
    sync::Arc,
};

use rustls::{
    RootCertStore,
    server::{WebPkiClientVerifier, danger::ClientCertVerifier},
};

use super::files::{absolute, invalid, provider, read_certificates};

/// Whose certificates clients show.
///
/// The chain is verified up to this authority, with its dates, and must be made for clients (extended key usage). Revocation lists are not
/// read: for that, and for anything else, build a `rustls::ServerConfig` and hand it to [`Tls::new`](crate::Tls::new).
#[derive(Clone)]
pub struct ClientAuthority {
    verifier: Arc<dyn ClientCertVerifier>,
    file: PathBuf,
    is_optional: bool,
}

impl ClientAuthority {
    /// Clients must show a certificate of an authority in this file, in PEM; others are turned away in the handshake.
    ///
    /// # Errors
    ///
    /// When the file cannot be read, has no certificate, or has one that is no authority's.
    pub fn required(file: impl AsRef<Path>) -> io::Result<Self> {
        Self::read(file.as_ref(), false)
    }

    /// Clients may show one. Who shows none is let in without [`ClientCertificate`](plywood_core::ClientCertificate); who shows a wrong one is turned away in the handshake.
    /// Which paths need one is for a layer to say.
    ///
    /// # Errors
    ///
    /// As [`required`](Self::required).
    pub fn optional(file: impl AsRef<Path>) -> io::Result<Self> {
        Self::read(file.as_ref(), true)
    }

    fn read(file: &Path, is_optional: bool) -> io::Result<Self> {
        let mut roots = RootCertStore::empty();
        for certificate in read_certificates(file)? {
            roots
                .add(certificate)
                .map_err(|error| invalid(file, error))?;
        }
        let builder = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider());
        let builder = if is_optional {
            builder.allow_unauthenticated()
        } else {
            builder
        };
        let verifier = builder.build().map_err(|error| invalid(file, error))?;
        Ok(Self {
            verifier,
            file: absolute(file)?,
            is_optional,
        })
    }

    pub(super) fn verifier(self) -> Arc<dyn ClientCertVerifier> {
        self.verifier
    }

    /// The same, of what the file holds now.
    pub(super) fn again(&self) -> io::Result<Self> {
        Self::read(&self.file, self.is_optional)
    }
}

impl fmt::Debug for ClientAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAuthority(..)")
    }
}
