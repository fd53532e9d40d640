//! What the server shows, from files.

use std::{
    fmt, io,
    path::{self, Path, PathBuf},
    sync::Arc,
};

use rustls::{
    ServerConfig,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::NoServerSessionStorage,
};

use super::ClientAuthority;

/// The files that the server's certificate and its key are in, and the authority of clients, if they show one.
pub(super) struct Files {
    certificates: PathBuf,
    key: PathBuf,
    clients: Option<ClientAuthority>,
}

impl Files {
    pub(super) fn new(
        certificates: &Path,
        key: &Path,
        clients: Option<ClientAuthority>,
    ) -> io::Result<Self> {
        Ok(Self {
            certificates: absolute(certificates)?,
            key: absolute(key)?,
            clients,
        })
    }

    /// What they hold now.
    pub(super) fn read_again(&self) -> io::Result<ServerConfig> {
        let clients = self.clients.as_ref().map(ClientAuthority::again);
        self.read(clients.transpose()?)
    }

    /// What they hold now, with the authority as it was read.
    pub(super) fn read_first(&self) -> io::Result<ServerConfig> {
        self.read(self.clients.clone())
    }

    fn read(&self, clients: Option<ClientAuthority>) -> io::Result<ServerConfig> {
        let chain = read_certificates(&self.certificates)?;
        let key =
            PrivateKeyDer::from_pem_file(&self.key).map_err(|error| invalid(&self.key, error))?;
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let asks = clients.is_some();
        let builder = match clients {
            Some(clients) => builder.with_client_cert_verifier(clients.verifier()),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(chain, key)
            .map_err(|error| invalid(&self.certificates, error))?;
        if asks {
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        Ok(config)
    }
}

/// The same file later on, wherever the process is then.
pub(super) fn absolute(file: &Path) -> io::Result<PathBuf> {
    path::absolute(file).map_err(|error| invalid(file, error))
}

/// Named, because the process's default may be another one or none.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The certificates of a file, of which there is one at least: an authority that is missing would trust nobody, or everybody.
pub(super) fn read_certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| invalid(file, error))?;
    if certificates.is_empty() {
        return Err(invalid(file, "it holds no certificate in PEM"));
    }
    Ok(certificates)
}

pub(super) fn invalid(file: &Path, error: impl fmt::Display) -> io::Error {
    let text = format!("{} cannot be used for TLS: {error}", file.display());
    io::Error::new(io::ErrorKind::InvalidInput, text)
}
