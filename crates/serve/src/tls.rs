//! TLS, by rustls.

use std::{fmt, io, path::Path, sync::Arc};

use bytes::Bytes;
use plywood_core::{ClientCertificate, extensions::Secured as By};
use rustls::{
    CipherSuite, HandshakeKind, ProtocolVersion, RootCertStore, ServerConfig, ServerConnection,
    crypto::{CryptoProvider, ring},
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    server::{NoServerSessionStorage, WebPkiClientVerifier, danger::ClientCertVerifier},
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::stream::{Protocol, Socket};

/// How a [`Server`](crate::Server) speaks TLS: with which certificate, and what it asks of clients.
///
/// ```no_run
/// use plywood_serve::{ClientAuthority, Listener, Server, Tls};
///
/// # async fn f(app: tower::util::BoxCloneSyncService<http::Request<plywood_core::Body>, http::Response<plywood_core::Body>, std::convert::Infallible>) -> std::io::Result<()> {
/// let tls = Tls::open("fullchain.pem", "key.pem")?;
/// // Or, for those with a certificate of our own authority:
/// let staff = ClientAuthority::required("staff-ca.pem")?;
/// let tls = Tls::open_with_clients("fullchain.pem", "key.pem", staff)?;
///
/// Server::new(Listener::bind("0.0.0.0:443").await?).tls(tls).serve(app).await
/// # }
/// ```
#[derive(Clone)]
pub struct Tls(Arc<ServerConfig>);

/// Whose certificates clients show.
///
/// The chain is verified up to this authority, with its dates, and must be made for clients (extended key usage). Revocation lists are not
/// read: for that, and for anything else, build a `rustls::ServerConfig` and hand it to [`Tls::new`].
#[derive(Clone)]
pub struct ClientAuthority(Arc<dyn ClientCertVerifier>);

impl Tls {
    /// With a configuration of one's own. Where it names no protocols for ALPN, they are `h2` and `http/1.1`.
    ///
    /// One whose certificates a `rustls::server::ResolvesServerCert` finds can renew them while it serves, and choose them by the name that a client asks for.
    pub fn new(config: impl Into<Arc<ServerConfig>>) -> Self {
        let mut config = config.into();
        if config.alpn_protocols.is_empty() {
            Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        }
        Self(config)
    }

    /// With a certificate and those that lead up to its authority, in that order, and its private key, from files in PEM. TLS 1.2 and 1.3, as
    /// rustls has them by default. The files are read once.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or has none, or the two do not belong together.
    pub fn open(certificates: impl AsRef<Path>, key: impl AsRef<Path>) -> io::Result<Self> {
        Self::build(certificates.as_ref(), key.as_ref(), None)
    }

    /// The same, where clients show a certificate too. No sessions are resumed, so that each connection's is looked at anew.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub fn open_with_clients(
        certificates: impl AsRef<Path>,
        key: impl AsRef<Path>,
        clients: ClientAuthority,
    ) -> io::Result<Self> {
        Self::build(certificates.as_ref(), key.as_ref(), Some(clients))
    }

    fn build(
        certificates: &Path,
        key: &Path,
        clients: Option<ClientAuthority>,
    ) -> io::Result<Self> {
        let chain = read_certificates(certificates)?;
        let private = PrivateKeyDer::from_pem_file(key).map_err(|error| invalid(key, error))?;
        let builder = ServerConfig::builder_with_provider(provider())
            .with_safe_default_protocol_versions()
            .map_err(io::Error::other)?;
        let asks = clients.is_some();
        let builder = match clients {
            Some(ClientAuthority(verifier)) => builder.with_client_cert_verifier(verifier),
            None => builder.with_no_client_auth(),
        };
        let mut config = builder
            .with_single_cert(chain, private)
            .map_err(|error| invalid(certificates, error))?;
        if asks {
            config.session_storage = Arc::new(NoServerSessionStorage {});
            config.send_tls13_tickets = 0;
        }
        Ok(Self::new(config))
    }

    /// Shakes hands. The caller bounds the time.
    pub(crate) async fn accept(&self, socket: Socket) -> io::Result<Secured> {
        let stream = TlsAcceptor::from(Arc::clone(&self.0))
            .accept(socket)
            .await?;
        let (_, session) = stream.get_ref();
        let chain = session.peer_certificates().unwrap_or_default();
        let chain = chain.iter().map(|one| Bytes::copy_from_slice(one));
        Ok(Secured {
            certificate: ClientCertificate::new(chain),
            by: by(session),
            agreed: match session.alpn_protocol() {
                Some(b"h2") => Some(Protocol::Http2),
                Some(b"http/1.1") => Some(Protocol::Http1),
                _ => None,
            },
            stream,
        })
    }
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

    /// Clients may show one. Who shows none is let in without [`ClientCertificate`]; who shows a wrong one is turned away in the handshake.
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
        Ok(Self(verifier))
    }
}

/// What a handshake has brought.
pub(crate) struct Secured {
    pub(crate) stream: TlsStream<Socket>,
    pub(crate) certificate: Option<ClientCertificate>,
    pub(crate) by: By,
    /// The protocol that both agreed on, if the client asked for any.
    pub(crate) agreed: Option<Protocol>,
}

/// What both have agreed on.
fn by(session: &ServerConnection) -> By {
    let version = match session.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => "1.2",
        _ => "1.3",
    };
    let suite = session.negotiated_cipher_suite();
    let cipher = match suite.map(|suite| suite.suite()) {
        // In the library these have names of their own.
        Some(CipherSuite::TLS13_AES_128_GCM_SHA256) => "TLS_AES_128_GCM_SHA256",
        Some(CipherSuite::TLS13_AES_256_GCM_SHA384) => "TLS_AES_256_GCM_SHA384",
        Some(CipherSuite::TLS13_CHACHA20_POLY1305_SHA256) => "TLS_CHACHA20_POLY1305_SHA256",
        suite => suite.and_then(|suite| suite.as_str()).unwrap_or_default(),
    };
    let mut by = By::new(version, cipher);
    if let Some(name) = session.server_name() {
        by = by.server_name(name);
    }
    if session.handshake_kind() == Some(HandshakeKind::Resumed) {
        by = by.resumed();
    }
    by
}

/// Named, because the process's default may be another one or none.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// The certificates of a file, of which there is one at least: an authority that is missing would trust nobody, or everybody.
fn read_certificates(file: &Path) -> io::Result<Vec<CertificateDer<'static>>> {
    let certificates = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| invalid(file, error))?;
    if certificates.is_empty() {
        return Err(invalid(file, "it holds no certificate in PEM"));
    }
    Ok(certificates)
}

fn invalid(file: &Path, error: impl fmt::Display) -> io::Error {
    let text = format!("{} cannot be used for TLS: {error}", file.display());
    io::Error::new(io::ErrorKind::InvalidInput, text)
}

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}

impl fmt::Debug for ClientAuthority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAuthority(..)")
    }
}
