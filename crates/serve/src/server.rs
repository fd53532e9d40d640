use std::{fmt, future::poll_fn, io, pin::pin, task::Poll, time::Duration};

use hyper_util::{
    rt::{TokioExecutor, TokioTimer},
    server::{conn::auto, graceful::GracefulShutdown},
};
use plywood_core::{Body, BoxError, HttpBody, HttpService};
use tokio::{sync::watch, task::JoinSet, time::sleep};

#[cfg(feature = "tls")]
use crate::Tls;
use crate::{
    Listener, arrival::Arrival, opening::Terms, places::Places, signal::stop_signal, supervisor,
};

/// Buffered bytes a connection, and in HTTP/2 a stream, for the request's head and for the answer on its way out.
const BUFFER: usize = 64 * 1024;

/// Requests of one HTTP/2 connection at a time, as many as browsers count on
/// ([RFC 9113 §6.5.2](https://www.rfc-editor.org/rfc/rfc9113#section-6.5.2)).
const STREAMS: u32 = 100;

/// How long to wait when the system has no descriptor left: accepting again at once would only spin.
const BREATHER: Duration = Duration::from_millis(200);

/// Serves an app on a listener until it is told to stop.
#[must_use = "a server does nothing until it serves"]
pub struct Server {
    listener: Listener,
    ready: Option<Box<Say>>,
    grace: Duration,
    max_connections: usize,
    max_connections_per_address: Option<usize>,
    terms: Terms,
}

type Say = dyn FnOnce(&Listener) + Send;

impl Server {
    /// A server on this listener.
    pub fn new(listener: impl Into<Listener>) -> Self {
        Self {
            listener: listener.into(),
            ready: None,
            grace: Duration::from_secs(30),
            max_connections: 10_000,
            max_connections_per_address: None,
            terms: Terms::default(),
        }
    }

    /// How long requests under way may take once the server is told to stop. The default is 30 seconds, which is what supervisors
    /// commonly grant.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// How long a client may take for the head of a request, the first one included. The default is 30 seconds: a phone on a bad
    /// line makes it, a client that only holds the connection does not.
    pub const fn header_timeout(mut self, timeout: Duration) -> Self {
        self.terms.header_timeout = timeout;
        self
    }

    /// How long a client may keep the server waiting in the middle of an exchange: for the rest of a request's body over HTTP/1, and for room to
    /// send more of an answer. The default is 60 seconds.
    ///
    /// It is a stock for each body and for each connection's answers. Waiting uses it up, and every 500 bytes that move give a second back, so
    /// that a byte now and then is not enough to stay. Time that the app takes is not counted. A body that takes too long ends with an error of
    /// the kind [`TimedOut`](io::ErrorKind::TimedOut); an answer that nobody reads ends with its connection, also after an upgrade.
    pub const fn stall_timeout(mut self, timeout: Duration) -> Self {
        self.terms.stall_timeout = timeout;
        self
    }

    /// How many connections may be open at a time; more wait in the system's queue. The default is 10,000.
    pub const fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }

    /// How many connections one address may have open at a time; more are closed at once. The default is any number, because behind a proxy on
    /// another machine everybody has one address: for a server that clients reach themselves.
    ///
    /// An IPv6 network of 64 bits is one address. Connections from this machine, and on a Unix socket, are not counted
    /// ([`Client::network`](plywood_core::Client::network)).
    pub const fn max_connections_per_address(mut self, connections: usize) -> Self {
        self.max_connections_per_address = Some(connections);
        self
    }

    /// What is said once it serves: where it is to be found. By default nothing is.
    ///
    /// It is said when the signal handlers are there (those of [`serve`](Self::serve), or what `stop` of [`serve_until`](Self::serve_until) makes when it
    /// is polled first): whoever has heard it and sends SIGTERM has a graceful end. What is said before may be heard too early.
    ///
    /// ```no_run
    /// # use plywood_serve::{Listener, Server};
    /// # #[tokio::main] async fn main() -> std::io::Result<()> {
    /// # let app = tower::service_fn(|_: http::Request<plywood_core::Body>| async {
    /// #     Ok::<_, std::convert::Infallible>(http::Response::new(plywood_core::Body::empty()))
    /// # });
    /// let server = Server::new(Listener::bind("127.0.0.1:8000").await?);
    /// server.ready(|listener| println!("Serving on {listener}")).serve(app).await
    /// # }
    /// ```
    pub fn ready(mut self, say: impl FnOnce(&Listener) + Send + 'static) -> Self {
        self.ready = Some(Box::new(say));
        self
    }

    /// Speaks TLS on every connection, and nothing else.
    #[cfg(feature = "tls")]
    pub fn tls(mut self, tls: Tls) -> Self {
        self.terms.tls = Some(tls);
        self
    }

    /// How long a client may take for the handshake of TLS. The default is 10 seconds.
    #[cfg(feature = "tls")]
    pub const fn handshake_timeout(mut self, timeout: Duration) -> Self {
        self.terms.handshake_timeout = timeout;
        self
    }

    /// Serves `app` until SIGTERM or Ctrl-C ([`stop_signal`]), then ends gracefully.
    ///
    /// A supervisor that wants to know is told when the app is ready and when it stops: systemd does for a unit with `Type=notify`
    /// ([`sd_notify`](https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html)).
    ///
    /// Where TLS comes from files, they are read again on SIGHUP (`Tls::reload`), and the log says what came of it. Otherwise SIGHUP ends the
    /// program, as it does every one in which nothing else listens to it.
    ///
    /// # Errors
    ///
    /// When the system lets no signal handler be installed.
    pub async fn serve<S>(self, app: S) -> io::Result<()>
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let mut failure = Ok(());
        #[cfg(all(unix, feature = "tls"))]
        let reloads = crate::renewal::on_hangup(self.terms.tls.as_ref())?;
        #[cfg(not(all(unix, feature = "tls")))]
        let reloads = std::future::pending::<()>();
        let stop = async {
            // The handlers come first: what is ready may be stopped at once.
            let ready = async { supervisor::tell("READY=1") };
            let stopped = async { tokio::join!(stop_signal(), ready).0 };
            failure = tokio::select! {
                stopped = stopped => stopped,
                () = reloads => Ok(()),
            };
            supervisor::tell("STOPPING=1");
        };
        self.serve_until(app, stop).await;
        failure
    }

    /// Serves `app` until `stop` is ready, then ends gracefully.
    pub async fn serve_until<S>(mut self, app: S, stop: impl Future<Output = ()>)
    where
        S: HttpService<Body, ResBody: HttpBody, Error: Into<BoxError>>,
    {
        let builder = self.builder();
        let graceful = GracefulShutdown::new();
        let (open, stopping) = watch::channel(());
        let mut connections = JoinSet::new();
        let places = Places::default();
        let per_address = self.max_connections_per_address.unwrap_or(usize::MAX);
        let mut stop = pin!(stop);
        // Whoever hears the word to stop is there before anybody is told that we are.
        let mut is_over = poll_fn(|cx| Poll::Ready(stop.as_mut().poll(cx).is_ready())).await;
        if !is_over && let Some(say) = self.ready.take() {
            say(&self.listener);
        }
        while !is_over {
            tokio::select! {
                () = &mut stop => is_over = true,
                accepted = self.listener.accept(), if connections.len() < self.max_connections => match accepted {
                    Ok((socket, client)) => {
                        // It is closed and does not wait: whoever waited here would keep the others waiting behind him.
                        let Some(place) = places.take(client, per_address) else {
                            tracing::debug!(%client, "this address has as many connections as it may");
                            continue;
                        };
                        let arrival = Arrival {
                            _place: place,
                            socket,
                            client,
                            terms: self.terms.clone(),
                            builder: builder.clone(),
                            watcher: graceful.watcher(),
                            stopping: stopping.clone(),
                        };
                        connections.spawn(arrival.serve(app.clone()));
                    }
                    Err(error) if is_of_one_connection(&error) => {
                        tracing::debug!(%error, "a connection ended before it was accepted");
                    }
                    Err(error) => {
                        tracing::warn!(%error, "a connection could not be accepted");
                        sleep(BREATHER).await;
                    }
                },
                Some(_) = connections.join_next() => {}
            }
        }
        let Self {
            listener, grace, ..
        } = self;
        // Closed before the wait, so that a new server can take the address while the last answers go out.
        drop(listener);
        drop(open);
        tokio::select! {
            () = graceful.shutdown() => {}
            () = sleep(grace) => tracing::warn!("the grace is over; connections are dropped"),
            Ok(()) = stop_signal() => tracing::warn!("told to stop again; connections are dropped"),
        }
        connections.shutdown().await;
    }

    fn builder(&self) -> auto::Builder<TokioExecutor> {
        let mut builder = auto::Builder::new(TokioExecutor::new());
        builder
            .http1()
            .timer(TokioTimer::new())
            .header_read_timeout(self.terms.header_timeout)
            .max_buf_size(BUFFER);
        builder
            .http2()
            .timer(TokioTimer::new())
            .max_header_list_size(BUFFER.try_into().expect("it is a small constant"))
            .max_send_buf_size(BUFFER)
            .max_concurrent_streams(STREAMS)
            .keep_alive_interval(self.terms.header_timeout)
            .keep_alive_timeout(self.terms.header_timeout);
        builder
    }
}

/// Has only the connection failed that was to be accepted? A wait for such a one would let a client who hangs up early keep the others out.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind as Kind;
    matches!(
        error.kind(),
        Kind::ConnectionAborted
            | Kind::ConnectionRefused
            | Kind::ConnectionReset
            | Kind::HostUnreachable
            | Kind::Interrupted
            | Kind::NetworkDown
            | Kind::NetworkUnreachable
            | Kind::TimedOut
    )
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server")
            .field("listener", &self.listener)
            .field("grace", &self.grace)
            .field("max_connections", &self.max_connections)
            .field(
                "max_connections_per_address",
                &self.max_connections_per_address,
            )
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_system_lacks_is_worth_a_wait() {
        for (kind, of_one) in [
            (io::ErrorKind::ConnectionAborted, true),
            (io::ErrorKind::ConnectionReset, true),
            (io::ErrorKind::NetworkUnreachable, true),
            (io::ErrorKind::OutOfMemory, false),
            (io::ErrorKind::Other, false),
        ] {
            assert_eq!(is_of_one_connection(&kind.into()), of_one, "{kind}");
        }
        #[cfg(target_os = "linux")]
        assert!(
            !is_of_one_connection(&io::Error::from_raw_os_error(24)),
            "EMFILE"
        );
    }
}
