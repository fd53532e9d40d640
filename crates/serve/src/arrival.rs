use std::sync::atomic::{AtomicU64, Ordering};

use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::{conn::auto, graceful::Watcher},
    service::TowerToHyperService,
};
use plywood_core::{Body, BoxError, Client, Connection as Connected, HttpBody, HttpService};
use tokio::sync::watch;

use crate::{
    connection::Connection,
    opening::Terms,
    places::Place,
    stream::{Protocol, Socket},
};

/// How many connections this process has served, so that each has a number of its own in every log.
static CONNECTIONS: AtomicU64 = AtomicU64::new(0);

/// A connection that was accepted, and what it takes to serve it.
pub(crate) struct Arrival {
    pub(crate) _place: Place,
    pub(crate) socket: Socket,
    pub(crate) client: Client,
    pub(crate) terms: Terms,
    pub(crate) builder: auto::Builder<TokioExecutor>,
    pub(crate) watcher: Watcher,
    pub(crate) stopping: watch::Receiver<()>,
}

impl Arrival {
    /// Serves it, from its first byte to its last.
    pub(crate) async fn serve<S>(mut self, app: S)
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let local = self.socket.local_addr();
        // A browser opens connections ahead of need: one that has said nothing yet must not hold up the end.
        let opened = tokio::select! {
            opened = self.terms.open(self.socket) => opened,
            _ = self.stopping.changed() => return,
        };
        let Some(line) = opened else {
            return;
        };
        let mut connection = Connected::new(CONNECTIONS.fetch_add(1, Ordering::Relaxed) + 1);
        if let Some(address) = local {
            connection = connection.local(address);
        }
        if let Some(tls) = line.secured {
            connection = connection.secured(tls);
        }
        let builder = match line.protocol {
            Protocol::Http1 => self.builder.http1_only(),
            Protocol::Http2 => self.builder.http2_only(),
        };
        let service = TowerToHyperService::new(Connection {
            app,
            client: self.client,
            scheme: line.scheme,
            certificate: line.certificate,
            itself: connection,
            stall_timeout: self.terms.stall_timeout,
        });
        let stream = TokioIo::new(line.stream);
        let connection = builder.serve_connection_with_upgrades(stream, service);
        if let Err(error) = self.watcher.watch(connection.into_owned()).await {
            tracing::debug!(error, "a connection ended early");
        }
    }
}
