use std::{
    fmt,
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use super::Carrier;

/// The connection that a request came on, and the request's place on it.
///
/// Left by the gateway; who is at the other end is the [`Client`](super::Client)'s to say. Behind a proxy all of it is about the connection
/// from that proxy. Read by the access log.
///
/// ```
/// use plywood_core::{Connection, extensions::Secured};
///
/// let tls = Secured::new("1.3", "TLS_AES_256_GCM_SHA384");
/// let connection = Connection::new(7).local(([192, 0, 2, 1], 443).into()).secured(tls);
///
/// // The gateway leaves one for each request.
/// assert_eq!(connection.next_request().request(), 1);
/// let second = connection.next_request();
/// assert_eq!((second.number(), second.request()), (7, 2));
/// assert_eq!(second.local_addr().unwrap().port(), 443);
/// assert_eq!(second.tls().unwrap().version(), "1.3");
/// ```
#[derive(Clone)]
pub struct Connection {
    facts: Arc<Facts>,
    request: u64,
}

#[derive(Debug, Default)]
struct Facts {
    number: u64,
    local: Option<SocketAddr>,
    tls: Option<Secured>,
    requests: AtomicU64,
}

/// What both ends of a connection over TLS have agreed on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secured {
    version: &'static str,
    cipher: &'static str,
    server_name: Option<Box<str>>,
    resumed: bool,
}

impl Connection {
    /// The connection of this number, which no other has had since the gateway was started. No request has come on it yet.
    pub fn new(number: u64) -> Self {
        let facts = Facts {
            number,
            ..Facts::default()
        };
        Self {
            facts: Arc::new(facts),
            request: 0,
        }
    }

    /// The same, which came to this address of ours.
    #[must_use]
    pub fn local(self, address: SocketAddr) -> Self {
        self.edited(|facts| facts.local = Some(address))
    }

    /// The same, over TLS.
    #[must_use]
    pub fn secured(self, tls: Secured) -> Self {
        self.edited(|facts| facts.tls = Some(tls))
    }

    /// The same connection for its next request.
    #[must_use]
    pub fn next_request(&self) -> Self {
        Self {
            facts: Arc::clone(&self.facts),
            request: self.facts.requests.fetch_add(1, Ordering::Relaxed) + 1,
        }
    }

    /// The number of the connection.
    pub fn number(&self) -> u64 {
        self.facts.number
    }

    /// The number of the request on this connection, from 1 on. Over HTTP/2 it says in which order they came, and not that one was over before the
    /// next.
    pub const fn request(&self) -> u64 {
        self.request
    }

    /// The address that the client has connected to; `None` on a Unix socket.
    pub fn local_addr(&self) -> Option<SocketAddr> {
        self.facts.local
    }

    /// What was agreed on; `None` without TLS.
    pub fn tls(&self) -> Option<&Secured> {
        self.facts.tls.as_ref()
    }

    /// The connection that the gateway left, if it left one.
    pub fn of(carrier: &impl Carrier) -> Option<&Self> {
        carrier.extensions().get()
    }

    fn edited(self, edit: impl FnOnce(&mut Facts)) -> Self {
        let mut facts = Facts {
            number: self.facts.number,
            local: self.facts.local,
            tls: self.facts.tls.clone(),
            requests: AtomicU64::new(self.facts.requests.load(Ordering::Relaxed)),
        };
        edit(&mut facts);
        Self {
            facts: Arc::new(facts),
            ..self
        }
    }
}

impl Secured {
    /// By TLS of this version (`1.3`), with this cipher suite by its name
    /// [at IANA](https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml#tls-parameters-4) (`TLS_AES_256_GCM_SHA384`).
    pub const fn new(version: &'static str, cipher: &'static str) -> Self {
        Self {
            version,
            cipher,
            server_name: None,
            resumed: false,
        }
    }

    /// The same, where the client has named the server that it wants
    /// ([RFC 6066 §3](https://www.rfc-editor.org/rfc/rfc6066#section-3)).
    #[must_use]
    pub fn server_name(mut self, name: &str) -> Self {
        self.server_name = Some(name.into());
        self
    }

    /// The same, as a session that was resumed.
    #[must_use]
    pub const fn resumed(mut self) -> Self {
        self.resumed = true;
        self
    }

    /// The version of TLS: `1.2` or `1.3`.
    pub const fn version(&self) -> &'static str {
        self.version
    }

    /// The cipher suite, by its name at IANA.
    pub const fn cipher(&self) -> &'static str {
        self.cipher
    }

    /// The server that the client has named in the handshake. It is what the client says.
    pub fn named_server(&self) -> Option<&str> {
        self.server_name.as_deref()
    }

    /// Was a session of before resumed?
    pub const fn is_resumed(&self) -> bool {
        self.resumed
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection")
            .field("number", &self.number())
            .field("request", &self.request)
            .field("local_addr", &self.local_addr())
            .field("tls", &self.tls())
            .finish_non_exhaustive()
    }
}
