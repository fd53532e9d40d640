//! TLS, by rustls.

mod authority;
mod files;

use std::{
    fmt, io,
    path::Path,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use bytes::Bytes;
use plywood_core::{ClientCertificate, extensions::Secured as By};
use rustls::{CipherSuite, HandshakeKind, ProtocolVersion, ServerConfig, ServerConnection};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

pub use self::authority::ClientAuthority;
use self::files::Files;
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
///
/// # A new certificate
///
/// What is read from files is read again on SIGHUP ([`Server::serve`](crate::Server::serve)), or when [`reload`](Self::reload) is called on a clone that
/// was kept: certbot's `--deploy-hook "systemctl reload shop"` does one, with `ExecReload=/bin/kill -HUP $MAINPID` in the unit. Connections from then
/// on get the new certificate; those that are open stay as they are, and nobody waits. Where the files cannot be used, what was there stays.
#[derive(Clone)]
pub struct Tls(Arc<Shared>);

/// What clones have in common.
struct Shared {
    current: RwLock<Arc<ServerConfig>>,
    /// Held while the files are read again, so that whoever reads last is heard last.
    reloading: Mutex<()>,
    files: Option<Files>,
}

impl Tls {
    /// With a configuration of one's own. Where it names no protocols for ALPN, they are `h2` and `http/1.1`.
    ///
    /// One whose certificates a `rustls::server::ResolvesServerCert` finds can renew them while it serves, and choose them by the name that a client asks for.
    ///
    /// There is nothing in it to be read again.
    pub fn new(config: impl Into<Arc<ServerConfig>>) -> Self {
        Self::of(config.into(), None)
    }

    /// With a certificate and those that lead up to its authority, in that order, and its private key, from files in PEM. TLS 1.2 and 1.3, as
    /// rustls has them by default.
    ///
    /// # Errors
    ///
    /// When a file cannot be read or has none, or the two do not belong together.
    pub fn open(certificates: impl AsRef<Path>, key: impl AsRef<Path>) -> io::Result<Self> {
        Self::read(Files::new(certificates.as_ref(), key.as_ref(), None)?)
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
        Self::read(Files::new(
            certificates.as_ref(),
            key.as_ref(),
            Some(clients),
        )?)
    }

    fn read(files: Files) -> io::Result<Self> {
        let config = files.read_first()?;
        Ok(Self::of(config.into(), Some(files)))
    }

    fn of(config: Arc<ServerConfig>, files: Option<Files>) -> Self {
        let current = RwLock::new(with_protocols(config));
        let reloading = Mutex::default();
        Self(Arc::new(Shared {
            current,
            reloading,
            files,
        }))
    }

    /// Reads the files again, those of a [`ClientAuthority`] as well: handshakes from now on are made with what they hold. Sessions of before are not
    /// resumed. It waits for the disk.
    ///
    /// Without files it does nothing.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open). Then all stays as it was.
    pub fn reload(&self) -> io::Result<()> {
        let Some(files) = &self.0.files else {
            return Ok(());
        };
        let reloading = self.0.reloading.lock();
        let _reloading = reloading.unwrap_or_else(PoisonError::into_inner);
        let config = with_protocols(files.read_again()?.into());
        let current = self.0.current.write();
        *current.unwrap_or_else(PoisonError::into_inner) = config;
        Ok(())
    }

    /// Is there anything to be read again?
    #[cfg(unix)]
    pub(crate) fn has_files(&self) -> bool {
        self.0.files.is_some()
    }

    fn current(&self) -> Arc<ServerConfig> {
        let current = self.0.current.read();
        Arc::clone(&current.unwrap_or_else(PoisonError::into_inner))
    }

    /// Shakes hands. The caller bounds the time.
    pub(crate) async fn accept(&self, socket: Socket) -> io::Result<Secured> {
        let stream = TlsAcceptor::from(self.current()).accept(socket).await?;
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

/// Both protocols, where it names none.
fn with_protocols(mut config: Arc<ServerConfig>) -> Arc<ServerConfig> {
    if config.alpn_protocols.is_empty() {
        Arc::make_mut(&mut config).alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    }
    config
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

impl fmt::Debug for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tls(..)")
    }
}
