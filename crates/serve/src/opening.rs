//! A connection from its first byte to its first request.

use std::time::Duration;

use plywood_core::{ClientCertificate, Scheme, extensions::Secured};
use tokio::time::timeout;

#[cfg(feature = "tls")]
use crate::Tls;
use crate::stream::{Protocol, Socket, Stream};

/// What a server grants every connection, and asks of it.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) header_timeout: Duration,
    pub(crate) stall_timeout: Duration,
    #[cfg(feature = "tls")]
    pub(crate) handshake_timeout: Duration,
    #[cfg(feature = "tls")]
    pub(crate) tls: Option<Tls>,
}

impl Default for Terms {
    fn default() -> Self {
        Self {
            header_timeout: Duration::from_secs(30),
            stall_timeout: Duration::from_secs(60),
            #[cfg(feature = "tls")]
            handshake_timeout: Duration::from_secs(10),
            #[cfg(feature = "tls")]
            tls: None,
        }
    }
}

/// A connection whose protocol is known.
#[derive(Debug)]
pub(crate) struct Line {
    pub(crate) stream: Stream,
    pub(crate) protocol: Protocol,
    pub(crate) scheme: Scheme,
    pub(crate) certificate: Option<ClientCertificate>,
    pub(crate) secured: Option<Secured>,
}

impl Terms {
    /// Opens a connection. `None` where the client does not say in time what it wants, or wants something else than it agreed to.
    pub(crate) async fn open(&self, socket: Socket) -> Option<Line> {
        #[cfg(feature = "tls")]
        if let Some(tls) = &self.tls {
            let secured = timeout(self.handshake_timeout, tls.accept(socket))
                .await
                .ok()?;
            let secured = match secured {
                Ok(secured) => secured,
                Err(error) => {
                    tracing::debug!(%error, "a handshake of TLS failed");
                    return None;
                }
            };
            let mut line = self.read(Socket::Tls(Box::new(secured.stream))).await?;
            line.scheme = Scheme::Https;
            line.certificate = secured.certificate;
            line.secured = Some(secured.by);
            let agreed = secured.agreed.is_none_or(|agreed| agreed == line.protocol);
            return agreed.then_some(line);
        }
        self.read(socket).await
    }

    /// Reads the protocol from the first bytes.
    async fn read(&self, socket: Socket) -> Option<Line> {
        let mut stream = Stream::new(socket, self.stall_timeout);
        let told = timeout(self.header_timeout, stream.protocol()).await;
        Some(Line {
            protocol: told.ok()?.ok()?,
            stream,
            scheme: Scheme::Http,
            certificate: None,
            secured: None,
        })
    }
}
